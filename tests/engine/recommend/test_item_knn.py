"""Item-kNN: plain cosine with a shrink, written out beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from engine.recommend import item_knn
from engine.recommend.histories import Histories
from engine.recommend.item_knn import SHRINK, ItemKnn, incidence
from engine.recommend.parts import Neighbours
from tests.engine.recommend.worlds import any_histories, built


@settings(max_examples=40)
@given(any_histories)
def test_similarity_is_the_shrunk_cosine_over_shoppers(histories: Histories) -> None:
    touched = np.zeros((len(histories), len(histories.products)))
    touched[histories.shopper, histories.product] = 1.0
    norm = np.linalg.norm(touched, axis=0)
    wanted = touched.T @ touched / (np.outer(norm, norm) + SHRINK)
    np.fill_diagonal(wanted, 0.0)
    found = ItemKnn.fit(histories).similarity.toarray()
    assert found == pytest.approx(wanted)
    assert np.array_equal(found, found.T)


@settings(max_examples=40)
@given(any_histories)
def test_no_product_is_its_own_neighbour(histories: Histories) -> None:
    found = ItemKnn.fit(histories, 30.0).similarity
    assert not found.diagonal().any()
    assert np.isfinite(found.data).all()


def test_only_the_nearest_neighbours_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_knn, "NEIGHBOURS", 1)
    together = [[(1, [0, 1])]] * 3 + [[(1, [0, 2])]] * 2
    found = ItemKnn.fit(built(together)).similarity.toarray()
    assert np.count_nonzero(found, axis=1).tolist()[:3] == [1, 1, 1]
    assert found[0].argmax() == 1
    assert found[2].argmax() == 0


def test_bought_together_long_ago_counts_less() -> None:
    histories = built([[(0, [0, 1])], [(60, [0, 2])]])
    found = ItemKnn.fit(histories, 30.0).similarity.toarray()
    assert 0 < found[0, 1] < found[0, 2]
    even = ItemKnn.fit(histories).similarity.toarray()
    assert even[0, 1] == pytest.approx(even[0, 2])


def test_the_last_touch_counts_and_halves_with_its_age() -> None:
    histories = built([[(0, [0]), (30, [0, 1])], [(0, [1]), (60, [2])]])
    found = incidence(histories, 30.0).toarray() ** 2
    assert found[0, :2] == pytest.approx([0.5, 0.5])
    assert found[1, 1:3] == pytest.approx([0.25, 1.0])


def test_empty_histories_are_close_to_nothing() -> None:
    for histories in (built([[]]), built([[], []])):
        part = Neighbours(ItemKnn.fit(histories, 30.0), 2.0)
        assert not part.shares(histories, range(len(histories))).any()


def test_of_a_product_touched_twice_the_heavier_touch_counts() -> None:
    once, twice = built([[(1, [0])]]), built([[(0, [0]), (1, [0])]])
    part = Neighbours(ItemKnn.fit(built([[(1, [0, 1])]])), 2.0)
    assert part.touched(twice, [0])[1] == pytest.approx(part.touched(once, [0])[1])
