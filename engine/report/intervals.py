"""Shares with what chance alone allows: Wilson's interval, and Newcombe's of a difference."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, and the 95 % interval of the share; all 0 and 1 where n is 0."""

    count: int
    n: int
    share: float
    low: float
    high: float


def wilson(count: int, n: int, z: float = Z) -> Share:
    """A share with Wilson's score interval (Wilson 1927); `z` of another certainty than 95 %.

    Raises ValueError where count > n.
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n}")
    if n == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    share = count / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return Share(
        count, n, share, max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One share less another, as shares, and its 95 % interval."""

    points: float
    low: float
    high: float


def newcombe(one: Share, other: Share) -> Difference:
    """The difference of two independent shares (Newcombe 1998, method 10)."""
    points = one.share - other.share
    below = sqrt((one.share - one.low) ** 2 + (other.high - other.share) ** 2)
    above = sqrt((one.high - one.share) ** 2 + (other.share - other.low) ** 2)
    return Difference(points, max(-1.0, points - below), min(1.0, points + above))
