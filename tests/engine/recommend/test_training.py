"""Training: it learns, repeats itself, and goes on where it was stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.recommend.attention import Shape
from engine.recommend.behaviour import Behaviour
from engine.recommend.histories import Histories
from engine.recommend.lists import Case, Figures, figures, rank
from engine.recommend.parts import Attention, Popularity, RankingPart
from engine.recommend.training import Options, Run, train
from tests.engine.recommend.worlds import CHAIN, chains

PRODUCTS = 3 * CHAIN
WORLD = chains(100)
KNOWN = WORLD.without_last(1)
CASES = [
    Case(shopper, WORLD.product[[WORLD.starts[shopper + 1] - 1]]) for shopper in range(len(WORLD))
]
SHORT = Options(Shape(PRODUCTS, width=16, events=8), batch=64, epochs=4, rate=1e-2)


class StoppedError(Exception):
    """A run was killed."""


def judged(part: RankingPart) -> Figures:
    return figures(rank(part, KNOWN, CASES), CASES, PRODUCTS)


def figure(behaviour: Behaviour) -> float:
    return judged(Attention(behaviour)).ndcg


def weights_of(behaviour: Behaviour) -> dict[str, Tensor]:
    return dict(behaviour.model.state_dict())


def same(one: Behaviour, other: Behaviour) -> bool:
    ours, theirs = weights_of(one), weights_of(other)
    return all(torch.equal(ours[name], theirs[name]) for name in ours | theirs)


def stopped_after(epoch: int, path: Path, options: Options = SHORT) -> None:
    """Run, and be killed when the epoch after this one has just been told of."""

    def told(done: int, loss: float, figure: float) -> None:
        if done > epoch:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(KNOWN, options, figure, checkpoint=path, told=told)


@pytest.fixture(scope="module")
def unbroken() -> tuple[Behaviour, Run]:
    return train(KNOWN, SHORT, figure)


def test_what_follows_what_is_learned() -> None:
    behaviour, run = train(KNOWN, replace(SHORT, epochs=16, look_every=8), figure)
    assert run.losses[-1] < run.losses[0]
    popular = judged(Popularity.fit(KNOWN))
    assert judged(Attention(behaviour)).ndcg > popular.ndcg + 0.2
    assert figure(behaviour) == max(run.figures)


def test_the_same_seed_gives_the_same_weights(unbroken: tuple[Behaviour, Run]) -> None:
    again, run = train(KNOWN, SHORT, figure)
    assert same(again, unbroken[0])
    assert run.losses == unbroken[1].losses
    other, _ = train(KNOWN, replace(SHORT, seed=1), figure)
    assert not same(other, unbroken[0])


@pytest.mark.parametrize("epoch", range(4))
def test_a_stopped_run_ends_as_if_it_had_not_been(
    tmp_path: Path, unbroken: tuple[Behaviour, Run], epoch: int
) -> None:
    path = tmp_path / "run.checkpoint"
    stopped_after(epoch, path)
    told: list[int] = []
    behaviour, run = train(KNOWN, SHORT, figure, checkpoint=path,
                           told=lambda done, loss, figure: told.append(done))  # fmt: skip
    assert told == list(range(epoch + 1, 5))
    assert same(behaviour, unbroken[0])
    assert (run.losses, run.figures) == (unbroken[1].losses, unbroken[1].figures)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("other", ["options", "events", "baskets", "content"])
def test_the_checkpoint_of_another_run_is_passed_over(tmp_path: Path, other: str) -> None:
    path = tmp_path / "run.checkpoint"
    options = replace(SHORT, shape=replace(SHORT.shape, content=2), epochs=2)
    content = torch.ones(PRODUCTS, 2)

    def told(done: int, loss: float, figure: float) -> None:
        if done > 1:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(KNOWN, options, figure, content=content, checkpoint=path, told=told)
    histories = KNOWN
    if other == "options":
        options = replace(options, rate=1e-3)
    elif other == "events":
        histories = chains(100, seed=1).without_last(1)
    elif other == "baskets":
        histories = replace_baskets(KNOWN)
    else:
        content = content * 2
    fresh, _ = train(histories, options, figure, content=content)
    found, _ = train(histories, options, figure, content=content, checkpoint=path)
    assert same(found, fresh)


def replace_baskets(histories: Histories) -> Histories:
    return replace(histories, basket=np.arange(len(histories.product)) // 2)


@pytest.mark.parametrize("left", [0, 200, -1])
def test_a_truncated_checkpoint_is_passed_over(
    tmp_path: Path, unbroken: tuple[Behaviour, Run], left: int
) -> None:
    path = tmp_path / "run.checkpoint"
    stopped_after(1, path)
    path.write_bytes(path.read_bytes()[:left])
    behaviour, _ = train(KNOWN, SHORT, figure, checkpoint=path)
    assert same(behaviour, unbroken[0])


def test_out_of_time_between_two_looks_the_last_weights_count() -> None:
    options = replace(SHORT, look_every=3, seconds=1e-9)
    behaviour, run = train(KNOWN, options, figure)
    assert run.epoch == run.best_epoch == 1
    assert figure(behaviour) == run.best


def test_training_ends_where_it_helps_no_more() -> None:
    _, run = train(KNOWN, replace(SHORT, epochs=9, patience=2), lambda _: 0.5)
    assert (run.best_epoch, run.epoch) == (1, 3)


def test_nothing_to_learn_from_leaves_the_model_as_it_began() -> None:
    behaviour, run = train(WORLD.without_last(99), SHORT, figure)
    assert run.epoch == 0
    assert not behaviour.items.any()
