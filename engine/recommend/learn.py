"""Learns all parts of a recommender and how much each is to count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.recommend.behaviour import Behaviour
from engine.recommend.content import likeness
from engine.recommend.histories import Histories, Ints
from engine.recommend.item_knn import ItemKnn
from engine.recommend.lists import AT_ONCE, TOP, Case, figures, rank, top
from engine.recommend.parts import (
    CONTENT,
    HALF_LIFE_BASKETS,
    NEIGHBOURS,
    POPULARITY,
    TRANSFORMER,
    Attention,
    Blend,
    Neighbours,
    Popularity,
    RankingPart,
)
from engine.recommend.training import Epoch, Options, Run, train

HALF_LIFE_DAYS = 30.0
"""What shoppers touched together so many days earlier counts half as much."""
GRID = {
    TRANSFORMER: (1.0, 0.0),
    NEIGHBOURS: (0.0, 0.25, 0.5, 1.0, 2.0),
    POPULARITY: (0.0, 0.1, 0.3),
}
GAIN = 0.002
"""A part counts only where it makes the figure better by more than this share."""
MOST_CASES = 6000
"""Cases that models and weights are chosen on: a sample of them, where there are more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: epochs of training, and weights by part (they add up to 1)."""

    epochs: int
    weights: Mapping[str, float]
    figure: float
    run: Run


def parts_of(
    histories: Histories, behaviour: Behaviour | None, content: Tensor | None = None
) -> dict[str, RankingPart]:
    """Every part, learned from these histories; by `content` products are alike."""
    knn = ItemKnn.fit(histories, HALF_LIFE_DAYS)
    found: dict[str, RankingPart] = {TRANSFORMER: Attention(behaviour)} if behaviour else {}
    found[NEIGHBOURS] = Neighbours(knn, HALF_LIFE_BASKETS)
    found[POPULARITY] = Popularity.fit(histories)
    if content is not None:
        found[CONTENT] = Neighbours(ItemKnn(likeness(content.numpy())), HALF_LIFE_BASKETS)
    return found


def choose(
    histories: Histories,
    cases: Sequence[Case],
    options: Options,
    *,
    content: Tensor | None = None,
    checkpoint: Path | None = None,
    told: Epoch = lambda epoch, loss, figure: None,
) -> tuple[Blend, Choice]:
    """Learn from histories, and choose on cases when to stop and what counts how much."""
    cases = sample(cases)

    def figure(behaviour: Behaviour) -> float:
        lists = rank(Attention(behaviour), histories, cases)
        return figures(lists, cases, len(histories.products)).ndcg

    behaviour, run = train(
        histories, options, figure, content=content, checkpoint=checkpoint, told=told
    )
    parts = parts_of(histories, behaviour, content)
    weights, best = choose_weights(parts, histories, cases)
    return Blend(parts, weights), Choice(run.best_epoch, weights, best, run)


def relearn(
    histories: Histories,
    choice: Choice,
    options: Options,
    *,
    content: Tensor | None = None,
    checkpoint: Path | None = None,
    told: Epoch = lambda epoch, loss, figure: None,
) -> Blend:
    """Learn anew from more histories, as it was chosen before."""
    options = replace(options, stop_after=max(choice.epochs, 1), look_every=options.epochs + 1)
    behaviour, _ = train(
        histories, options, lambda _: 0.0, content=content, checkpoint=checkpoint, told=told
    )
    return Blend(parts_of(histories, behaviour, content), choice.weights)


def choose_weights(
    parts: Mapping[str, RankingPart], histories: Histories, cases: Sequence[Case]
) -> tuple[dict[str, float], float]:
    """The weights with the best NDCG, and that; 0 for what does not help."""
    names = [name for name in GRID if name in parts]
    grid = [w for w in product(*(GRID[name] for name in names)) if any(w)]
    none = np.empty((0, TOP), dtype=np.int64)
    lists: dict[tuple[float, ...], list[Ints]] = {weights: [none] for weights in grid}
    for start in range(0, len(cases), AT_ONCE):
        shoppers = [case.shopper for case in cases[start : start + AT_ONCE]]
        shares = [parts[name].shares(histories, shoppers) for name in names]
        for weights in grid:
            blended = torch.stack([w * s for w, s in zip(weights, shares, strict=True)]).sum(0)
            lists[weights].append(top(blended, histories, shoppers))
    size = len(histories.products)
    found = {w: figures(np.concatenate(rows), cases, size).ndcg for w, rows in lists.items()}
    best = max(grid, key=lambda w: found[w] - GAIN * max(found.values()) * np.count_nonzero(w))
    total = sum(best)
    return {name: w / total for name, w in zip(names, best, strict=True)}, found[best]


def sample(cases: Sequence[Case], most: int = MOST_CASES) -> Sequence[Case]:
    """At most so many of the cases, spread evenly, always the same ones."""
    if len(cases) <= most:
        return cases
    return [cases[i] for i in np.linspace(0, len(cases) - 1, most).astype(int)]
