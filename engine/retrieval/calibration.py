"""From features to a rank and to a probability of being right, learned from held-out trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.retrieval.features import (
    Matrix,
    Query,
)
from engine.retrieval.trials import Trial

CANDIDATES = 8
FEWEST_EXAMPLES = 60
UNANSWERABLE_SHARE = 0.25
RIGHT_WHEN_CERTAIN, RIGHT_WHEN_LIKELY = 0.88, 0.8
"""Of trials, which count the second best entry as wrong even where it answers as well: of shoppers'
questions 99 % were right above these cuts (docs/lab-notes.md)."""
LEAST_TOLD = 0.8
KEPT_UNSURE = 0.985
ROUGH = (0, 3, 5, 6, 9)
"""Columns that say which entries are worth telling apart when the rank is learned."""
FIRST_SIGNS = (1, 1, 1, 1, 1, 1, 1, 1, -1, -1)
RERANK_SIGNS = (1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0)
"""Of the log-odds, the margin, ENTRY_FEATURES (and RERANK_FEATURES), unseen words, shortness."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lowest confidence of each band; below `unsure` an answer is unknown."""

    certain: float
    likely: float
    unsure: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: probability = 1 / (1 + exp(-(bias + values . weights)))."""

    bias: float
    weights: tuple[float, ...]

    def logit(self, values: npt.NDArray[np.floating]) -> Floats:
        """Log-odds of each row of `values`, shape (rows,)."""
        return np.asarray(values @ np.asarray(self.weights) + self.bias, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one encoder's features are ranked, believed and cut into bands."""

    rank: Weights
    confidence: Weights
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Ranked:
    """Entries best first with their log-odds, and the confidence that the first is right."""

    order: tuple[int, ...]
    logits: tuple[float, ...]
    confidence: float


def reranked(key: str) -> str:
    """The key of the calibration for an encoder's features with the re-ranking encoder's."""
    return f"{key}+rerank"


def rank(features: Matrix, query: Query, unseen: float, calibration: Calibration) -> Ranked:
    """Rank all entries for a question; `unseen` is the share of its term weight no entry has."""
    logits = calibration.rank.logit(features)
    order = np.argsort(-logits, kind="stable")[:CANDIDATES]
    evidence = _evidence(features, logits, order, query, unseen)
    confidence = float(1 / (1 + np.exp(-calibration.confidence.logit(evidence[None, :])[0])))
    return Ranked(tuple(int(i) for i in order), tuple(float(logits[i]) for i in order), confidence)


def _evidence(
    features: Matrix, logits: Floats, order: npt.NDArray[np.int64], query: Query, unseen: float
) -> Floats:
    best = order[0]
    second = logits[order[1]] if len(order) > 1 else logits[best] - 5.0
    margin = min(float(logits[best] - second), 5.0)
    short = 1.0 if len(query.terms) <= 1 else 0.0
    return np.array(
        [logits[best], margin, *(float(x) for x in features[best]), unseen, short],
        dtype=np.float64,
    )


def learn(made: Sequence[Trial]) -> Calibration:
    """Fit rank and confidence on trials; thresholds on cross-validated confidences."""
    answerable = [trial for trial in made if trial.right is not None]
    rank_weights = _fit_rank(answerable)
    evidence, right = _evidences(made, rank_weights)
    weight = _prior_weights(made)
    held_out = _cross_validate(evidence, right, weight, [trial.group for trial in made])
    thresholds = choose_thresholds(held_out, right, weight)
    signs = signs_of(evidence)
    return Calibration(rank_weights, _fit(evidence, right, signs, weight), thresholds)


def _prior_weights(made: Sequence[Trial]) -> Floats:
    """Weights that make UNANSWERABLE_SHARE of all trials unanswerable."""
    real = np.array([trial.right is not None for trial in made])
    lost = max(int((~real).sum()), 1)
    share = UNANSWERABLE_SHARE / (1 - UNANSWERABLE_SHARE)
    return np.where(real, 1.0, share * real.sum() / lost)


def _fit(
    values: Floats,
    right: npt.NDArray[np.bool_],
    signs: Sequence[int],
    weight: Floats | None = None,
) -> Weights:
    """Logistic regression, no weight against its sign: likeness never speaks against an entry.

    `signs`: 1 or -1 for each column, 0 for one that is left out. Without them the weights of
    columns that say the same cancel each other out, and fail on messages unlike the examples.
    """
    from scipy.optimize import minimize

    spread = values.std(axis=0) + 1e-9
    scaled, counted = values / spread, np.ones(len(right)) if weight is None else weight
    towards = np.where(right, 1.0, -1.0)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        margin = towards * (scaled @ parameters[1:] + parameters[0])
        slope = -towards * counted / (1 + np.exp(np.clip(margin, -500, 500)))
        value = counted @ np.logaddexp(0, -margin) + (parameters[1:] ** 2).sum() / 2
        return float(value), np.concatenate(([slope.sum()], slope @ scaled + parameters[1:]))

    limits = {1: (0.0, None), -1: (None, 0.0), 0: (0.0, 0.0)}
    bounds = [(None, None), *(limits[sign] for sign in signs)]
    found = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Weights(float(found[0]), tuple(float(w) for w in found[1:] / spread))


def _fit_rank(answerable: Sequence[Trial]) -> Weights:
    values, labels = [], []
    for trial in answerable:
        rough = trial.features[:, ROUGH[: 3 if trial.features.shape[1] == 6 else 5]].sum(axis=1)
        chosen = set(np.argsort(-rough)[:CANDIDATES].tolist()) | {trial.right}
        for entry in sorted(c for c in chosen if c is not None):
            values.append(trial.features[entry])
            labels.append(entry == trial.right)
    signs = [1] * values[0].shape[0]
    return _fit(np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=bool), signs)


def _evidences(
    made: Sequence[Trial], rank_weights: Weights
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    rows, right = [], []
    for trial in made:
        logits = rank_weights.logit(trial.features)
        order = np.argsort(-logits, kind="stable")[:CANDIDATES]
        rows.append(_evidence(trial.features, logits, order, trial.query, trial.unseen))
        right.append(trial.right is not None and int(order[0]) == trial.right)
    return np.asarray(rows), np.asarray(right, dtype=bool)


def signs_of(evidence: Floats) -> tuple[int, ...]:
    """What each column of `_evidence` may speak for; see `_fit`.

    Shared words make an entry likely, but sure only where no better encoder was asked.
    """
    reranked_too = evidence.shape[1] > len(FIRST_SIGNS)
    return RERANK_SIGNS if reranked_too else FIRST_SIGNS


def _cross_validate(
    evidence: Floats, right: npt.NDArray[np.bool_], weight: Floats, groups: Sequence[int]
) -> Floats:
    from sklearn.model_selection import GroupKFold

    confidence = np.zeros(len(right))
    for fit, held in GroupKFold(n_splits=5).split(evidence, right, groups):
        logits = _fit(evidence[fit], right[fit], signs_of(evidence), weight[fit]).logit(
            evidence[held]
        )
        confidence[held] = 1 / (1 + np.exp(-logits))
    return confidence


def choose_thresholds(
    confidence: Floats, right: npt.NDArray[np.bool_], weight: Floats
) -> Thresholds:
    """Cut confidences into bands.

    certain and likely: the lowest cuts above which the wanted share of answers is right, never
    below LEAST_TOLD;
    unsure: the cut that keeps KEPT_UNSURE of the right candidates.
    """
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])

    def cut(wanted: float) -> float:
        good = np.flatnonzero(precision >= wanted)
        return float(confidence[order[good[-1]]]) if len(good) else 1.0

    certain = max(cut(RIGHT_WHEN_CERTAIN), LEAST_TOLD)
    likely = min(max(cut(RIGHT_WHEN_LIKELY), LEAST_TOLD), certain)
    kept = confidence[right]
    unsure = float(np.quantile(kept, 1 - KEPT_UNSURE)) if len(kept) else likely
    return Thresholds(certain, likely, min(unsure, likely))


@dataclass(frozen=True, slots=True)
class Judged:
    """Trials as a calibration judges them: confidence, whether the first is right, band cuts."""

    confidence: Floats
    right: npt.NDArray[np.bool_]
    answerable: npt.NDArray[np.bool_]
    told: npt.NDArray[np.bool_]


def judge_trials(made: Sequence[Trial], calibration: Calibration) -> Judged:
    """What a calibration says of trials it has not seen."""
    evidence, right = _evidences(made, calibration.rank)
    confidence = 1 / (1 + np.exp(-calibration.confidence.logit(evidence)))
    answerable = np.array([trial.right is not None for trial in made])
    return Judged(confidence, right, answerable, confidence >= calibration.thresholds.likely)


def cross_validated(made: Sequence[Trial], folds: int = 5) -> Judged:
    """What calibrations learned from other entries say of each trial."""
    from sklearn.model_selection import GroupKFold

    groups = [trial.group for trial in made]
    parts, places = [], []
    for fit, held in GroupKFold(n_splits=folds).split(groups, groups, groups):
        learned = learn([made[i] for i in fit])
        parts.append(judge_trials([made[i] for i in held], learned))
        places.append(held)
    order = np.argsort(np.concatenate(places))
    return Judged(
        np.concatenate([part.confidence for part in parts])[order],
        np.concatenate([part.right for part in parts])[order],
        np.concatenate([part.answerable for part in parts])[order],
        np.concatenate([part.told for part in parts])[order],
    )
