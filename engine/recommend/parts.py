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
from engine.recommend.histories import KIND_WEIGHT, Floats, Histories, Ints
from engine.recommend.item_knn import ItemKnn

POPULAR_DAYS = 30.0
HALF_LIFE_BASKETS = 2.0
"""What was bought so many baskets earlier counts half."""


class RankingPart(Protocol):
    """One view of what shoppers want next."""

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """(shoppers, products), each row summing to 1, or all 0 where nothing is known.

        `among`: only of these products (numbers); then a row sums to their part of the 1, or,
        where all others would have to be looked at for it, to 1.
        """


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

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart."""
        share = self.share if among is None else self.share[torch.from_numpy(among)]
        return share.expand(len(shoppers), -1)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Item-kNN of what a shopper touched; with a half-life later baskets count more."""

    knn: ItemKnn
    half_life_baskets: float | None = None

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart."""
        rows = sparse.vstack([self.row(histories, shopper) for shopper in shoppers])
        if among is None:
            found = sparse.csr_matrix(rows @ self.knn.similarity).toarray()
        else:
            rows = sparse.csr_matrix(rows)
            touched = np.unique(rows.indices)
            block = columns(self.knn.similarity[touched], among)
            found = _dense(rows, touched) @ block
        return _shares(torch.from_numpy(found).float())

    def row(self, histories: Histories, shopper: int) -> sparse.csr_matrix:
        """A shopper's history as a row (1, products) of weights."""
        mine = histories.of(shopper)
        weights = recency(histories, mine, self.half_life_baskets)
        return self.knn.rows(histories.product[mine], weights)


@dataclass(frozen=True, slots=True)
class Attention:
    """The behaviour model's probabilities."""

    behaviour: Behaviour

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart."""
        size = len(histories.products) if among is None else len(among)
        found = torch.zeros(len(shoppers), size)
        some = [i for i, s in enumerate(shoppers) if histories.starts[s + 1] > histories.starts[s]]
        parts = [histories.of(shoppers[i]) for i in some]
        if parts:
            with torch.inference_mode():
                wanted = self.behaviour.wanted(histories, parts)
                found[some] = torch.softmax(self.behaviour.logits(wanted, among), dim=1)
        return found


@dataclass(frozen=True, slots=True)
class Blend:
    """A weighted sum of parts."""

    parts: Mapping[str, RankingPart]
    weights: Mapping[str, float]

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart; parts of weight 0 are not asked."""
        size = len(histories.products) if among is None else len(among)
        total = torch.zeros(len(shoppers), size)
        for name, part in self.parts.items():
            if self.weights.get(name):
                total = total + self.weights[name] * part.shares(histories, shoppers, among)
        return total


def recency(histories: Histories, rows: slice, half_life_baskets: float | None) -> Floats:
    """How much each row of a shopper counts: 1 for the last basket."""
    basket = histories.basket[rows]
    if not half_life_baskets or not len(basket):
        return np.ones(len(basket))
    number = np.concatenate([[0], np.cumsum(np.diff(basket) != 0)])
    weights: Floats = 0.5 ** ((number[-1] - number) / half_life_baskets)
    return weights


def columns(rows: sparse.csr_matrix, among: Ints) -> Floats:
    """Some columns of sparse rows, dense: (rows, among), without a pass over all columns."""
    order = np.argsort(among, kind="stable")
    place = np.searchsorted(among, rows.indices, sorter=order).clip(max=len(among) - 1)
    column = order[place]
    hit = among[column] == rows.indices
    found = np.zeros((rows.shape[0], len(among)))
    found[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))[hit], column[hit]] = rows.data[
        hit
    ]
    return found


def _dense(rows: sparse.csr_matrix, touched: Ints) -> Floats:
    found = np.zeros((rows.shape[0], len(touched)))
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    found[row, np.searchsorted(touched, rows.indices)] = rows.data
    return found


def _shares(scores: Tensor) -> Tensor:
    return scores / scores.sum(1, keepdim=True).clamp(min=1e-12)
