"""What was live when is known as far back as the log goes, whatever a crash left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.publish_log import LOG, Published, add, live_at, read
from engine.retrieval.snapshot import read_live, write_live

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_what_was_live_then_is_the_last_before(tmp_path: Path) -> None:
    for days, name in enumerate(("first", "second", "third")):
        add(tmp_path, Published(AT + timedelta(days=days), name))
    assert live_at(tmp_path, AT - timedelta(seconds=1)) == ""
    assert live_at(tmp_path, AT) == "first"
    assert live_at(tmp_path, AT + timedelta(days=1, hours=5)) == "second"
    assert live_at(tmp_path, AT + timedelta(days=900)) == "third"


@given(st.integers(0, 200))
def test_a_line_cut_short_costs_no_other(tmp_path_factory, cut: int) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path_factory.mktemp("home")
    first, second = Published(AT, "a", "Ann", "why\nnot"), Published(AT, "b", overridden=("x",))
    add(home, first)
    whole = (home / LOG).read_bytes()
    add(home, second)
    (home / LOG).write_bytes((home / LOG).read_bytes()[: len(whole) + cut])
    add(home, Published(AT, "c"))
    found = read(home)
    assert found[0] == first
    assert found[-1] == Published(AT, "c")
    assert set(found) <= {first, second, Published(AT, "c")}


def test_every_snapshot_that_goes_live_is_logged(tmp_path: Path) -> None:
    write_live(tmp_path, "one")
    write_live(tmp_path, "two", published=Published(AT, "two", "Ann", "a new rule"))
    assert not write_live(tmp_path, "three", only_over="one")
    assert [(p.snapshot, p.by) for p in read(tmp_path)] == [("one", ""), ("two", "Ann")]
    assert read_live(tmp_path) == "two"
