"""How large a model and how long a training a shop's events call for."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from engine.recommend.attention import Shape
from engine.recommend.histories import Histories
from engine.recommend.training import Options

MANY_SHOPPERS = 10_000
BASKETS = 2.0
"""Products a basket from which on a shop's baskets are read whole: longer histories are needed."""


def options_for(
    histories: Histories, seed: int, minutes: float | None = None, content: Tensor | None = None
) -> Options:
    """The options of a training; all figures in docs/recommender.md were made with these."""
    many = len(histories) >= MANY_SHOPPERS
    baskets = max(len(np.unique(histories.basket + 10**9 * histories.shopper)), 1)
    shape = Shape(
        products=len(histories.products),
        width=128 if many else 64,
        content=0 if content is None else content.shape[1],
        events=100 if len(histories.product) / baskets >= BASKETS else 50,
    )
    return Options(
        shape,
        rate=2e-3 if many else 1e-3,
        batch=256 if many else 64,
        half_life_days=60.0,
        forget_learned=0.0 if content is None else 0.2,
        seed=seed,
        seconds=float("inf") if minutes is None else minutes * 60,
    )
