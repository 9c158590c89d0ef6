"""What counts how much: only what helps, and what was chosen is learned again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from engine.recommend.histories import Histories
from engine.recommend.learn import choose, choose_weights, relearn
from engine.recommend.lists import Case, sample
from engine.recommend.parts import NEIGHBOURS, POPULARITY, TRANSFORMER
from tests.engine.recommend.test_training import CASES, KNOWN, PRODUCTS, SHORT, WORLD


@dataclass(frozen=True)
class Told:
    """A part that knows the answers, as far as it was told."""

    right: float
    seed: int = 0

    def shares(self, histories: Histories, shoppers: Sequence[int], among: object = None) -> Tensor:
        """Noise, and more for what comes next."""
        chance = torch.Generator().manual_seed(self.seed + shoppers[0])
        found = torch.rand(len(shoppers), len(histories.products), generator=chance)
        for row, shopper in enumerate(shoppers):
            found[row, int(CASES[shopper].relevant[0])] += self.right
        return found / found.sum(1, keepdim=True)


def test_a_part_of_pure_noise_counts_nothing() -> None:
    parts = {TRANSFORMER: Told(1.0), NEIGHBOURS: Told(0.0, 1), POPULARITY: Told(0.0, 2)}
    weights, figure = choose_weights(parts, KNOWN, CASES)
    assert weights == {TRANSFORMER: 1.0, NEIGHBOURS: 0.0, POPULARITY: 0.0}
    assert figure == pytest.approx(1.0)


def test_weights_add_to_one() -> None:
    parts = {TRANSFORMER: Told(0.3), NEIGHBOURS: Told(0.3, 1), POPULARITY: Told(0.3, 2)}
    weights, _ = choose_weights(parts, KNOWN, CASES)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert weights[NEIGHBOURS] > 0


def test_without_cases_some_part_still_counts() -> None:
    weights, figure = choose_weights({NEIGHBOURS: Told(1), POPULARITY: Told(1)}, KNOWN, [])
    assert sum(weights.values()) == pytest.approx(1.0)
    assert figure == 0.0


def test_what_was_chosen_is_learned_from_more() -> None:
    blend, choice = choose(KNOWN, CASES[:60], SHORT)
    assert 1 <= choice.epochs <= SHORT.epochs
    assert choice.epochs == choice.run.best_epoch
    told: list[int] = []
    again = relearn(WORLD, choice, SHORT, told=lambda done, loss, figure: told.append(done))
    assert told == list(range(1, choice.epochs + 1))
    assert again.weights == blend.weights == choice.weights
    shares = again.shares(WORLD, range(5))
    assert shares.shape == (5, PRODUCTS)
    assert shares.sum(1).tolist() == pytest.approx([1.0] * 5, abs=1e-5)


def test_learning_again_out_of_time_keeps_what_it_has() -> None:
    _, choice = choose(KNOWN, CASES[:20], SHORT)
    blend = relearn(WORLD, replace(choice, epochs=3), replace(SHORT, seconds=1e-9))
    assert blend.shares(WORLD, [0]).sum() > 0


def test_a_sample_of_cases_is_spread_and_always_the_same() -> None:
    cases: list[Case] = CASES * 3
    found = sample(cases, 50)
    assert len(found) == 50
    assert found == sample(cases, 50)
    assert found[0] is cases[0]
    assert found[-1] is cases[-1]
    assert sample(cases[:50], 50) == cases[:50]
