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

TRANSFORMER, NEIGHBOURS = "transformer", "neighbours"
ITEM_KNN, POPULARITY, CONTENT = "item_knn", "popularity", "content"
POPULAR_DAYS = 30.0
HALF_LIFE_BASKETS = {NEIGHBOURS: 2.0, ITEM_KNN: None, CONTENT: 2.0}
"""By part: what was touched so many baskets earlier counts half; None: all counts alike."""


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
        touched, weights = self.touched(histories, shoppers)
        near = self.knn.similarity[touched]
        if among is None:
            found = sparse.csr_matrix(sparse.csr_matrix(weights) @ near).toarray()
        else:
            found = weights @ columns(near, among)
        return _shares(torch.from_numpy(found).float())

    @classmethod
    def named(cls, name: str, similarity: sparse.csr_matrix) -> Neighbours:
        """The part of a name, by what is near to what (products, products)."""
        return cls(ItemKnn(similarity), HALF_LIFE_BASKETS[name])

    def touched(self, histories: Histories, shoppers: Sequence[int]) -> tuple[Ints, Floats]:
        """Products that shoppers touched (products,), and how much (shoppers, products)."""
        parts = [histories.of(shopper) for shopper in shoppers]
        rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
        owner = np.repeat(np.arange(len(parts)), [part.stop - part.start for part in parts])
        products, place = np.unique(histories.product[rows], return_inverse=True)
        weights = np.zeros((len(parts), len(products)))
        np.maximum.at(weights, (owner, place), recency(histories, self.half_life_baskets)[rows])
        return products, weights


@dataclass(frozen=True, slots=True)
class Attention:
    """The behaviour model's probabilities."""

    behaviour: Behaviour

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart."""
        return self.wanted(histories, shoppers).shares(histories, range(len(shoppers)), among)

    def wanted(self, histories: Histories, shoppers: Sequence[int] | None = None) -> Wanted:
        """The histories of these shoppers (of all) as the model reads them."""
        chosen = range(len(histories)) if shoppers is None else shoppers
        parts = [histories.of(shopper) for shopper in chosen]
        some = [place for place, rows in enumerate(parts) if rows.stop > rows.start]
        vectors = torch.zeros(len(parts), self.behaviour.items.shape[1])
        known = torch.zeros(len(parts), 1)
        if some:
            vectors[some] = self.behaviour.wanted(histories, [parts[place] for place in some])
            known[some] = 1.0
        return Wanted(self.behaviour, vectors, known)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the model found to be wanted by some shoppers: a part that asks it no more.

    `vectors` (shoppers, width); `known` (shoppers, 1): 0 for who has no history.
    """

    behaviour: Behaviour
    vectors: Tensor
    known: Tensor

    def shares(
        self, histories: Histories, shoppers: Sequence[int], among: Ints | None = None
    ) -> Tensor:
        """See RankingPart; `shoppers` are numbers among those it was found for."""
        chosen = torch.tensor(list(shoppers))
        with torch.inference_mode():
            logits = self.behaviour.logits(self.vectors[chosen], among)
            return torch.softmax(logits, dim=1) * self.known[chosen]


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


def recency(histories: Histories, half_life_baskets: float | None) -> Floats:
    """How much each row counts: 1 in a shopper's last basket, half so many baskets before it."""
    if not half_life_baskets or not len(histories.basket):
        return np.ones(len(histories.basket))
    some = np.diff(histories.starts) > 0
    another = np.diff(histories.basket, prepend=histories.basket[:1]) != 0
    another[histories.starts[:-1][some]] = True
    number = np.cumsum(another)
    last = np.zeros(len(histories), dtype=np.int64)
    last[some] = number[histories.starts[1:][some] - 1]
    weights: Floats = 0.5 ** ((last[histories.shopper] - number) / half_life_baskets)
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


def _shares(scores: Tensor) -> Tensor:
    return scores / scores.sum(1, keepdim=True).clamp(min=1e-12)
