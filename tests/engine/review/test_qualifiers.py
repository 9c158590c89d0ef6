"""What narrows a claim down, and that claims narrowed down differently are of two things."""

from __future__ import annotations

import pytest

from engine.grounding.reading import read
from engine.review.numbers import clash
from engine.review.qualifiers import qualifiers
from engine.review.statements import Statement


def said(text: str, entry: str) -> Statement:
    return Statement(entry, "en", text, "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A ticket costs €12 for adults.", "For children a ticket costs €6."),
        ("Frozen, the soup keeps for 6 months.", "Once cooked, the soup keeps for 2 days."),
        ("Members pay €5 for the course.", "Guests pay €9 for the course."),
        ("The city tour takes 2 hours.", "The island tour takes 5 hours."),
        ("成人票价 80 元。", "儿童票价 40 元。"),
    ],
)
def test_values_of_things_narrowed_down_differently_do_not_clash(one: str, other: str) -> None:
    assert clash(said(one, "a"), said(other, "b")) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A ticket costs €12 for adults.", "For adults a ticket costs €9."),
        ("The city tour takes 2 hours.", "Our city tour takes 5 hours."),
        ("成人票价 80 元。", "成人票价 40 元。"),
    ],
)
def test_values_of_one_thing_clash_however_it_is_put(one: str, other: str) -> None:
    assert clash(said(one, "a"), said(other, "b")) is not None


def test_a_condition_in_another_clause_narrows_a_claim() -> None:
    reading = read("If the zip is torn, the repair takes 4 days.")
    main = reading.clause_of(reading.text.index("takes"))
    assert "zip" in qualifiers(reading, main).words
