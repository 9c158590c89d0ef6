"""Small worlds of shoppers: drawn at random, and one with a rule in it that can be learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from engine.recommend.histories import Histories
from engine.recommend.names import KINDS

Basket = tuple[int, Sequence[int]]
"""Days since the basket before, and products by number."""
PRODUCTS = 9
CHAIN = 10


def built(shoppers: Sequence[Sequence[Basket]], products: int = PRODUCTS) -> Histories:
    """Histories of purchases."""
    product: list[int] = []
    basket: list[int] = []
    day: list[float] = []
    starts = [0]
    for baskets in shoppers:
        now = 0
        for number, (gap, items) in enumerate(baskets):
            now += gap
            product += items
            day += [float(now)] * len(items)
            basket += [number] * len(items)
        starts.append(len(product))
    return Histories(
        tuple(f"s{i}" for i in range(len(shoppers))),
        tuple(f"p{i}" for i in range(products)),
        np.array(starts),
        np.array(product, dtype=np.int64),
        np.full(len(product), KINDS.index("purchase")),
        np.array(day),
        np.array(basket, dtype=np.int64),
    )


baskets = st.tuples(
    st.integers(1, 40), st.lists(st.integers(0, PRODUCTS - 1), min_size=1, max_size=4)
)
any_histories = st.lists(st.lists(baskets, max_size=7), max_size=5).map(built)
some_histories = st.lists(
    st.lists(baskets, min_size=1, max_size=7), min_size=1, max_size=5
).map(built)  # fmt: skip


def chains(shoppers: int = 200, seed: int = 0, days: int = 1) -> Histories:
    """Each shopper walks one of three chains of CHAIN products, from some place on, one a week.

    They come at any of so many days.
    """
    random = np.random.default_rng(seed)
    walks = []
    for chain, first in zip(
        random.integers(0, 3, shoppers), random.integers(0, CHAIN, shoppers), strict=True
    ):
        steps = (first + np.arange(random.integers(3, 7))) % CHAIN + CHAIN * chain
        gaps = [int(random.integers(0, days)), *[7] * len(steps)]
        walks.append([(gap, [int(p)]) for gap, p in zip(gaps, steps, strict=False)])
    return built(walks, 3 * CHAIN)
