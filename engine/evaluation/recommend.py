"""Recommenders side by side on real histories: what each would have shown, and what was bought."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.reasons import because_share
from engine.recommend.item_knn import ItemKnn
from engine.recommend.learn import choose, relearn
from engine.recommend.lists import NOTHING, Figures, figures, rank
from engine.recommend.options import options_for
from engine.recommend.parts import CONTENT, POPULARITY, TRANSFORMER, Blend, Neighbours, RankingPart
from engine.recommend.splits import Split

Told = Callable[[str, int, int], None]
"""Told what is done, how many steps of it, and of how many."""


def evaluate_recommenders(
    split: Split,
    seeds: Sequence[int],
    minutes: float | None = None,
    content: Tensor | None = None,
    told: Told = lambda what, done, whole: None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures by model, means over seeds with their spread, and a line a case (first seed)."""
    found: dict[str, list[tuple[Figures, float]]] = {}
    lists: dict[str, Any] = {}
    cold: list[float] = []
    because: list[float] = []
    for seed in seeds:
        models, seconds = _fitted(split, seed, minutes, content, told)
        for name, model in models.items():
            if name in found and name in ("popularity", "item_knn", "recent_item_knn"):
                continue
            shown = rank(model, split.known, split.judging)
            measured = figures(shown, split.judging, len(split.known.products))
            found.setdefault(name, []).append((measured, seconds[name]))
            lists.setdefault(name, shown)
        blend = models["blend"]
        because.append(because_share(blend, split))
        if split.cold and isinstance(blend, Blend) and CONTENT in blend.parts:
            # What the slot for new products is filled by.
            cold.append(_cold_recall(blend.parts[CONTENT], split))
    result = {name: _told(rows) for name, rows in found.items()}
    protocol = f"{split.protocol}; {len(split.judging)} cases, seeds {list(seeds)}"
    figure: dict[str, Any] = {"models": result, "protocol": protocol}
    figure["told_because"] = _spread(because)
    if cold:
        figure["new_products"] = {"cases": len(split.cold), "recall_at_10": _spread(cold)}
    return figure, _details(split, lists)


def _fitted(
    split: Split, seed: int, minutes: float | None, content: Tensor | None, told: Told
) -> tuple[dict[str, RankingPart], dict[str, float]]:
    """Every model, ready to be judged, and the seconds each took to fit."""
    began = time.monotonic()
    # What is trained twice has half of the time for each.
    share = minutes / 2 if minutes and split.refit else minutes
    options = options_for(split.train, seed, share, content)

    def epoch(done: int, loss: float, figure: float) -> None:
        told(f"seed {seed}, loss {loss:.2f}, NDCG@10 {figure:.4f}", done, options.epochs)

    def again(done: int, loss: float, _: float) -> None:
        told(f"seed {seed}, with the latest days, loss {loss:.2f}", done, max(choice.epochs, 1))

    blend, choice = choose(split.train, split.choosing, options, content=content, told=epoch)
    fit_on = split.known if split.refit else split.train
    if split.refit:
        blend = relearn(fit_on, choice, options, content=content, told=again)
    whole = time.monotonic() - began
    began = time.monotonic()
    plain = Neighbours(ItemKnn.fit(fit_on))
    knn = time.monotonic() - began
    models = {
        "popularity": blend.parts[POPULARITY],
        "item_knn": plain,
        "recent_item_knn": blend.parts["neighbours"],
        "transformer": blend.parts[TRANSFORMER],
        "blend": blend,
    }
    slow = ("transformer", "blend")
    return models, {name: whole if name in slow else knn for name in models}


def _cold_recall(model: RankingPart, split: Split) -> float:
    sold = np.bincount(split.known.product, minlength=len(split.known.products)) > 0
    shown = rank(model, split.known, split.cold, among=torch.from_numpy(~sold))
    return figures(shown, split.cold, len(split.known.products)).recall


def _told(rows: Sequence[tuple[Figures, float]]) -> dict[str, Any]:
    return {
        "ndcg_at_10": _spread([f.ndcg for f, _ in rows]),
        "recall_at_10": _spread([f.recall for f, _ in rows]),
        "coverage_at_10": round(mean(f.coverage for f, _ in rows), 4),
        "fit_seconds": round(mean(seconds for _, seconds in rows), 1),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, and half of the distance between the highest and the lowest."""
    spread = (max(values) - min(values)) / 2
    return {"mean": round(mean(values), 5), "spread": round(spread, 5)}


def _details(split: Split, lists: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = split.known.products
    return [
        {
            "shopper": split.known.shoppers[case.shopper],
            "relevant": [names[p] for p in case.relevant],
            **{
                model: [names[p] for p in shown[row] if p != NOTHING]
                for model, shown in lists.items()
            },
        }
        for row, case in enumerate(split.judging)
    ]
