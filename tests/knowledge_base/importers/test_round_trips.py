"""What is written is read back as it was: our own files, and every export."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.types import Entry, Money, Product, Variant
from knowledge_base.importers.entries import entry_columns, entry_row, merge_entries
from knowledge_base.importers.exporting import WRITERS, export_file
from knowledge_base.importers.formulas import neutralised, restored
from knowledge_base.importers.importing import import_file, read_table
from knowledge_base.importers.writing import format_rows, product_rows
from knowledge_base.problems import Problems
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, load
from knowledge_base.tables import PRODUCT_COLUMNS, read_products, read_rows

CHARS = st.characters(exclude_categories=("Cs", "Cc"))
LINE = st.text(CHARS, max_size=30).map(str.strip)
STARTED = st.builds(
    str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "''=", "-5", "+1"]), LINE
)
TEXT = (LINE | STARTED | st.lists(LINE, max_size=3).map("\n".join)).map(str.strip)
SOME = TEXT.filter(bool)
NAME = LINE.filter(lambda text: text and not {*text} & {*";；:："})
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True)
SHOP = load(EMPTY_SHOP).shop


@st.composite
def products(draw: st.DrawFn) -> tuple[Product, ...]:
    """A few products as a catalogue holds them."""
    skus = iter(draw(st.lists(IDS, unique=True, min_size=9, max_size=9)))
    return tuple(
        Product(
            id=name,
            names={"en": draw(SOME)},
            brand=draw(TEXT),
            category="everything",
            variants=tuple(
                Variant(next(skus), draw(TEXT), draw(TEXT), Money(draw(AMOUNTS), "EUR"),
                        draw(st.integers(0, 10**6)))
                for _ in range(draw(st.integers(1, 3)))
            ),
            attributes={"zh": pairs} if (pairs := draw(st.dictionaries(NAME, NAME))) else {},
            descriptions={"zh": draw(SOME)},
            tags=tuple(draw(st.lists(NAME, max_size=3))),
        )
        for name in draw(st.lists(IDS, unique=True, max_size=3))
    )  # fmt: skip


AMOUNTS = st.decimals(0, 10**6, places=2)


@given(products())
def test_products_written_as_a_catalogue_are_read_back(goods: tuple[Product, ...]) -> None:
    rows = [row for product in goods for row in product_rows(product)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.csv"
        path.write_text(format_rows(PRODUCT_COLUMNS, rows), "utf-8", newline="\n")
        problems = Problems()
        assert read_products(path, SHOP, problems) == goods
        assert problems.found == []


@given(st.lists(st.fixed_dictionaries({"a": TEXT, "b": TEXT, "c": SOME})))
def test_rows_written_are_read_back(rows: list[dict[str, str]]) -> None:
    columns = ("a", "b", "c")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(format_rows(columns, rows), "utf-8", newline="\n")
        assert [row for _, row in read_rows(path, columns, Problems())] == rows


@given(st.text())
def test_a_neutralised_cell_begins_no_formula_and_comes_back(cell: str) -> None:
    shown = neutralised(cell)
    assert not shown.startswith(("=", "@", "\t", "\r"))
    assert restored(shown) == cell


@pytest.mark.parametrize("cell", ["-5", "+3", "-0.50", "1,5", "O'Neil", "a=b", "'quoted'", ""])
def test_numbers_and_plain_texts_are_not_touched(cell: str) -> None:
    assert (neutralised(cell), restored(cell)) == (cell, cell)


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_neutralised(cell: str) -> None:
    assert neutralised(cell) == "'" + cell


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=25)
@given(st.lists(st.fixed_dictionaries({"a": TEXT, "b": SOME}), min_size=1))
def test_every_type_of_export_is_read_back(suffix: str, rows: list[dict[str, str]]) -> None:
    data = WRITERS[suffix](("a", "b"), rows, f"x{suffix}")
    assert [row for _, row in read_table(data, f"x{suffix}").rows] == rows


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("kind", ["products", "entries", "reviews", "orders"])
def test_the_demo_shop_exported_and_imported_is_the_same(kind: str, suffix: str) -> None:
    known = load(DEMO_SHOP)
    data = export_file(kind, known, f"x{suffix}")
    imported = import_file(data, f"x{suffix}", known)
    assert imported.refused == ()
    assert (imported.kind, imported.same) == (kind, len(getattr(known, kind)))
    assert (imported.added, imported.changed, imported.files) == (0, 0, {})


def test_an_empty_shop_filled_from_exports_holds_the_same_goods(tmp_path: Path) -> None:
    known, empty = load(DEMO_SHOP), load(EMPTY_SHOP)
    imported = import_file(export_file("products", known, "x.csv"), "x.csv", empty)
    for file, text in imported.files.items():
        (tmp_path / file).write_text(text, "utf-8")
    (tmp_path / "faq").mkdir()
    filled = load(tmp_path)
    assert filled.products[1:] == known.products


ENTRIES = st.builds(
    Entry,
    id=IDS,
    titles=st.dictionaries(st.sampled_from(["en", "zh"]), LINE.filter(bool)),
    questions=st.dictionaries(st.sampled_from(["en", "zh"]),
                              st.lists(LINE.filter(bool), min_size=1).map(tuple), min_size=1),
    answers=st.dictionaries(st.sampled_from(["en", "zh"]), SOME, min_size=1),
    tags=st.lists(NAME.filter(lambda t: not {*t} & {*",，"}), max_size=3).map(tuple),
    owner=LINE,
    hidden=st.booleans(),
    valid_from=st.none() | st.dates(date(1970, 1, 1)),
)  # fmt: skip


@given(ENTRIES)
def test_an_entry_goes_through_a_table_or_is_refused_with_a_reason(entry: Entry) -> None:
    rows = [entry_row(entry, ("en", "zh"))]
    data = format_rows(
        entry_columns(("en", "zh")), [{k: neutralised(v) for k, v in rows[0].items()}]
    )
    table = read_table(data.encode(), "x.csv")
    imported = merge_entries(table.rows, Path("nowhere"), (), ("en", "zh"))
    assert imported.added + len(imported.refused) == 1
    again = merge_entries(table.rows, Path("nowhere"), (entry,), ("en", "zh"))
    assert again.changed == 0
