"""Trains the behaviour model: full softmax, averaged weights, stopped where it helps no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.recommend.attention import BehaviourModel, Shape
from engine.recommend.behaviour import Behaviour
from engine.recommend.checkpoints import Checkpoint
from engine.recommend.histories import Histories
from engine.recommend.ppmi import ppmi_vectors
from engine.recommend.softmax_loss import Targets, softmax_loss
from engine.recommend.trend import Trend
from engine.recommend.windows import Batch, Window, batch_of, batches, windows

START_STD = 0.05
"""Spread of the learned vectors at the start."""
Epoch = Callable[[int, float, float], None]
"""Told the epoch just ended, its loss and its validation figure."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is made.

    The rate rises for one epoch, then falls to nothing by the last of `epochs` or by the end of
    `seconds`. Training ends after `stop_after` epochs, or when `patience` looks brought no better
    figure.
    """

    shape: Shape
    rate: float = 2e-3
    batch: int = 256
    epochs: int = 20
    stop_after: int | None = None
    patience: int = 3
    look_every: int = 1
    average: float = 0.99
    """Share of the averaged weights that stays at each step (an exponential moving average)."""
    half_life_days: float | None = None
    forget_learned: float = 0.0
    """Share of the products whose learned part is left out of a batch, so that content learns."""
    seed: int = 0
    seconds: float = float("inf")


@dataclass(slots=True)
class Run:
    """A training under way: what a checkpoint keeps."""

    model: BehaviourModel
    average: BehaviourModel
    optimiser: torch.optim.Optimizer
    trend: Trend
    epoch: int = 0
    seconds: float = 0.0
    best: float = -1.0
    best_epoch: int = 0
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    figures: list[float] = field(default_factory=list)


def train(
    histories: Histories,
    options: Options,
    figure: Callable[[Behaviour], float],
    *,
    content: Tensor | None = None,
    checkpoint: Path | None = None,
    told: Epoch = lambda epoch, loss, figure: None,
) -> tuple[Behaviour, Run]:
    """The model with the best `figure` among its epochs, and how training went.

    `content` (products, width): what the products are. With a `checkpoint` file a run that was
    stopped goes on from its last epoch; the file is removed at the end.
    """
    cut = windows(histories, options.shape.events)
    run = _started(histories, options, content)
    kept = Checkpoint(checkpoint, options, histories, content) if checkpoint else None
    if kept:
        kept.resume(run)
    while cut and not _ended(run, options):
        began = time.monotonic()
        loss = _epoch(run, histories, cut, options)
        run.epoch += 1
        run.losses.append(loss)
        if run.epoch % options.look_every == 0:
            _look(run, figure, content)
        run.seconds += time.monotonic() - began
        told(run.epoch, loss, run.figures[-1] if run.figures else 0.0)
        if kept:
            kept.write(run)
    if len(run.figures) * options.look_every < run.epoch:
        # It ended between two looks, out of time or of epochs.
        _look(run, figure, content)
    if run.best_weights:
        run.average.load_state_dict(run.best_weights)
    if kept:
        kept.remove()
    return Behaviour.of(run.average), run


def _started(histories: Histories, options: Options, content: Tensor | None) -> Run:
    torch.manual_seed(options.seed)
    model = BehaviourModel(options.shape, content)
    vectors = ppmi_vectors(histories, options.shape.width, options.seed)
    trend = Trend.fit(histories)
    counts = np.bincount(histories.product, minlength=options.shape.products)
    with torch.no_grad():
        model.learned.copy_(torch.from_numpy(vectors) * START_STD)
        model.seen.copy_(torch.from_numpy(counts))
        model.prior.copy_(trend.now)
    average = BehaviourModel(options.shape, content)
    average.load_state_dict(model.state_dict())
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0
    )
    return Run(model, average, optimiser, trend)


def _ended(run: Run, options: Options) -> bool:
    looked = run.epoch - run.best_epoch >= options.patience * options.look_every
    last = options.stop_after or options.epochs
    return run.epoch >= last or run.seconds >= options.seconds or (
        bool(run.figures) and looked
    )  # fmt: skip


def _epoch(run: Run, histories: Histories, cut: list[Window], options: Options) -> float:
    """One pass over all windows; the mean loss."""
    run.model.train()
    losses = []
    # Chance depends on the epoch alone: a run that goes on draws what it would have drawn.
    torch.manual_seed(options.seed * 1000 + run.epoch)
    groups = batches(cut, options.batch, np.random.default_rng((options.seed, run.epoch)))
    for number, group in enumerate(groups):
        for part in run.optimiser.param_groups:
            part["lr"] = _rate(options, run, (number + 1) / len(groups))
        batch = batch_of(histories, group, options.half_life_days)
        loss = loss_of(run.model, batch, options, run.trend)
        run.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        run.optimiser.step()
        losses.append(float(loss.detach()))
        stays = min(options.average, 1 - 1 / (1 + len(losses) + run.epoch * len(groups)))
        with torch.no_grad():
            for mean, now in zip(run.average.parameters(), run.model.parameters(), strict=True):
                mean.lerp_(now, 1 - stays)
    return float(np.mean(losses))


def _rate(options: Options, run: Run, of_epoch: float) -> float:
    """The learning rate at a share of the epoch: up in the first, down to nothing at the end.

    The end is the last epoch, or the end of the time given where that comes before.
    """
    done = run.epoch + of_epoch
    spent = max(done / options.epochs, run.seconds / options.seconds)
    return options.rate * min(1.0, done) * max(0.0, 1.0 - spent)


def loss_of(model: BehaviourModel, batch: Batch, options: Options, trend: Trend) -> Tensor:
    """Mean cross-entropy of what was wanted next."""
    with torch.autocast(model.learned.device.type, torch.bfloat16):
        items = model.items(options.forget_learned)
        wanted = model(items, batch.product, batch.kind, batch.age)
    rows, at = torch.unique(batch.at, return_inverse=True)
    hidden = wanted.reshape(-1, options.shape.width)[rows]
    period = torch.zeros(len(rows), dtype=torch.long)
    period[at] = trend.periods(batch.day)
    targets = Targets(at, batch.wanted, batch.weights / batch.weights.sum(), period)
    return softmax_loss(hidden.float(), items.float(), targets, trend.table, model.seen)


def _look(run: Run, figure: Callable[[Behaviour], float], content: Tensor | None) -> None:
    found = figure(Behaviour.of(run.average))
    run.figures.append(found)
    if found > run.best:
        run.best, run.best_epoch = found, run.epoch
        state = run.average.state_dict()
        run.best_weights = {name: value.clone() for name, value in state.items()}
