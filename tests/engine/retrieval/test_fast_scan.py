"""The compressed index finds the largest inner products and tells them exactly."""

from __future__ import annotations

import numpy as np
import pytest

from engine.retrieval.fast_scan import FastScanIndex


@pytest.mark.parametrize("size", [32, 33])
def test_what_is_nearest_by_all_numbers_is_found_by_four_bits(size: int) -> None:
    random = np.random.default_rng(size)
    kinds = random.normal(size=(200, size))
    spread = 0.6 * random.normal(size=(20_000, size))
    vectors = np.asarray(kinds[np.arange(20_000) % 200] + spread, dtype=np.float32)
    asked = np.asarray(random.normal(size=(100, size)), dtype=np.float32)
    index = FastScanIndex(vectors)
    shared = []
    for query in asked:
        found, products = index.search(query[None], 10)
        np.testing.assert_allclose(products, vectors[found] @ query, rtol=1e-4, atol=1e-5)
        assert list(products) == sorted(products, reverse=True)
        shared.append(np.isin(np.argsort(-(vectors @ query))[:10], found).mean())
    assert np.mean(shared) > 0.95


def test_no_more_rows_are_found_than_there_are() -> None:
    vectors = np.asarray(np.random.default_rng(0).normal(size=(20, 8)), dtype=np.float32)
    found, _ = FastScanIndex(vectors).search(vectors[3:4], 100)
    assert sorted(found) == list(range(20))
