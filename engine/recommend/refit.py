"""Learns a shop's recommender anew, and makes it live only where it is better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from engine.errors import ModelError
from engine.recommend.exposure import exposure
from engine.recommend.histories import Histories
from engine.recommend.learn import Choice, choose, relearn
from engine.recommend.lists import Case, figures, rank
from engine.recommend.live import FOLDER, live_folder, make_live
from engine.recommend.options import options_for
from engine.recommend.parts import ITEM_KNN, Blend, RankingPart
from engine.recommend.splits import Split, cut_in_time, first_baskets
from engine.recommend.store import Stored, read_about, read_learned

JUDGED_DAYS, CHOSEN_DAYS = 10.0, 30.0
SHARE = 1 / 6
"""Of all days there are, at most so many are judged by, and at most twice as many chosen by."""
LEAST_CASES = 20
CHECKPOINTS = ".training"
BLEND, OLD, NEW = "blend", "live_until_now", "blend_beside_it"
Told = Callable[[str, int, int], None]
"""Told what is done, how many steps of it, and of how many."""


@dataclass(frozen=True, slots=True)
class Refit:
    """What came of it. `promoted`: whether it is live now; `why`: in one sentence."""

    metrics: dict[str, Any]
    promoted: bool
    why: str
    folder: Path | None = None
    losses: tuple[float, ...] = ()
    looks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Teacher:
    """Learns from histories with the same settings, each training resumable by itself."""

    home: Path
    histories: Histories
    content: Tensor | None
    seed: int = 0
    minutes: float | None = None
    told: Told = lambda what, done, whole: None
    prices: Sequence[float] | None = None
    """What each product costs, to tell which prices are shown."""

    def chosen(self, split: Split) -> Choice:
        """When to stop and what counts how much."""
        name, teach = "choosing", split.train
        options = options_for(self.histories, self.seed, self._minutes, self.content)
        return choose(
            teach, split.choosing, options, content=self.content,
            checkpoint=self._checkpoint(name), told=self._epochs(name, options.epochs),
        )[1]  # fmt: skip

    def taught(self, name: str, teach: Histories, choice: Choice) -> Blend:
        """A blend of these histories, as it was chosen."""
        options = options_for(self.histories, self.seed, self._minutes, self.content)
        return relearn(
            teach, choice, options, content=self.content,
            checkpoint=self._checkpoint(name), told=self._epochs(name, choice.epochs),
        )  # fmt: skip

    @property
    def _minutes(self) -> float | None:
        """Three trainings share the time."""
        return None if self.minutes is None else self.minutes / 3

    def _checkpoint(self, name: str) -> Path:
        return self.home / FOLDER / CHECKPOINTS / f"{name}.safetensors"

    def _epochs(self, name: str, whole: int) -> Callable[[int, float, float], None]:
        def epoch(done: int, loss: float, figure: float) -> None:
            self.told(f"{name}, loss {loss:.2f}", done, whole)

        return epoch


def refit(teacher: Teacher, *, now: datetime | None = None) -> Refit:
    """Learn from all but the last days, be judged on them, and where better learn from all.

    Epochs and weights are chosen on the days before those.
    """
    histories, home = teacher.histories, teacher.home
    split = last_days(histories)
    cases = min(len(split.choosing), len(split.judging)) if split else 0
    if split is None or cases < LEAST_CASES:
        why = f"too few shoppers came back of late: {cases}, {LEAST_CASES} are needed"
        return Refit({"cases": cases}, False, why)
    choice = teacher.chosen(split)
    blend = teacher.taught("judging", split.known, choice)
    metrics: dict[str, Any] = {
        "cases": len(split.judging), "weights": dict(choice.weights), "epochs": choice.epochs,
        "ndcg_at_10": _judged(blend, split) | _beside_old(teacher, blend, split),
        "exposure": _exposures(teacher, blend, split),
    }  # fmt: skip
    curve = (tuple(choice.run.losses), tuple(choice.run.figures))
    if why := _not_better(metrics["ndcg_at_10"]):
        return Refit(metrics, False, why, None, *curve)
    final = teacher.taught("all days", histories, choice)
    about = {"metrics": metrics, "until": _end(histories), "events": len(histories.product)}
    version = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    folder = Stored.of(histories, final, about).write(home, version)
    make_live(home, version)
    return Refit(metrics, True, "better than item-kNN and than what was live", folder, *curve)


def last_days(histories: Histories) -> Split | None:
    """The split at a few days before the newest event, or None without events."""
    if not len(histories.product):
        return None
    end, first = _end(histories), float(histories.day.min())
    judged = min(JUDGED_DAYS, (end - first) * SHARE)
    return cut_in_time(histories, end - judged, min(CHOSEN_DAYS, 2 * judged))


def _judged(blend: Blend, split: Split) -> dict[str, float]:
    models = {BLEND: blend, **blend.parts}
    return {name: _ndcg(part, split.known, split.judging) for name, part in models.items()}


def _exposures(teacher: Teacher, blend: Blend, split: Split) -> dict[str, Any]:
    """What the blend shows, beside what item-kNN shows."""
    known, cases = split.known, split.judging
    popular = np.bincount(known.product, minlength=len(known.products)).astype(float)
    return {
        name: exposure(rank(part, known, cases), popular, teacher.prices).told()
        for name, part in ((BLEND, blend), (ITEM_KNN, blend.parts[ITEM_KNN]))
    }


def _beside_old(teacher: Teacher, blend: Blend, split: Split) -> dict[str, float]:
    """The live recommender and the new one on the days that neither had seen, if there are any."""
    folder = live_folder(teacher.home)
    if folder is None:
        return {}
    try:
        old = read_learned(folder, split.known.products, teacher.content).blend
        # The newest event the old one learned from is no later day.
        until = np.nextafter(max(float(read_about(folder)["until"]), _end(split.known)), np.inf)
    except (ModelError, KeyError, ValueError):
        return {}
    cases = first_baskets(teacher.histories, until)
    if len(cases) < LEAST_CASES:
        return {}
    known = teacher.histories.before(until)
    return {OLD: _ndcg(old, known, cases), NEW: _ndcg(blend, known, cases)}


def _not_better(found: dict[str, float]) -> str:
    if found[BLEND] <= found[ITEM_KNN]:
        return f"not better than item-kNN ({found[BLEND]:.4f}, {found[ITEM_KNN]:.4f})"
    if found.get(NEW, 0.0) < found.get(OLD, 0.0):
        return f"not better than what is live ({found[NEW]:.4f}, {found[OLD]:.4f})"
    return ""


def _ndcg(part: RankingPart, known: Histories, cases: Sequence[Case]) -> float:
    return round(figures(rank(part, known, cases), cases, len(known.products)).ndcg, 5)


def _end(histories: Histories) -> float:
    return float(histories.day.max(initial=0.0))
