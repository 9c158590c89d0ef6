"""The retrieval benchmark, small: it measures what it says, on real vectors with noise."""

from __future__ import annotations

import numpy as np
import pytest

from engine.benchmarks.many_entries import many_entries
from engine.benchmarks.retrieve import bench_index, bench_many, noisy
from engine.retrieval.encoders import Encoders

TEXTS = ("How do I clean the lamp?", "returns", "where is my parcel", "gift wrapping")


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load(threads=2)


def quiet(done: int, whole: int) -> None:
    assert done <= whole


def test_noise_keeps_vectors_near_their_own(encoders: Encoders) -> None:
    real = encoders.encoder("en").encode(TEXTS)
    made = noisy(real, 40)
    assert made.shape == (40, real.shape[1])
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1.0, rtol=1e-5)
    assert all(int(np.argmax(real @ vector)) == i % len(TEXTS) for i, vector in enumerate(made))


def test_a_small_index_is_exact(encoders: Encoders) -> None:
    real = encoders.encoder("en").encode(TEXTS)
    found = bench_index(real, encoders, TEXTS, 400, quiet)
    assert found["recall_at_10"] == 1.0
    assert found["passages"] == 400


def test_many_entries_are_all_different_and_build(encoders: Encoders) -> None:
    entries = list(many_entries(10_000))
    assert len({entry.id for entry in entries}) == 10_000
    assert len({q for entry in entries for q in entry.questions["en"]}) == 30_000
    found = bench_many(encoders, 25, quiet)
    assert set(found) == {"entries", "first_build_seconds", "rebuild_seconds"}
