"""Lists of ten against what was really bought: NDCG, recall, and what is shown at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from engine.recommend.histories import Histories, Ints
from engine.recommend.parts import RankingPart

TOP = 10
NOTHING = -1
AT_ONCE = 256
MOST_CASES = 6000
"""Cases that models and weights are chosen on: a sample of them, where there are more."""
Some = TypeVar("Some")
_GAIN = 1.0 / np.log2(np.arange(TOP) + 2.0)


@dataclass(frozen=True, slots=True)
class Case:
    """A shopper, by number, and the products (numbers) that a list should have shown."""

    shopper: int
    relevant: Ints


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over cases. `coverage`: share of all products that stand in some list."""

    ndcg: float
    recall: float
    coverage: float


def rank(
    part: RankingPart,
    histories: Histories,
    cases: Sequence[Case],
    among: Tensor | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> Ints:
    """The first TOP products (of those `among`, a mask) not in a history: (cases, TOP)."""
    found = []
    for start in range(0, len(cases), AT_ONCE):
        shoppers = [case.shopper for case in cases[start : start + AT_ONCE]]
        found.append(top(part.shares(histories, shoppers), histories, shoppers, among))
        told(len(shoppers))
    lists: Ints = np.concatenate(found) if found else np.empty((0, TOP), dtype=np.int64)
    return lists


def top(
    shares: Tensor, histories: Histories, shoppers: Sequence[int], among: Tensor | None = None
) -> Ints:
    """The TOP products of each row of shares that its shopper had not yet touched.

    Where there are fewer, NOTHING stands in the places left.
    """
    shares = shares.clone()
    for row, shopper in enumerate(shoppers):
        shares[row, torch.from_numpy(histories.product[histories.of(shopper)])] = -1.0
    if among is not None:
        shares.masked_fill_(~among, -1.0)
    best, order = torch.topk(shares, min(TOP, shares.shape[1]), dim=1)
    found: Ints = order.masked_fill(best < 0, NOTHING).numpy()
    return np.pad(found, ((0, 0), (0, TOP - found.shape[1])), constant_values=NOTHING)


def figures(lists: Ints, cases: Sequence[Case], products: int) -> Figures:
    """What lists (cases, TOP) are worth."""
    ndcg = recall = 0.0
    for shown, case in zip(lists, cases, strict=True):
        hit = np.isin(shown, case.relevant)
        ndcg += float((hit * _GAIN).sum() / _GAIN[: len(case.relevant)].sum())
        recall += float(hit.sum()) / len(case.relevant)
    count = max(len(cases), 1)
    shown = np.unique(lists[lists != NOTHING])
    return Figures(ndcg / count, recall / count, len(shown) / products)


def sample(cases: Sequence[Some], most: int = MOST_CASES) -> Sequence[Some]:
    """At most so many of the cases, spread evenly, always the same ones."""
    if len(cases) <= most:
        return cases
    return [cases[i] for i in np.linspace(0, len(cases) - 1, most).astype(int)]
