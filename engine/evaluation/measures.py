"""Figures out of predictions: ranks, refusals, calibration, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What came first for a query: ids best first, and the confidence in the first."""

    text: str
    ranked: tuple[str, ...]
    confidence: float
    label: str = ""

    @property
    def first(self) -> str:
        """The id ranked first, or ""."""
        return self.ranked[0] if self.ranked else ""


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: mean confidence, share right, how many."""

    confidence: float
    right: float
    count: int


def ranks(predictions: Sequence[Prediction]) -> dict[str, float]:
    """P@1, MRR and recall@5 of queries that have an answer, nothing refused."""
    places = [
        p.ranked.index(p.label) + 1 if p.label in p.ranked else 0 for p in predictions
    ]  # fmt: skip
    count = max(len(places), 1)
    return {
        "p_at_1": sum(place == 1 for place in places) / count,
        "mrr": sum(1 / place for place in places if place) / count,
        "recall_at_5": sum(0 < place <= 5 for place in places) / count,
    }


def refusals(
    predictions: Sequence[Prediction], threshold: float, out_of_scope: str
) -> dict[str, float]:
    """What is right and wrong when everything below `threshold` is refused."""
    said = [p.first if p.confidence >= threshold else out_of_scope for p in predictions]
    inside = [(p, s) for p, s in zip(predictions, said, strict=True) if p.label != out_of_scope]
    outside = [s for p, s in zip(predictions, said, strict=True) if p.label == out_of_scope]
    told = [(p, s) for p, s in zip(predictions, said, strict=True) if s != out_of_scope]
    return {
        "in_scope_accuracy": sum(p.label == s for p, s in inside) / max(len(inside), 1),
        "oos_recall": sum(s == out_of_scope for s in outside) / max(len(outside), 1),
        "mcc": matthews([p.label for p in predictions], said),
        "wrong_among_answered": sum(p.label != s for p, s in told) / max(len(told), 1),
    }


def matthews(wanted: Sequence[str], said: Sequence[str]) -> float:
    """Multi-class Matthews correlation (Gorodkin, 2004); 0 where one side is constant."""
    from sklearn.metrics import matthews_corrcoef

    if len({*wanted, *said}) < 2:
        return 0.0
    return float(matthews_corrcoef(list(wanted), list(said)))


def reliability(confidence: Floats, right: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Bars of a reliability diagram: BINS of equal width, empty ones left out."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(float(confidence[place == b].mean()), float(right[place == b].mean()), int(n))
        for b in range(BINS)
        if (n := int((place == b).sum()))
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence and share right, weighted by count (Naeini et al., 2015)."""
    whole = max(sum(b.count for b in bins), 1)
    return sum(b.count * abs(b.confidence - b.right) for b in bins) / whole


def risk_coverage(
    confidence: Floats, right: npt.NDArray[np.bool_]
) -> tuple[tuple[float, float], ...]:
    """(coverage, risk) as ever less sure answers are given, surest first."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    given = np.arange(1, len(order) + 1)
    return tuple(
        (float(n / len(order)), float(w / n)) for n, w in zip(given, wrong, strict=True)
    )  # fmt: skip


def percentiles(times_s: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    if not times_s:
        return {"p50": 0.0, "p95": 0.0}
    low, high = np.percentile(np.asarray(times_s) * 1000, [50, 95])
    return {"p50": round(float(low), 1), "p95": round(float(high), 1)}


def best_threshold(
    predictions: Sequence[Prediction], out_of_scope: str, accuracy: float
) -> float:  # fmt: skip
    """The threshold validation data speaks for.

    The highest that keeps in-scope accuracy at `accuracy`; where none does, the best MCC.
    """
    confidences = sorted({p.confidence for p in predictions})
    cuts = np.unique(np.quantile(confidences, np.linspace(0, 1, 401))) if confidences else [0.0]
    tried = [(float(cut), refusals(predictions, float(cut), out_of_scope)) for cut in cuts]
    good = [cut for cut, found in tried if found["in_scope_accuracy"] >= accuracy]
    if good:
        return max(good)
    return max(tried, key=lambda t: t[1]["mcc"])[0]
