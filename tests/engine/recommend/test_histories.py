"""Histories: what is kept keeps its order and its shopper."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommend.histories import Histories, from_events, from_sequences
from engine.types import Event
from tests.engine.recommend.worlds import any_histories

START = datetime(2026, 3, 1, tzinfo=UTC)


def rows_of(histories: Histories, shopper: int) -> list[tuple[int, float, int]]:
    rows = histories.of(shopper)
    columns = (histories.product[rows], histories.day[rows], histories.basket[rows])
    return [(int(p), float(d), int(b)) for p, d, b in zip(*columns, strict=True)]


@settings(max_examples=40)
@given(any_histories, st.integers(0, 2**32 - 1))
def test_rows_kept_stay_with_their_shopper_in_order(histories: Histories, seed: int) -> None:
    mask = np.random.default_rng(seed).random(len(histories.product)) < 0.5
    kept = histories.kept(mask)
    assert kept.shoppers == histories.shoppers
    for shopper in range(len(histories)):
        chosen = mask[histories.of(shopper)]
        wanted = [
            row for row, keep in zip(rows_of(histories, shopper), chosen, strict=True) if keep
        ]
        assert rows_of(kept, shopper) == wanted


@settings(max_examples=40)
@given(any_histories, st.integers(0, 4), st.integers(0, 6))
def test_without_the_last_spares_short_histories(
    histories: Histories, count: int, fewest: int
) -> None:
    left = histories.without_last(count, fewest)
    for shopper in range(len(histories)):
        rows = rows_of(histories, shopper)
        spared = len(rows) < fewest
        assert rows_of(left, shopper) == (rows if spared else rows[: max(len(rows) - count, 0)])


@settings(max_examples=40)
@given(any_histories, st.integers(0, 100))
def test_before_a_day_nothing_of_it_or_later_is_known(histories: Histories, day: int) -> None:
    earlier = histories.before(day)
    for shopper in range(len(histories)):
        wanted = [row for row in rows_of(histories, shopper) if row[1] < day]
        assert rows_of(earlier, shopper) == wanted


@settings(max_examples=40)
@given(any_histories)
def test_baskets_are_all_rows_once_cut_where_the_number_changes(histories: Histories) -> None:
    for shopper in range(len(histories)):
        rows = histories.of(shopper)
        parts = list(histories.baskets(shopper))
        covered = [row for part in parts for row in range(part.start, part.stop)]
        assert covered == list(range(rows.start, rows.stop))
        numbers = [set(histories.basket[part].tolist()) for part in parts]
        assert all(len(number) == 1 for number in numbers)
        assert all(a != b for a, b in itertools.pairwise(numbers))
        assert (histories.shopper[rows] == shopper).all()


def test_sequences_are_purchases_each_its_own_basket() -> None:
    found = from_sequences([("u", "a", "b", "a"), ("v", "b", "c")])
    assert (found.shoppers, found.products) == (("u", "v"), ("a", "b", "c"))
    assert found.product.tolist() == [0, 1, 0, 1, 2]
    assert [len(list(found.baskets(s))) for s in (0, 1)] == [3, 2]


def event(shopper: str, hours: float, name: str, product: str) -> Event:
    return Event(shopper, START + timedelta(hours=hours), name, product)


def test_events_are_put_in_order_and_those_near_in_time_are_one_basket() -> None:
    found = from_events([
        event("v", 3, "purchase", "x"), event("u", 30, "purchase", "z"),
        event("u", 1, "view_item", "y"), event("u", 5, "add_to_cart", "x"),
    ])  # fmt: skip
    assert found.shoppers == ("u", "v")
    assert [found.products[p] for p in found.product] == ["y", "x", "z", "x"]
    assert found.kind.tolist() == [0, 1, 2, 2]
    assert [b.stop - b.start for b in found.baskets(0)] == [2, 1]
    assert found.day[1] == pytest.approx(START.timestamp() / 86_400 + 5 / 24)


def test_events_of_unknown_products_and_kinds_are_left_out() -> None:
    events = [event("u", 1, "purchase", "a"), event("u", 2, "purchase", "gone"),
              event("u", 3, "refund", "a")]  # fmt: skip
    found = from_events(events, ["b", "a"])
    assert found.products == ("b", "a")
    assert found.product.tolist() == [1]


def test_no_events_are_no_histories() -> None:
    found = from_events([], ["a"])
    assert (len(found), len(found.product)) == (0, 0)
    assert len(found.kept(np.zeros(0, dtype=bool))) == 0
