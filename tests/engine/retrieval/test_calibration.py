"""Bands: cut where the shop's own held-out questions say so."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.calibration import Thresholds, choose_thresholds

flags = st.lists(st.booleans(), min_size=5, max_size=60)


@given(right=flags, seed=st.integers(0, 1000))
def test_cuts_never_cross(right: list[bool], seed: int) -> None:
    confidence = np.random.default_rng(seed).random(len(right))
    cuts = choose_thresholds(confidence, np.array(right), np.ones(len(right)))
    assert cuts.unsure <= cuts.likely <= cuts.certain


def test_nothing_is_certain_where_confidence_says_nothing() -> None:
    rng = np.random.default_rng(1)
    right = rng.random(500) < 0.5
    cuts = choose_thresholds(rng.random(500), right, np.ones(500))
    assert cuts.certain > 0.98


def test_perfect_confidence_lets_every_right_answer_be_certain() -> None:
    right = np.array([True] * 60 + [False] * 40)
    confidence = np.where(right, 0.9, 0.1) + np.linspace(0, 0.01, 100)
    cuts = choose_thresholds(confidence, right, np.ones(100))
    assert isinstance(cuts, Thresholds)
    assert cuts.certain <= 0.9001
