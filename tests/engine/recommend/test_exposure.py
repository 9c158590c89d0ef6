"""How evenly lists are spread, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.recommend.exposure import exposure, gini
from engine.recommend.lists import NOTHING


def test_places_shared_evenly_have_no_gini_and_all_in_one_hand_nearly_one() -> None:
    assert gini(np.array([3.0, 3.0, 3.0, 3.0])) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 8.0])) == pytest.approx(0.75)
    assert gini(np.zeros(4)) == 0.0


def test_what_is_shown_is_told_by_coverage_popularity_and_price() -> None:
    lists = np.array([[0, 1], [0, NOTHING]])
    found = exposure(lists, np.array([9.0, 5.0, 1.0, 0.0]), [40.0, 10.0, 20.0, 30.0])
    assert found.coverage == 0.5
    assert found.popularity_bias == pytest.approx((2 * 1.0 + 2 / 3) / 3, abs=1e-4)
    assert found.price_bands == pytest.approx((1 / 3, 0, 0, 2 / 3), abs=1e-4)
    assert "price_bands" not in exposure(lists, np.ones(4)).told()
