"""Dense search: exact as it says, and nearly so once it is clustered."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.encoders import Vectors
from engine.retrieval.index import DenseIndex


def _vectors(rows: int, size: int, seed: int) -> Vectors:
    """Unit vectors in clusters, as texts lie."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(rows // 20, 1), size))
    values = centres[rng.integers(0, len(centres), rows)] + 0.6 * rng.normal(size=(rows, size))
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True), dtype=np.float32)


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 50))
def test_search_gives_the_nearest_rows_best_first(rows: int, count: int, seed: int) -> None:
    vectors = _vectors(rows + 1, 8, seed)
    index = DenseIndex(vectors[:-1])
    found, cosines = index.search(vectors[-1:], count)
    scores = index.scores(vectors[-1:])
    np.testing.assert_allclose(cosines, np.sort(scores)[::-1][:count], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores[found], cosines, rtol=1e-5, atol=1e-6)


def test_a_clustered_index_finds_what_an_exact_one_finds() -> None:
    vectors = _vectors(20_000, 32, 7)
    asked = vectors[:200] + np.float32(0.05) * _vectors(200, 32, 8)
    exact, clustered = DenseIndex(vectors), DenseIndex(vectors, exact_up_to=1_000)
    assert exact.exact
    assert not clustered.exact
    shared = [
        len(set(exact.search(q[None], 10)[0]) & set(clustered.search(q[None], 10)[0])) / 10
        for q in asked
    ]
    assert np.mean(shared) > 0.98


def test_a_clustered_index_tells_exact_cosines_best_first() -> None:
    vectors = _vectors(20_000, 32, 3)
    found, cosines = DenseIndex(vectors, exact_up_to=1_000).search(vectors[:1], 10)
    np.testing.assert_allclose(cosines, vectors[found] @ vectors[0], rtol=1e-6)
    assert list(cosines) == sorted(cosines, reverse=True)
    assert found[0] == 0
