"""Every set of pairs is told no worse than the lab notes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.evaluation.contradictions import figures, judge, read_entry_pairs
from engine.retrieval.encoders import Encoders
from engine.review.nearness import Nearness

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def near() -> Nearness:
    """Nearness by the packaged encoders."""
    return Nearness(Encoders.load(None, 2))


@pytest.mark.parametrize(
    ("name", "found", "false"),
    [
        ("pairs", 19, 0),
        ("held_out_pairs", 12, 0),
        ("third_pairs", 19, 1),
        ("practice_pairs", 17, 1),
        ("more_practice_pairs", 13, 2),
        ("last_practice_pairs", 16, 1),
        ("late_practice_pairs", 16, 2),
    ],
)
def test_pairs_that_were_tuned_on_are_told(
    name: str, found: int, false: int, near: Nearness
) -> None:
    counted = figures(judge(read_entry_pairs(HERE / f"{name}.yaml"), near))
    assert int(str(counted["found"])) >= found
    assert int(str(counted["false"])) <= false


@pytest.mark.parametrize(
    ("name", "found", "false"), [("fourth_pairs", 11, 3), ("fifth_pairs", 18, 1)]
)
def test_pairs_never_tuned_on_are_told_no_worse_than_when_measured(
    name: str, found: int, false: int, near: Nearness
) -> None:
    counted = figures(judge(read_entry_pairs(HERE / f"{name}.yaml"), near))
    assert int(str(counted["found"])) >= found
    assert int(str(counted["false"])) <= false
