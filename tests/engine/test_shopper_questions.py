"""Shoppers' own words on the demo shop: the right thing first, and nothing told without an answer.

The sets differ in how much the makers of the engine saw of them: `own` was written by them,
all others were counted first and read only afterwards; docs/lab-notes.md has the first counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.build import LiveAssistant
from knowledge_base.store import DEMO_SHOP, load
from tests.engine.shopper_questions import (
    FRESH,
    HELD_OUT,
    OWN,
    SEEN,
    ask_all,
    figures,
    load_questions,
    share_right,
    told,
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

KNOWN_TOLD = {FRESH[1]: ["e143"], FRESH[3]: ["g074"]}
"""Told of a pen although another maker's was asked for; a lamp described where its wiring was
asked for: defects of the first look alone, kept in sight."""


@pytest.mark.parametrize("path", FLOORS, ids=lambda path: path.stem)
def test_the_right_answer_comes_first_and_nothing_is_told_without_one(
    shop: LiveAssistant, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    categories = {product.id: product.category for product in load(DEMO_SHOP).products}
    outcomes = ask_all(load_questions(path), shop, categories)
    with capsys.disabled():
        print(f"\n{path.name}", *figures(outcomes), sep="\n")
    assert share_right(outcomes) >= FLOORS[path]
    assert [outcome.asked.id for outcome in told(outcomes)] == KNOWN_TOLD.get(path, [])
