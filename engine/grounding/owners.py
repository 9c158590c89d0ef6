"""Whose value it is: the wares and places that stand nearest to it in its clause."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.grounding.reading import Reading, Token
from engine.grounding.text import is_han

OWNING = frozenset({"ware", "place"})
_AFTER = re.compile(r"\b(?:in|to|for|from|within|of|on)(?: the| our| all)?\W*$", re.I)


def _nearest(token: Token, order: dict[int, int], values: list[int], reading: Reading) -> int:
    """The value a ware or place belongs to: of two as near, the one it is said after or before."""
    here = order[token.start]
    before = reading.text[max(0, token.start - 12) : token.start]
    follows = not is_han(token.word) and bool(_AFTER.search(before))

    def distance(value: int) -> tuple[int, bool]:
        return abs(order[value] - here), (value > token.start) == follows

    return min(values, key=distance)


@lru_cache(maxsize=4096)
def owners(reading: Reading, position: int, rivals: frozenset[int]) -> frozenset[str]:
    """The wares and places of the clause that belong to the value at `position`.

    `rivals` are the places of all values of its category in the sentence, its own included."""
    clause = reading.clause_of(position)
    values = [r for r in rivals if reading.clause_of(r) == clause]
    owning = [t for t in reading.tokens if t.kind in OWNING and t.clause == clause]
    owning = [t for t in owning if t.start not in rivals]
    starts = {t.start for t in reading.tokens} | {q.start for q in reading.quantities}
    order = {start: index for index, start in enumerate(sorted(starts))}
    return frozenset(t.concept for t in owning if _nearest(t, order, values, reading) == position)
