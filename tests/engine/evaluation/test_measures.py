"""Figures out of predictions: by hand where small, by law where drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.measures import (
    Prediction,
    best_threshold,
    expected_calibration_error,
    matthews,
    ranks,
    refusals,
    reliability,
    risk_coverage,
)

OOS = "none"
MADE = (
    Prediction("a", ("x", "y"), 0.9, "x"),
    Prediction("b", ("y", "x"), 0.8, "x"),
    Prediction("c", ("x", "y"), 0.2, "y"),
    Prediction("d", ("x",), 0.7, OOS),
    Prediction("e", ("y",), 0.1, OOS),
)
labels = st.sampled_from(("x", "y", OOS))
drawn = st.lists(
    st.builds(Prediction, st.just("t"), st.just(("x", "y")), st.floats(0, 1), labels),
    min_size=1,
    max_size=25,
)


def test_ranks_count_places_and_nothing_is_refused() -> None:
    found = ranks(MADE[:3])
    assert found["p_at_1"] == pytest.approx(1 / 3)
    assert found["mrr"] == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert found["recall_at_5"] == 1.0


def test_refused_questions_count_as_wrong_and_answered_strangers_too() -> None:
    found = refusals(MADE, 0.5, OOS)
    assert found["in_scope_accuracy"] == pytest.approx(1 / 3)
    assert found["oos_recall"] == pytest.approx(1 / 2)
    assert found["wrong_among_answered"] == pytest.approx(2 / 3)


@given(drawn)
def test_refusing_everything_tells_nothing_wrong(made: list[Prediction]) -> None:
    found = refusals(made, 1.1, OOS)
    assert found["in_scope_accuracy"] == 0
    assert found["wrong_among_answered"] == 0
    assert found["mcc"] == 0


def test_matthews_is_one_for_all_right() -> None:
    assert matthews(["x", "y", OOS], ["x", "y", OOS]) == pytest.approx(1.0)


@settings(max_examples=15)  # each tries 400 thresholds
@given(drawn)
def test_the_threshold_keeps_the_accuracy_where_any_does(made: list[Prediction]) -> None:
    cut = best_threshold(made, OOS, 0.6)
    whole = refusals(made, 0.0, OOS)["in_scope_accuracy"]
    if whole >= 0.6:
        assert refusals(made, cut, OOS)["in_scope_accuracy"] >= 0.6


def test_a_confidence_that_is_always_true_has_no_calibration_error() -> None:
    confidence = np.repeat([0.25, 0.75], 100)
    right = np.array(([True] * 25 + [False] * 75) + ([True] * 75 + [False] * 25))
    assert expected_calibration_error(reliability(confidence, right)) == pytest.approx(0.0)
    assert expected_calibration_error(reliability(confidence, ~right)) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_risk_of_answering_everything_is_the_share_wrong(
    made: list[tuple[float, bool]],
) -> None:
    confidence, right = np.array([c for c, _ in made]), np.array([r for _, r in made])
    coverage, risk = risk_coverage(confidence, right)[-1]
    assert coverage == pytest.approx(1.0)
    assert risk == pytest.approx(1 - right.mean())
