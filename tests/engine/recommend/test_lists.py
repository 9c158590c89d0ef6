"""Lists of ten: figures by hand, and nothing shown that was touched."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommend.histories import Histories
from engine.recommend.item_knn import ItemKnn
from engine.recommend.lists import NOTHING, TOP, Case, figures, rank, top
from engine.recommend.parts import Neighbours, Popularity
from tests.engine.recommend.worlds import PRODUCTS, built, some_histories


def test_figures_are_those_worked_out_by_hand() -> None:
    lists = np.array([[4, 7, 1, *range(20, 27)], [9, 8, 5, *range(30, 37)], [0, *range(40, 49)]])
    cases = [
        Case(0, np.array([7])),
        Case(1, np.array([9, 5, 99])),
        Case(2, np.array([3])),
    ]
    found = figures(lists, cases, 50)
    first = 1 / log2(3)
    second = (1 + 1 / log2(4)) / (1 + 1 / log2(3) + 1 / log2(4))
    assert found.ndcg == pytest.approx((first + second + 0) / 3)
    assert found.recall == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert found.coverage == pytest.approx(30 / 50)


def test_a_list_of_nothing_but_hits_is_worth_one_even_where_more_was_wanted() -> None:
    found = figures(np.arange(10)[None], [Case(0, np.arange(14))], 20)
    assert found.ndcg == pytest.approx(1.0)
    assert found.recall == pytest.approx(10 / 14)


def test_without_cases_there_is_nothing_to_count() -> None:
    found = figures(np.empty((0, TOP), dtype=np.int64), [], 5)
    assert (found.ndcg, found.recall, found.coverage) == (0.0, 0.0, 0.0)


@settings(max_examples=40)
@given(some_histories, st.integers(0, 2**32 - 1))
def test_nothing_of_a_history_is_ever_listed(histories: Histories, seed: int) -> None:
    shoppers = list(range(len(histories)))
    shares = torch.rand(len(shoppers), PRODUCTS, generator=torch.Generator().manual_seed(seed))
    lists = top(shares, histories, shoppers)
    assert lists.shape == (len(shoppers), TOP)
    for shopper, shown in zip(shoppers, lists.tolist(), strict=True):
        touched = set(histories.product[histories.of(shopper)].tolist())
        listed = [product for product in shown if product != NOTHING]
        assert sorted(listed) == sorted(set(range(PRODUCTS)) - touched)
        assert listed == sorted(listed, key=lambda p: -float(shares[shopper, p]))


@settings(max_examples=40)
@given(some_histories)
def test_parts_give_shares_that_add_to_one_or_nothing(histories: Histories) -> None:
    shoppers = list(range(len(histories)))
    knn = Neighbours(ItemKnn.fit(histories), 2.0).shares(histories, shoppers)
    popular = Popularity.fit(histories).shares(histories, shoppers)
    assert popular.sum(1).tolist() == pytest.approx([1.0] * len(shoppers))
    for total in knn.sum(1).tolist():
        assert total == pytest.approx(1.0) or total == 0.0


def test_only_products_asked_for_are_ranked() -> None:
    histories = built([[(1, [0, 1])], [(1, [0, 2])]])
    among = torch.zeros(PRODUCTS, dtype=torch.bool)
    among[[1, 5]] = True
    lists = rank(Popularity.fit(histories), histories, [Case(0, np.array([5]))], among)
    assert lists.tolist() == [[5] + [NOTHING] * (TOP - 1)]
