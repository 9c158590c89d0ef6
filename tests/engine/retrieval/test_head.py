"""The learned head: what it tells apart, and that leaving rows out is the same as a new fit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.encoders import Vectors
from engine.retrieval.head import HeadFit, likeness


def _vectors(rows: int, seed: int) -> Vectors:
    drawn: Vectors = np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def _said(fit: HeadFit, known: Vectors, asked: Vectors) -> npt.NDArray[np.float32]:
    return np.asarray(likeness(asked @ known.T) @ fit.head.coefficients, dtype=np.float32)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_leaving_rows_out_is_the_same_as_fitting_without_them(seed: int, out: int) -> None:
    vectors = _vectors(20, seed)
    sources = [f"e{i % 4}" for i in range(20)]
    whole = HeadFit(vectors, sources, np.ones(20, dtype=bool))
    left = whole.left_out(np.arange(out))
    again = HeadFit(vectors[out:], sources[out:], np.ones(20 - out, dtype=bool))
    assert again.head.sources == whole.head.sources
    np.testing.assert_allclose(left, _said(again, vectors[out:], vectors[:out]), atol=1e-4)


def test_a_row_of_another_language_takes_no_part() -> None:
    vectors = _vectors(12, 3)
    sources = [f"e{i % 3}" for i in range(12)]
    used = np.arange(12) < 9
    with_them = HeadFit(vectors, sources, used)
    without = HeadFit(vectors[:9], sources[:9], np.ones(9, dtype=bool))
    assert not with_them.head.coefficients[9:].any()
    np.testing.assert_allclose(with_them.head.coefficients[:9], without.head.coefficients)


def test_what_both_entries_have_in_common_speaks_for_neither() -> None:
    common, first, second = np.eye(3, dtype=np.float32)
    rows = [common + first, common + first, common + second]
    vectors = np.stack([row / np.linalg.norm(row) for row in rows])
    fit = HeadFit(vectors, ["a", "a", "b"], np.ones(3, dtype=bool))
    asked = (common + 0.5 * second)[None, :] / np.linalg.norm(common + 0.5 * second)
    said = _said(fit, vectors, asked.astype(np.float32))[0]
    assert said[1] > said[0]
    assert fit.head.part([2, 0], ["b"]).shape == (2, 1)
