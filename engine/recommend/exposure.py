"""Who gets shown: how widely, how evenly and at which prices a recommender spreads its lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.recommend.histories import Floats, Ints
from engine.recommend.lists import NOTHING

BANDS = 4
"""Price bands, each with as many products of the catalogue."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of lists shown to many shoppers.

    `coverage`: share of products in some list. `gini`: 0 where all are shown equally often, near
    1 where few take all places. `popularity_bias`: how popular what is shown is, beside a product
    drawn by chance (as a rank, 0 to 1; chance gives .5). `price_bands`: share of the places by
    band of price, cheapest first; an even spread gives 1 / BANDS each.
    """

    coverage: float
    gini: float
    popularity_bias: float
    price_bands: tuple[float, ...] = ()

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {name: value for name, value in asdict(self).items() if value != ()}


def exposure(lists: Ints, popular: Floats, prices: Sequence[float] | None = None) -> Exposure:
    """What `lists` (shoppers, places) of product numbers show.

    `popular` (products,): how much each was touched; `prices` (products,): what each costs.
    """
    shown = np.bincount(lists[lists != NOTHING], minlength=len(popular)).astype(float)
    places = max(shown.sum(), 1.0)
    rank = np.argsort(np.argsort(popular, kind="stable"), kind="stable") / max(len(popular) - 1, 1)
    bands: tuple[float, ...] = ()
    if prices is not None and len(prices):
        order = np.argsort(np.asarray(prices), kind="stable")
        bands = tuple(
            round(float(shown[part].sum() / places), 4) for part in np.array_split(order, BANDS)
        )
    return Exposure(
        round(float((shown > 0).mean()), 4), round(gini(shown), 4),
        round(float((shown * rank).sum() / places), 4), bands,
    )  # fmt: skip


def gini(counts: Floats) -> float:
    """Gini's coefficient of how unevenly counts are spread, 0 to 1."""
    total = counts.sum()
    if not len(counts) or total == 0:
        return 0.0
    sorted_counts = np.sort(counts)
    place = np.arange(1, len(counts) + 1)
    return float((2 * place - len(counts) - 1) @ sorted_counts / (len(counts) * total))
