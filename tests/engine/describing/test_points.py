"""What reviews say, counted by code: each review once for a point, a denial not at all."""

from __future__ import annotations

from datetime import date

import pytest

from engine.describing.points import points_of, review_points
from engine.types import Review
from knowledge_base.store import DEMO_SHOP, load

REVIEWS = load(DEMO_SHOP).reviews


def review(text: str, name: str = "R1", title: str = "") -> Review:
    return Review(name, "a", 3, title, text, "en", "", date(2026, 1, 1))


def test_six_of_forty_one_reviews_say_it_runs_small() -> None:
    own = [one for one in REVIEWS if one.product == "fisherman-sweater"]
    first = review_points(own, "en")[0]
    assert (first.text, first.count, first.of) == ("6 of 41 reviews say it runs small", 6, 41)
    assert first.reviews == ("R0239", "R0240", "R0241", "R0242", "R0243", "R0244")
    assert review_points(own, "zh")[0].text == "41 条评价中有 6 条说尺码偏小"
    assert {p.name: p.count for p in review_points(own, "en")}["runs-large"] == 3


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("It runs small.", {"runs-small"}),
        ("It does not run small.", set()),
        ("It doesn't run small at all.", set()),
        ("I never found that it runs small.", set()),
        ("不偏小。", set()),
        ("尺码偏小。", {"runs-small"}),
        ("下次买小一码。", set()),
        ("It arrived damaged.", {"arrived-damaged"}),
        ("It was not damaged on arrival.", {"arrived-whole"}),
        ("没有色差。", {"colour-as-shown"}),
        ("有色差。", {"colour-differs"}),
        ("质量不好，做工差。", {"poorly-made"}),
        ("Not flimsy, good value.", {"well-made", "good-value"}),
        ("不值这个价。", {"too-dear"}),
        ("It is a lamp.", set()),
    ],
)
def test_a_point_is_what_is_said_and_not_denied(text: str, points: set[str]) -> None:
    assert points_of(review(text)) == points


def test_a_review_counts_once_however_often_it_says_so() -> None:
    found = review_points([review("Runs small.", title="Runs small!"), review("Nice.", "R2")], "en")
    assert [(one.text, one.reviews) for one in found] == [
        ("1 of 2 reviews says it runs small", ("R1",))
    ]


def test_no_reviews_make_no_points() -> None:
    assert review_points([], "en") == ()
