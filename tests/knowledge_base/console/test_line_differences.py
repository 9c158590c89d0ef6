"""What a history shows of a change is all of it, however many lines were reworded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.console.line_differences import (
    MOST_ALIKE,
    MOST_COMPARED,
    line_differences,
)

lines = st.lists(st.sampled_from(["a b c", "a b d", "x", ""]), max_size=12)


@given(lines, lines)
def test_both_texts_stand_in_what_is_shown(before: list[str], after: list[str]) -> None:
    shown = line_differences(before, after)
    assert [line for mark, line in shown if mark in " -"] == before
    assert [line for mark, line in shown if mark in " +"] == after
    assert line_differences(before, before) == [(" ", line) for line in before]


def test_few_reworded_lines_stand_in_pairs() -> None:
    shown = line_differences(["where is parcel one", "end"], ["where was parcel one", "end"])
    assert [mark for mark, _ in shown] == ["-", "+", " "]


def test_many_reworded_lines_are_not_paired() -> None:
    for count in (MOST_ALIKE + 1, MOST_COMPARED + 1):
        before = [f"where is parcel {n} now" for n in range(count)]
        after = [f"where was parcel {n} now" for n in range(count)]
        marks = [mark for mark, _ in line_differences(before, after)]
        assert marks == ["-"] * count + ["+"] * count
