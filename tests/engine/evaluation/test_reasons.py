"""A reason is counted only where the goods really hang on what the shopper did."""

from __future__ import annotations

from engine.evaluation.reasons import because_share
from engine.recommend.item_knn import ItemKnn
from engine.recommend.parts import Blend, Neighbours, Popularity
from engine.recommend.splits import leave_one_out
from tests.engine.recommend.worlds import chains

SPLIT = leave_one_out(chains(60, days=80))
NEAR = Neighbours(ItemKnn.fit(SPLIT.train))
POPULAR = Popularity.fit(SPLIT.train)


def test_what_all_are_shown_is_because_of_nothing() -> None:
    assert because_share(POPULAR, SPLIT) == 0.0


def test_what_lies_near_a_purchase_is_because_of_it() -> None:
    assert because_share(NEAR, SPLIT) > 0.9


def test_a_part_that_hardly_counts_is_hardly_a_cause() -> None:
    mixed = Blend({"near": NEAR, "popular": POPULAR}, {"near": 1e-6, "popular": 1.0})
    assert because_share(mixed, SPLIT) < 0.1
