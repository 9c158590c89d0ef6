"""Histories out of files: both forms give the same, and what is wrong is named by line."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from engine.errors import ShopdeskError
from engine.evaluation.histories_files import read_event_table, read_sequences
from engine.recommend.histories import Histories
from engine.recommend.names import KINDS

NAMES = ("user", "item", "time", "event", "basket", "title")
START = datetime(2026, 3, 1, tzinfo=UTC)
Row = tuple[str, str, datetime, str, str, str]
rows_drawn = st.lists(
    st.tuples(
        st.sampled_from(("ann", "bo, jr", "17850")), st.sampled_from(("a", "b c", '"c"', "花")),
        st.integers(0, 90).map(lambda hours: START + timedelta(hours=hours)),
        st.sampled_from(("", "purchase", "view_item", "add_to_cart", "refund")),
        st.sampled_from(("", "1", "2")), st.sampled_from(("", "A lamp", "Two\nlines")),
    ), min_size=1, max_size=12,
).filter(lambda rows: any(row[3] != "refund" for row in rows))  # fmt: skip


def write(path: Path, rows: Sequence[Sequence[Any]], names: Sequence[str] = NAMES) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows([cell.isoformat() if isinstance(cell, datetime) else cell for cell in row]
                        for row in rows)  # fmt: skip
    return path


def write_parquet(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(pa.table(columns), path)
    return path


def told(histories: Histories) -> list[tuple[str, list[tuple[str, str, float, int]]]]:
    """Everything a table says, baskets numbered from 0 for each shopper."""
    found = []
    for shopper, name in enumerate(histories.shoppers):
        number = {
            row: i
            for i, part in enumerate(histories.baskets(shopper))
            for row in range(part.start, part.stop)
        }
        found.append((name, [
            (histories.products[histories.product[row]], KINDS[histories.kind[row]],
             round(histories.day[row] * 24, 6), number[row]) for row in number
        ]))  # fmt: skip
    return found


def test_sequences_are_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("u 1 2 1\n\n  v\t2   3\r\n", "utf-8")
    found = read_sequences(path)
    assert (found.shoppers, found.products) == (("u", "v"), ("1", "2", "3"))
    assert found.product.tolist() == [0, 1, 0, 1, 2]
    assert found.starts.tolist() == [0, 3, 5]


@pytest.mark.parametrize(
    ("data", "where", "what"),
    [
        (b"u 1 2\n\nv\n", "s.txt:3", "without items"),
        (b"u 1 2\nv 1\nu 3\n", "s.txt:3", "stands on line 1 already"),
        (b"u 1\nv \xff\n", "s.txt:2", "not UTF-8"),
        (b"\n \n", "s.txt", "no sequences"),
    ],
)
def test_a_broken_sequence_is_named_by_line(
    tmp_path: Path, data: bytes, where: str, what: str
) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(data)
    with pytest.raises(ShopdeskError, match=what) as error:
        read_sequences(path)
    assert error.value.where.endswith(where)
    assert error.value.mend


@settings(max_examples=25)
@given(rows_drawn)
def test_csv_and_parquet_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    folder = tmp_path_factory.mktemp("table")
    columns = {name: [row[i] or None for row in rows] for i, name in enumerate(NAMES)}
    found = read_event_table(write(folder / "t.csv", rows))
    assert isinstance(columns["time"][0], datetime)
    other = read_event_table(write_parquet(folder / "t.parquet", columns))
    assert told(found[0]) == told(other[0])
    assert (found[0].products, found[1]) == (other[0].products, other[1])


@settings(max_examples=25)
@given(rows_drawn)
def test_each_event_stands_once_in_the_order_of_time(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    path = write(tmp_path_factory.mktemp("table") / "t.csv", [*rows, *rows[::2]])
    histories, titles = read_event_table(path)
    found = [
        (name, item, kind, hours)
        for name, events in told(histories)
        for item, kind, hours, _ in events
    ]
    wanted = {
        (user, item, event or "purchase", round(at.timestamp() / 3600, 6))
        for user, item, at, event, _, _ in rows
        if event != "refund"
    }
    assert len(found) == len(wanted)
    assert set(found) == wanted
    for _, events in told(histories):
        assert [hours for *_, hours, _ in events] == sorted(hours for *_, hours, _ in events)
    assert set(titles) <= {"", "A lamp", "Two\nlines"}


def test_a_basket_is_what_is_named_so_else_what_lies_within_half_a_day(tmp_path: Path) -> None:
    def row(user: str, hours: int, basket: str) -> Row:
        return user, f"{user}{hours}", START + timedelta(hours=hours), "", basket, ""

    rows = [row("u", hours, "") for hours in (0, 11, 22, 40)]
    rows += [row("v", 0, "1"), row("v", 1, "2"), row("v", 90, "2"), row("v", 91, "")]
    histories, titles = read_event_table(write(tmp_path / "t.csv", rows))
    sizes = [[b.stop - b.start for b in histories.baskets(s)] for s in (0, 1)]
    assert sizes == [[3, 1], [1, 3]]
    assert titles == ()


def test_only_user_item_and_time_are_needed_and_others_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Colour;Item;Time;USER\nred;a;1772323200;u\n\n;b;2026-03-02;u\n", "utf-8")
    histories, titles = read_event_table(path)
    assert told(histories) == [
        ("u", [("a", "purchase", START.timestamp() / 3600, 0),
               ("b", "purchase", START.timestamp() / 3600 + 24, 1)]),
    ]  # fmt: skip
    assert titles == ()


def test_the_first_title_of_a_product_is_its_title(tmp_path: Path) -> None:
    rows = [("u", "b", "2026-03-02", ""), ("u", "a", "2026-03-01", "Lamp"),
            ("u", "b", "2026-03-03", "Rug"), ("v", "b", "2026-03-01", "Carpet"),
            ("v", "c", "2026-03-01", "")]  # fmt: skip
    path = write(tmp_path / "t.csv", rows, ("user", "item", "time", "title"))
    histories, titles = read_event_table(path)
    assert dict(zip(histories.products, titles, strict=True)) == {"a": "Lamp", "b": "Rug", "c": ""}


@pytest.mark.parametrize("kind", ["us", "ns", "date", "text", "seconds", "float"])
def test_parquet_times_and_numbers_are_read_in_every_form(tmp_path: Path, kind: str) -> None:
    times = {
        "us": pa.array([START], pa.timestamp("us", "UTC")),
        "ns": pa.array([START.replace(tzinfo=None)], pa.timestamp("ns")),
        "date": pa.array([date(2026, 3, 1)]),
        "text": pa.array(["2026-03-01T00:00:00Z"]),
        "seconds": pa.array([int(START.timestamp())]),
        "float": pa.array([START.timestamp()]),
    }
    columns = {"user": pa.array([17850.0]), "item": pa.array([22]), "time": times[kind],
               "title": pa.array(["Lamp"]).dictionary_encode()}  # fmt: skip
    histories, titles = read_event_table(write_parquet(tmp_path / "t.pq", columns))
    assert told(histories) == [("17850", [("22", "purchase", START.timestamp() / 3600, 0)])]
    assert titles == ("Lamp",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("user,item\nu,a\n", 1, "no column 'time'"),
        ("usr,item,time\nu,a,2026-03-01\n", 1, "did you mean 'usr'"),
        ("", 1, "no column 'user'"),
        ("user,item,time\nu,a,2026-03-01\n\n,b,2026-03-01\n", 4, "no user"),
        ("user,item,time\nu,a,2026-03-01\nu, ,2026-03-01\n", 3, "no item"),
        ("user,item,time\nu,a,\n", 2, "no time"),
        ('user,item,time\nu,"a\nb",2026-03-01\nu,a,soon\n', 4, "'soon' is not a time"),
        ("user,item,time\nu,a,1772323200000\n", 2, "no year"),
        ("user,item,time\nu,a,20260301\n", 2, "no year"),
        ("user,item,time\nu,a\n", 2, "not as many cells"),
        ("user,item,time,event\nu,a,2026-03-01,\nu,a,2026-03-01,purchased\n", 3,
         "did you mean purchase"),
        ("user,item,time,event\nu,a,2026-03-01,zzz\n", 2, "known: view_item"),
    ],
)  # fmt: skip
def test_a_broken_event_is_named_by_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ShopdeskError) as error:
        read_event_table(path)
    assert what in error.value.what
    assert error.value.where == f"{path}:{line}"
    assert error.value.mend


def test_events_that_tell_no_taste_are_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("user,item,time,event\nu,a,2026-03-01,refund\n", "utf-8")
    with pytest.raises(ShopdeskError, match="no events of"):
        read_event_table(path)


@pytest.mark.parametrize(
    ("columns", "where", "what"),
    [
        ({"user": ["u", None], "item": ["a", "b"], "time": [1772323200] * 2}, ":2", "no user"),
        ({"user": [1.0, float("nan")], "item": ["a"] * 2, "time": [1772323200] * 2}, ":2", "no us"),
        ({"user": ["u"], "item": ["a"], "time": [None]}, ":1", "no time"),
        ({"user": ["u"], "item": [["a"]], "time": [1772323200]}, "", "cannot be read"),
        ({"user": ["u"], "item": ["a"]}, ":1", "no column 'time'"),
    ],
)
def test_a_broken_parquet_table_is_named_by_row(
    tmp_path: Path, columns: dict[str, list[Any]], where: str, what: str
) -> None:
    path = write_parquet(tmp_path / "t.parquet", columns)
    with pytest.raises(ShopdeskError, match=what) as error:
        read_event_table(path)
    assert error.value.where == f"{path}{where}"


def test_a_parquet_file_cut_short_is_told(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "t.parquet", {"user": ["u"], "item": ["a"], "time": [1]})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ShopdeskError, match="cannot be read") as error:
        read_event_table(path)
    assert "\n" not in error.value.what


def test_without_pyarrow_the_mend_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parquet(tmp_path / "t", {"user": ["u"], "item": ["a"], "time": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ShopdeskError, match="pyarrow") as error:
        read_event_table(path)
    assert "shopdesk[parquet]" in error.value.mend
