"""Shoppers' own words on the demo shop: the right thing first, and nothing told without an answer.

The sets differ in how much the makers of the engine saw of them: `own` was written by them,
all others were counted first and read only afterwards; docs/lab-notes.md has the first counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from engine.live import LiveAssistant
from knowledge_base.store import DEMO_SHOP, load
from tests.engine.shopper_questions import (
    FRESH,
    HELD_OUT,
    OWN,
    SEEN,
    Outcome,
    ask_all,
    figures,
    load_questions,
    share_answered_at_once,
    share_right,
    told,
    told_wrong,
)

FLOORS = {
    OWN: 0.93,
    SEEN: 0.95,
    HELD_OUT: 0.89,
    FRESH[0]: 0.82,
    FRESH[1]: 0.78,
    FRESH[2]: 0.81,
    FRESH[3]: 0.87,
    FRESH[4]: 0.74,
}
"""Lowest share of answerable questions whose route and entry or product come first, without the
re-ranking encoder (docs/lab-notes.md has the figures with it)."""

ANSWERED_AT_ONCE = 0.33
"""Lowest share of questions to entries that need no second tap, of all sets together."""
MOST_TOLD_WRONG = 4
"""Of 1,216 answerable questions: another entry told than the one that answers."""

KNOWN_TOLD = {FRESH[1]: ["e143", "e196"]}
"""Told of a pen although another maker's was asked for; the shop's currency where an exchange rate
was: defects kept in sight."""


Outcomes = Callable[[Path], list[Outcome]]


@pytest.fixture(scope="module")
def outcomes_of(shop: LiveAssistant) -> Outcomes:
    """What comes of a set of questions; each set is asked once."""
    categories = {product.id: product.category for product in load(DEMO_SHOP).products}
    return lru_cache(maxsize=None)(lambda path: ask_all(load_questions(path), shop, categories))


@pytest.mark.parametrize("path", FLOORS, ids=lambda path: path.stem)
def test_the_right_answer_comes_first_and_nothing_is_told_without_one(
    outcomes_of: Outcomes, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = outcomes_of(path)
    with capsys.disabled():
        print(f"\n{path.name}", *figures(outcomes), sep="\n")
    assert share_right(outcomes) >= FLOORS[path]
    assert [outcome.asked.id for outcome in told(outcomes)] == KNOWN_TOLD.get(path, [])


def test_many_questions_need_no_second_tap_and_hardly_any_is_told_another_entry(
    outcomes_of: Outcomes,
) -> None:
    outcomes = [outcome for path in FLOORS for outcome in outcomes_of(path)]
    assert share_answered_at_once(outcomes) >= ANSWERED_AT_ONCE
    assert len(told_wrong(outcomes)) <= MOST_TOLD_WRONG
