"""A short list whose products differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.recommend.histories import Floats

SAMENESS_COSTS = 0.12
"""What a product loses for each one like it that is listed already, of the best score."""


def diverse(
    ranked: Sequence[int], scores: Floats, alike: Callable[[int, int], float], count: int
) -> list[int]:
    """The first `count` of places in `scores`, each chosen by score less likeness to the others.

    Source: maximal marginal relevance (Carbonell and Goldstein, 1998).
    """
    chosen: list[int] = []
    left = list(ranked)
    cost = SAMENESS_COSTS * max((float(scores[place]) for place in ranked), default=0.0)
    while left and len(chosen) < count:
        best = max(left, key=lambda p: float(scores[p]) - cost * sum(alike(p, c) for c in chosen))
        chosen.append(best)
        left.remove(best)
    return chosen
