"""Learns all parts of a recommender and how much each is to count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.recommend.behaviour import Behaviour
from engine.recommend.content import likeness
from engine.recommend.histories import Histories
from engine.recommend.item_knn import ItemKnn
from engine.recommend.lists import AT_ONCE, Case, figures, rank, sample, top
from engine.recommend.parts import (
    CONTENT,
    ITEM_KNN,
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
TRIED = {
    TRANSFORMER: (1.0, 0.0),
    NEIGHBOURS: (0.0, 0.25, 0.5, 1.0, 2.0),
    ITEM_KNN: (0.0, 0.25, 0.5, 1.0),
    POPULARITY: (0.0, 0.1, 0.3),
    CONTENT: (0.0, 0.1, 0.3),
}
"""Weights tried, one part after the other, each with what was best for the others."""
ROUNDS = 2
CELLS = 40_000_000
"""Shares (cases times products) held at once while weights are tried, for each part."""
GAIN = 0.002
"""A part counts only where it makes the figure better by more than this share."""


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
    found: dict[str, RankingPart] = {TRANSFORMER: Attention(behaviour)} if behaviour else {}
    for name, half_life in ((NEIGHBOURS, HALF_LIFE_DAYS), (ITEM_KNN, None)):
        found[name] = Neighbours.named(name, ItemKnn.fit(histories, half_life).similarity)
    found[POPULARITY] = Popularity.fit(histories)
    if content is not None:
        found[CONTENT] = Neighbours.named(CONTENT, likeness(content.numpy()))
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
    """Weights that add up to 1 with the best NDCG found, and that; 0 for what does not help."""
    cases = sample(cases, max(1, CELLS // max(len(histories.products), 1)))
    shares = {name: [part.shares(histories, [c.shopper for c in group]) for group in _groups(cases)]
              for name, part in parts.items()}  # fmt: skip

    @cache
    def worth(weights: tuple[tuple[str, float], ...]) -> float:
        used = [(name, weight) for name, weight in weights if weight]
        lists = []
        for place, group in enumerate(_groups(cases)):
            total = sum(weight * shares[name][place] for name, weight in used)
            lists.append(top(torch.as_tensor(total), histories, [case.shopper for case in group]))
        return figures(np.concatenate(lists), cases, len(histories.products)).ndcg

    def gain(weights: Mapping[str, float]) -> float:
        return worth(tuple(weights.items())) * (1 - GAIN * np.count_nonzero([*weights.values()]))

    weights = {name: float(name == TRANSFORMER or TRANSFORMER not in parts) for name in parts}
    for name in [name for _ in range(ROUNDS) for name in TRIED if name in parts]:
        ways = [{**weights, name: tried} for tried in TRIED[name]]
        weights = max((way for way in ways if any(way.values())), key=gain) if cases else weights
    total = sum(weights.values())
    found = worth(tuple(weights.items())) if cases else 0.0
    return {name: weight / total for name, weight in weights.items()}, found


def _groups(cases: Sequence[Case]) -> list[Sequence[Case]]:
    return [cases[start : start + AT_ONCE] for start in range(0, len(cases), AT_ONCE)]
