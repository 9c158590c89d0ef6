"""Windows: every target once, behind what came before it, never in sight of what came after."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommend.attention import AGES
from engine.recommend.histories import Histories
from engine.recommend.windows import ages, batch_of, batches, padded, windows
from tests.engine.recommend.worlds import any_histories, built, some_histories

lengths = st.integers(1, 8)


def targets_of(histories: Histories) -> list[tuple[int, int]]:
    """(last row of a basket, product new to the shopper in the next one), from the definition."""
    found = []
    for shopper in range(len(histories)):
        for now, then in itertools.pairwise(histories.baskets(shopper)):
            seen = set(histories.product[histories.of(shopper).start : now.stop].tolist())
            new = set(histories.product[then].tolist()) - seen
            found += [(now.stop - 1, product) for product in sorted(new)]
    return found


@settings(max_examples=40)
@given(any_histories, lengths)
def test_every_target_stands_in_exactly_one_window(histories: Histories, events: int) -> None:
    made = [
        (window.rows.start + int(place), int(wanted))
        for window in windows(histories, events)
        for place, wanted in zip(window.places, window.wanted, strict=True)
    ]
    assert sorted(made) == sorted(targets_of(histories))


@settings(max_examples=40)
@given(any_histories, lengths)
def test_windows_are_short_and_of_one_shopper(histories: Histories, events: int) -> None:
    for window in windows(histories, events):
        length = window.rows.stop - window.rows.start
        assert 1 <= length <= events
        assert len(set(histories.shopper[window.rows].tolist())) == 1
        assert window.places.max() == length - 1
        assert window.places.min() >= 0


@settings(max_examples=40)
@given(any_histories, lengths)
def test_what_is_wanted_of_one_basket_weighs_one(histories: Histories, events: int) -> None:
    for window in windows(histories, events):
        sums = [window.weights[window.places == place].sum() for place in set(window.places)]
        assert sums == pytest.approx([1.0] * len(sums))


@settings(max_examples=40)
@given(some_histories, lengths, st.integers(1, 4))
def test_batches_hold_every_window_once(histories: Histories, events: int, size: int) -> None:
    cut = windows(histories, events)
    groups = batches(cut, size, np.random.default_rng(0)) if cut else []
    assert all(1 <= len(group) <= size for group in groups)
    assert sorted(id(w) for group in groups for w in group) == sorted(id(w) for w in cut)


@settings(max_examples=40)
@given(some_histories, lengths)
def test_a_batch_points_at_the_rows_of_its_windows(histories: Histories, events: int) -> None:
    cut = windows(histories, events)
    if not cut:
        return
    batch = batch_of(histories, cut)
    width = batch.product.shape[1]
    rows = np.concatenate([window.rows.start + window.places for window in cut])
    flat = batch.product.reshape(-1)
    assert flat[batch.at].tolist() == histories.product[rows].tolist()
    assert batch.wanted.tolist() == np.concatenate([w.wanted for w in cut]).tolist()
    for number, window in enumerate(cut):
        length = window.rows.stop - window.rows.start
        assert (batch.product[number, length:] == len(histories.products)).all()
        assert width >= length


def test_older_targets_weigh_less_by_the_half_life() -> None:
    histories = built([[(0, [0]), (10, [1]), (10, [2]), (10, [3])]])
    batch = batch_of(histories, windows(histories, 4), half_life_days=10.0)
    weights = batch.weights.tolist()
    assert weights[1] / weights[0] == pytest.approx(2.0)
    assert weights[2] / weights[1] == pytest.approx(2.0)


def test_ages_are_counted_in_doublings_of_days() -> None:
    assert ages(np.array([0.0, 0.0, 0.9, 1.9, 4.9, 11.9])).tolist() == [0, 0, 0, 1, 2, 3]
    assert ages(np.array([0.0, 1e6])).tolist() == [0, AGES - 1]
    assert ages(np.array([5.0, 4.0])).tolist() == [0, 0]
    assert ages(np.zeros(0)).tolist() == []


def test_padded_parts_stand_on_the_left() -> None:
    histories = built([[(1, [3, 4]), (5, [5])], [(1, [6])]])
    product, kind, age = padded(histories, [histories.of(0), histories.of(1)])
    assert product.tolist() == [[3, 4, 5], [6, 9, 9]]
    assert kind.tolist() == [[2, 2, 2], [2, 0, 0]]
    assert age.tolist() == [[0, 0, 2], [0, 0, 0]]


@settings(max_examples=40)
@given(some_histories, st.integers(1, 6))
def test_what_is_read_of_an_event_does_not_depend_on_later_ones(
    histories: Histories, last: int
) -> None:
    whole = padded(histories, [histories.of(0)])
    start = histories.of(0)
    part = slice(start.start, min(start.start + last, start.stop))
    for full, cut in zip(whole, padded(histories, [part]), strict=True):
        assert full[0, : cut.shape[1]].tolist() == cut[0].tolist()
