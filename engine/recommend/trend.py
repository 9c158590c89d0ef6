"""How much each product was wanted of late, at every point of the past: a prior for the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommend.histories import KIND_WEIGHT, Floats, Histories

PERIOD_DAYS = 7.0
HALF_LIFE_DAYS = 15.0
"""What lies so many days back counts half."""
POWER = 0.5
"""Of a product's recent share: half-way between no prior and popularity itself."""
FLOOR = 0.1
"""Share that a product never touched is taken to have, of that of a mean product."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Log-odds by period (periods, products): of period p, from what lay before it alone."""

    table: Tensor
    first_day: float

    @classmethod
    def fit(cls, histories: Histories) -> Trend:
        """Of all periods from the first event to the one after the last."""
        if not len(histories.day) or histories.day.max() == histories.day.min():
            return cls(torch.zeros(1, len(histories.products)), 0.0)
        first = float(histories.day.min())
        period = ((histories.day - first) / PERIOD_DAYS).astype(np.int64)
        counts = np.zeros((int(period.max()) + 1, len(histories.products)))
        np.add.at(counts, (period, histories.product), KIND_WEIGHT[histories.kind])
        decay = 0.5 ** (PERIOD_DAYS / HALF_LIFE_DAYS)
        recent = np.zeros((len(counts) + 1, len(histories.products)))
        for number, new in enumerate(counts):
            recent[number + 1] = recent[number] * decay + new
        share = recent / np.maximum(recent.mean(axis=1, keepdims=True), 1e-9)
        return cls(torch.from_numpy(prior_of(share)).float(), first)

    def periods(self, day: Tensor) -> Tensor:
        """The period of each day (since 1970)."""
        number = ((day - self.first_day) / PERIOD_DAYS).long()
        return number.clamp(0, len(self.table) - 1)

    @property
    def now(self) -> Tensor:
        """The log-odds after all that is known (products,)."""
        return self.table[-1]


def prior_of(share: Floats) -> Floats:
    """Log-odds of products touched `share` times as much as the mean one."""
    prior: Floats = POWER * np.log(share + FLOOR)
    return prior
