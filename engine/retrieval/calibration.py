"""From features to a rank and to a probability of being right, learned from the shop's examples.

Every example question is asked with itself hidden (a right answer exists), and once more with
its whole entry hidden (none exists); generic questions no shop answers are further examples of
the latter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.retrieval.features import ABSENT, EntryFeatures, Matrix, Query
from engine.retrieval.head import HeadFit

CANDIDATES = 8
FEWEST_EXAMPLES = 60
UNANSWERABLE_SHARE = 0.25
RIGHT_WHEN_CERTAIN = 0.97
RIGHT_WHEN_LIKELY = 0.95
LEAST_LIKELY = 0.9
KEPT_UNSURE = 0.985
MOST_TRIALS = 700
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


def unseen_share(
    found: EntryFeatures, query: Query, hidden: npt.NDArray[np.bool_] | None = None
) -> float:
    """Share (0..1) of the question's term weight that stands in no row (that is not hidden)."""
    rows: list[int] = [] if hidden is None else np.flatnonzero(hidden).tolist()
    taken = Counter(term for row in rows for term in set(found.lexical.terms[row]))
    weights = {
        term: found.lexical.idf(term)
        if found.lexical.seen(term) > taken[term]
        else found.lexical.rarest
        for term in query.terms
    }
    whole = sum(weights.values())
    lost = sum(w for term, w in weights.items() if found.lexical.seen(term) <= taken[term])
    return lost / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked under known conditions. `right`: the entry's position, or None."""

    query: Query
    features: Matrix
    unseen: float
    right: int | None
    group: int


def trials(
    found: EntryFeatures, fit: HeadFit, language: str, out_of_scope: Sequence[Query]
) -> tuple[Trial, ...]:
    """Held-out trials of the shop's own questions in `language`, and out-of-scope ones.

    `fit`: the head of `found`. Of many questions every second or third is asked.
    """
    asked = [
        row
        for row, text in enumerate(found.rows)
        if text.field == "question" and text.language == language
    ]
    made: list[Trial] = []
    for row in asked[:: 1 + len(asked) // MOST_TRIALS]:
        made.extend(_held_out(found, fit, row))
    for position, query in enumerate(out_of_scope):
        features = found.matrix(query)
        unseen = unseen_share(found, query)
        made.append(Trial(query, features, unseen, None, len(found.sources) + position))
    return tuple(made)


def _held_out(found: EntryFeatures, fit: HeadFit, row: int) -> Iterator[Trial]:
    """One example asked without itself, then without its whole entry."""
    query = Query(found.vectors[row : row + 1], found.lexical.terms[row])
    entry = int(found.row_source[row])
    own = np.arange(len(found.rows)) == row
    without = fit.left_out(found.order[own])[0]
    yield Trial(
        query, found.matrix(query, own, without), unseen_share(found, query, own), entry, entry
    )
    whole = found.row_source == entry
    block = np.flatnonzero(whole & fit.used[found.order])
    left = fit.left_out(found.order[block])[int(np.searchsorted(block, row))]
    gone = found.matrix(query, whole, left)
    gone[entry] = (ABSENT, ABSENT, 0.0, 0.0, 0.0, 0.0)
    yield Trial(query, gone, unseen_share(found, query, whole), None, entry)


def learn(made: Sequence[Trial]) -> Calibration:
    """Fit rank and confidence on trials; thresholds on cross-validated confidences."""
    answerable = [trial for trial in made if trial.right is not None]
    rank_weights = _fit_rank(answerable)
    evidence, right = _evidences(made, rank_weights)
    weight = _prior_weights(made)
    held_out = _cross_validate(evidence, right, weight, [trial.group for trial in made])
    thresholds = choose_thresholds(held_out, right, weight)
    return Calibration(rank_weights, _fit(evidence, right, weight), thresholds)


def _prior_weights(made: Sequence[Trial]) -> Floats:
    """Weights that make UNANSWERABLE_SHARE of all trials unanswerable."""
    real = np.array([trial.right is not None for trial in made])
    lost = max(int((~real).sum()), 1)
    share = UNANSWERABLE_SHARE / (1 - UNANSWERABLE_SHARE)
    return np.where(real, 1.0, share * real.sum() / lost)


def _fit(values: Floats, right: npt.NDArray[np.bool_], weight: Floats | None = None) -> Weights:
    from sklearn.linear_model import LogisticRegression

    spread = values.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000).fit(values / spread, right, weight)
    return Weights(float(model.intercept_[0]), tuple(float(w) for w in model.coef_[0] / spread))


def _fit_rank(answerable: Sequence[Trial]) -> Weights:
    values, labels = [], []
    for trial in answerable:
        rough = trial.features[:, 0] + trial.features[:, 3] + trial.features[:, 5]
        chosen = set(np.argsort(-rough)[:CANDIDATES].tolist()) | {trial.right}
        for entry in sorted(c for c in chosen if c is not None):
            values.append(trial.features[entry])
            labels.append(entry == trial.right)
    return _fit(np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=bool))


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


def _cross_validate(
    evidence: Floats, right: npt.NDArray[np.bool_], weight: Floats, groups: Sequence[int]
) -> Floats:
    from sklearn.model_selection import GroupKFold

    confidence = np.zeros(len(right))
    for fit, held in GroupKFold(n_splits=5).split(evidence, right, groups):
        logits = _fit(evidence[fit], right[fit], weight[fit]).logit(evidence[held])
        confidence[held] = 1 / (1 + np.exp(-logits))
    return confidence


def choose_thresholds(
    confidence: Floats, right: npt.NDArray[np.bool_], weight: Floats
) -> Thresholds:
    """Cut confidences into bands.

    certain and likely: the lowest cuts above which the wanted share of answers is right, likely
    never below LEAST_LIKELY;
    unsure: the cut that keeps KEPT_UNSURE of the right candidates.
    """
    order = np.argsort(-confidence, kind="stable")
    precision = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])

    def cut(wanted: float) -> float:
        good = np.flatnonzero(precision >= wanted)
        return float(confidence[order[good[-1]]]) if len(good) else 1.0

    certain = cut(RIGHT_WHEN_CERTAIN)
    likely = min(max(cut(RIGHT_WHEN_LIKELY), LEAST_LIKELY), certain)
    kept = confidence[right]
    unsure = float(np.quantile(kept, 1 - KEPT_UNSURE)) if len(kept) else likely
    return Thresholds(certain, likely, min(unsure, likely))
