"""What a ranking is blended from: each part gives every product a share of what is wanted next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from engine.recommend.behaviour import Behaviour
from engine.recommend.histories import KIND_WEIGHT, Floats, Histories
from engine.recommend.item_knn import ItemKnn

POPULAR_DAYS = 30.0
HALF_LIFE_BASKETS = 2.0
"""What was bought so many baskets earlier counts half."""


class RankingPart(Protocol):
    """One view of what shoppers want next."""

    def shares(self, histories: Histories, shoppers: Sequence[int]) -> Tensor:
        """(shoppers, products), each row summing to 1, or all 0 where nothing is known."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """How much every shopper touched a product in the days before the newest event."""

    share: Tensor

    @classmethod
    def fit(cls, histories: Histories, days: float = POPULAR_DAYS) -> Popularity:
        """Count the last `days`, a purchase more than a look."""
        recent = histories.day >= histories.day.max(initial=0.0) - days
        counts = np.bincount(
            histories.product[recent],
            weights=KIND_WEIGHT[histories.kind[recent]],
            minlength=len(histories.products),
        )
        return cls(torch.from_numpy(counts / max(counts.sum(), 1e-9)).float())

    def shares(self, histories: Histories, shoppers: Sequence[int]) -> Tensor:
        """See RankingPart."""
        return self.share.expand(len(shoppers), -1)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Item-kNN of what a shopper touched; with a half-life later baskets count more."""

    knn: ItemKnn
    half_life_baskets: float | None = None

    def shares(self, histories: Histories, shoppers: Sequence[int]) -> Tensor:
        """See RankingPart."""
        rows = []
        for shopper in shoppers:
            mine = histories.of(shopper)
            weights = recency(histories, mine, self.half_life_baskets)
            rows.append(self.knn.rows(histories.product[mine], weights))
        found = sparse.csr_matrix(sparse.vstack(rows) @ self.knn.similarity).toarray()
        return _shares(torch.from_numpy(found).float())


@dataclass(frozen=True, slots=True)
class Attention:
    """The behaviour model's probabilities."""

    behaviour: Behaviour

    def shares(self, histories: Histories, shoppers: Sequence[int]) -> Tensor:
        """See RankingPart."""
        found = torch.zeros(len(shoppers), len(histories.products))
        some = [i for i, s in enumerate(shoppers) if histories.starts[s + 1] > histories.starts[s]]
        parts = [histories.of(shoppers[i]) for i in some]
        if parts:
            with torch.inference_mode():
                wanted = self.behaviour.wanted(histories, parts)
                found[some] = torch.softmax(wanted @ self.behaviour.items.T, dim=1)
        return found


@dataclass(frozen=True, slots=True)
class Blend:
    """A weighted sum of parts."""

    parts: Mapping[str, RankingPart]
    weights: Mapping[str, float]

    def shares(self, histories: Histories, shoppers: Sequence[int]) -> Tensor:
        """See RankingPart; parts of weight 0 are not asked."""
        total = torch.zeros(len(shoppers), len(histories.products))
        for name, part in self.parts.items():
            if self.weights.get(name):
                total = total + self.weights[name] * part.shares(histories, shoppers)
        return total


def recency(histories: Histories, rows: slice, half_life_baskets: float | None) -> Floats:
    """How much each row of a shopper counts: 1 for the last basket."""
    basket = histories.basket[rows]
    if not half_life_baskets or not len(basket):
        return np.ones(len(basket))
    number = np.concatenate([[0], np.cumsum(np.diff(basket) != 0)])
    weights: Floats = 0.5 ** ((number[-1] - number) / half_life_baskets)
    return weights


def _shares(scores: Tensor) -> Tensor:
    return scores / scores.sum(1, keepdim=True).clamp(min=1e-12)
