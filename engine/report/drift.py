"""Whether shoppers ask for other things than before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log2

from engine.report.intervals import newcombe, wilson

SHOWN = 5
WRONG = 0.05
FEW = 20
"""A topic asked less often in both periods says nothing."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A topic whose share changed by more than chance allows."""

    topic: str
    before: int
    now: int
    points: float


@dataclass(frozen=True, slots=True)
class Drift:
    """`divergence`: Jensen-Shannon, 0 (as before) to 1 (nothing in common), in bits."""

    divergence: float
    rising: tuple[Moved, ...]
    falling: tuple[Moved, ...]


def drift(before: Counter[str], now: Counter[str]) -> Drift:
    """Topics of a period beside those of the one before it; nothing moved where either is empty."""
    if not before or not now:
        return Drift(0.0, (), ())
    moved = []
    for topic in before.keys() | now.keys():
        if max(before[topic], now[topic]) < FEW:
            continue
        change = newcombe(wilson(now[topic], now.total()), wilson(before[topic], before.total()))
        if change.low > 0 or change.high < 0:
            moved.append(Moved(topic, before[topic], now[topic], change.points))
    moved.sort(key=lambda one: (-abs(one.points), one.topic))
    return Drift(
        _divergence(before, now),
        tuple(one for one in moved if one.points > 0)[:SHOWN],
        tuple(one for one in moved if one.points < 0)[:SHOWN],
    )


def _divergence(one: Counter[str], other: Counter[str]) -> float:
    """Jensen-Shannon divergence in bits (Lin 1991)."""
    whole, found = (one.total(), other.total()), 0.0
    for topic in sorted(one.keys() | other.keys()):
        shares = (one[topic] / whole[0], other[topic] / whole[1])
        middle = sum(shares) / 2
        found += sum(share / 2 * log2(share / middle) for share in shares if share)
    return max(0.0, min(1.0, found))
