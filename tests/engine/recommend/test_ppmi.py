"""Vectors of what is bought near to what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommend.histories import Histories
from engine.recommend.ppmi import near_counts, ppmi_vectors
from tests.engine.recommend.worlds import any_histories, built

PAIRS = [[(1, [0]), (1, [1])]] * 5 + [[(1, [2]), (1, [3])]] * 5 + [[(1, [1]), (1, [2])]]


def test_products_bought_together_are_nearer_than_strangers() -> None:
    vectors = ppmi_vectors(built(PAIRS, 4), 3)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = unit @ unit.T
    assert near[0, 1] == pytest.approx(near[1, 0])
    # 0 and 2 share their only neighbour, 1; 0 and 3 share none.
    assert near[0, 2] > near[0, 3]


def test_untouched_products_stay_at_zero() -> None:
    vectors = ppmi_vectors(built(PAIRS, 9), 6)
    assert not vectors[4:].any()
    assert vectors[:4].any(axis=1).all()


@pytest.mark.parametrize("products", [1, 2, 4])
def test_fewer_products_than_numbers_leave_the_rest_zero(products: int) -> None:
    walks = [[(1, [i % products]), (1, [(i + 1) % products])] for i in range(4)]
    vectors = ppmi_vectors(built(walks, products), 16)
    assert vectors.shape == (products, 16)
    assert np.isfinite(vectors).all()
    assert not vectors[:, products:].any()


def test_without_events_all_vectors_are_zero() -> None:
    assert not ppmi_vectors(built([]), 4).any()
    assert not ppmi_vectors(built([[], [(1, [2])]]), 4).any()


@settings(max_examples=15)
@given(any_histories, st.integers(1, 20))
def test_vectors_are_finite(histories: Histories, width: int) -> None:
    assert np.isfinite(ppmi_vectors(histories, width)).all()


@settings(max_examples=40)
@given(any_histories)
def test_near_counts_are_those_of_the_definition(histories: Histories) -> None:
    counts = np.zeros((len(histories.products),) * 2)
    for shopper in range(len(histories)):
        product = histories.product[histories.of(shopper)]
        for i in range(len(product)):
            for j in range(max(i - 5, 0), i):
                counts[product[i], product[j]] += 1 / (i - j)
                counts[product[j], product[i]] += 1 / (i - j)
    assert near_counts(histories).toarray() == pytest.approx(counts)
