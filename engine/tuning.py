"""`shopdesk tune`: learn ranks and thresholds from the shop's own examples, if that helps."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.evaluation.measures import expected_calibration_error, reliability
from engine.publish import asked_rows, build_snapshot, embed_groups, encoders_for
from engine.retrieval.calibration import (
    Calibration,
    Judged,
    cross_validated,
    judge_trials,
    reranked,
)
from engine.retrieval.encoders import Encoders
from engine.retrieval.learned import Learned, question_hashes
from engine.retrieval.learning import (
    Examples,
    all_trials,
    default_calibrations,
    fit_heads,
    learn_from,
)
from engine.retrieval.snapshot import Progress, read_learned, read_live
from engine.retrieval.trials import Trial
from knowledge_base.store import load

WORSE_BY = 0.005
"""What is learned is kept unless it is right this much less often."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """Whether what was learned is kept, the figures before and after, and the seconds it took."""

    kept: bool
    before: Mapping[str, float]
    after: Mapping[str, float]
    seconds: float
    snapshot: str


def tune(folder: Path, home: Path, encoders: Encoders, progress: Progress | None = None) -> Tuned:
    """Learn, compare by five-fold cross-validation over entries, build with what is better.

    The snapshot is not live yet. Raises KnowledgeError with every problem of the shop's files.
    """
    begun = time.perf_counter()
    rows = asked_rows(load(folder))
    encoders = encoders_for(rows, encoders)
    live = home / "snapshots" / (read_live(home) or "none")
    vectors = embed_groups({"entries": rows}, encoders, live, progress)["entries"]
    made = all_trials(Examples(rows, vectors, fit_heads(rows, vectors), encoders))
    learned = read_learned(live, encoders.names)
    known = learned.calibrations if learned else default_calibrations(encoders.keys)
    before = figures([judge_trials(t, _last_stage(known, t, key)) for key, t in made.items()])
    after = figures([cross_validated(trials) for trials in made.values()])
    kept = bool(made) and after["right"] >= before["right"] - WORSE_BY
    new = Learned(learn_from(made, encoders.keys), question_hashes(rows)) if kept else None
    snapshot = build_snapshot(folder, home, encoders, progress, learned=new)
    return Tuned(kept, before, after, round(time.perf_counter() - begun, 1), snapshot)


def _last_stage(
    known: Mapping[str, Calibration], made: Sequence[Trial], key: str
) -> Calibration:  # fmt: skip
    second = any(trial.query.rerank is not None for trial in made)
    return known[reranked(key)] if second else known[key]


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Shares of the examples: right when answerable, told, wrong among the told; and the ECE."""
    if not judged:
        return {}
    confidence = np.concatenate([j.confidence for j in judged])
    right = np.concatenate([j.right for j in judged])
    answerable = np.concatenate([j.answerable for j in judged])
    told = np.concatenate([j.told for j in judged])
    found = {
        "right": float(right[answerable].mean()),
        "told": float(told[answerable].mean()),
        "wrong_among_told": float((~right[told]).mean()) if told.any() else 0.0,
        "ece": expected_calibration_error(reliability(confidence, right)),
    }
    return {name: round(value, 4) for name, value in found.items()}
