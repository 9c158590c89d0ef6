"""A message made to cost much costs no more than its length says: the engine stays free."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Ask
from tests.growth import growth

LONGEST = 4096
"""Letters of a Telegram message."""


@pytest.mark.parametrize(
    "piece",
    ["a", "x1y2", "a.b-", "运", "1", "1 ", "'s ", "( ", "I am A ", "我叫", "⟦", "a\u0430", "under ",
     "how much is ", "?", "not ", "JJ-1", "#", "1x", "cm ", "and ", "，", "\u200b", "{", "@a"],
)  # fmt: skip
def test_a_message_takes_no_longer_than_its_length_says(ask: Ask, piece: str) -> None:
    assert growth(ask, (piece * LONGEST)[:LONGEST]) < 20
