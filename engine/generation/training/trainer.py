"""The training run: batches, steps, validation, checkpoints; goes on where it was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ShopdeskError
from engine.generation.training.encoding import Encoded, batch_order, collate
from engine.generation.training.lora import LoraModel
from engine.generation.training.optimiser import Optimiser, read_state

CHECKPOINT = "checkpoint.safetensors"
BATCH = 6
RATE = 6e-4
"""Examples a step."""
_HELD_BATCH = 16

Step = Callable[[int, int, float], None]
"""Told (steps done, steps in all, loss of the last step)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes two runs the same run."""

    steps: int
    seed: int
    batch: int = BATCH
    rate: float = RATE
    check_every: int = 50
    save_every: int = 10
    data: str = ""
    """Digest of the examples."""


@dataclass(slots=True)
class Run:
    """How far a run is, and what it has measured."""

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    losses: list[float] = field(default_factory=list)
    held_out: list[tuple[int, float]] = field(default_factory=list)
    best_step: int = -1

    @property
    def best_loss(self) -> float:
        """The lowest loss on held-out topics."""
        return min((loss for _, loss in self.held_out), default=float("inf"))


def train(
    model: LoraModel,
    learn: Sequence[Encoded],
    held_out: Sequence[Encoded],
    plan: Plan,
    out: Path,
    *,
    start: Mapping[str, Any] | None = None,
    notes: Mapping[str, Any] | None = None,
    tell: Step = lambda done, whole, loss: None,
) -> Run:
    """Train until `plan.steps` and leave the best adapter in `out`.

    A run that was stopped goes on from its last checkpoint, and then gives what it would have
    given. Raises ShopdeskError where `out` holds another run.
    """
    optimiser = Optimiser(model.weights(), rate=plan.rate, steps=plan.steps)
    run = _resume(optimiser, plan, out)
    if run.step == 0 and start is not None:
        optimiser.start_from(start)
    if not run.held_out:
        _validate(model, optimiser, held_out, run, out, notes or {})
    while run.step < plan.steps:
        began = time.perf_counter()
        _one_step(model, optimiser, learn, plan, run)
        done = run.step == plan.steps
        if run.step % plan.check_every == 0 or done:
            _validate(model, optimiser, held_out, run, out, notes or {})
        run.seconds += time.perf_counter() - began
        if run.step % plan.save_every == 0 or done:
            optimiser.save(out / CHECKPOINT, {"plan": asdict(plan), "run": asdict(run)})
        tell(run.step, plan.steps, run.losses[-1])
    return run


def _resume(optimiser: Optimiser, plan: Plan, out: Path) -> Run:
    path = out / CHECKPOINT
    if not path.is_file():
        return Run()
    state = read_state(path)
    if state["plan"] != asdict(plan):
        raise ShopdeskError(
            "the folder holds a run with other settings or other data",
            where=str(path),
            mend="give the same --seed and --steps to go on, or another --out.",
        )
    run = Run(**state["run"])
    run.held_out = [(int(step), float(loss)) for step, loss in run.held_out]
    optimiser.load(path, run.step)
    return run


def _one_step(
    model: LoraModel, optimiser: Optimiser, learn: Sequence[Encoded], plan: Plan, run: Run
) -> None:
    lengths = [len(example.ids) for example in learn]
    epoch, place = divmod(run.step, max(1, len(learn) // plan.batch))
    order = batch_order(lengths, plan.batch, seed=plan.seed, epoch=epoch)
    batch = collate([learn[number] for number in order[place % len(order)]])
    loss = model.loss(batch) / len(batch.targets)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step(run.step)
    run.losses.append(round(float(loss.detach()), 5))
    run.tokens += batch.ids.numel()
    run.step += 1


def _validate(
    model: LoraModel,
    optimiser: Optimiser,
    held_out: Sequence[Encoded],
    run: Run,
    out: Path,
    notes: Mapping[str, Any],
) -> None:
    loss = held_out_loss(model, held_out)
    if loss < run.best_loss:
        run.best_step = run.step
        model.save(out, optimiser.masters, {**notes, "trained_steps": run.step})
    run.held_out.append((run.step, round(loss, 5)))


def held_out_loss(model: LoraModel, held_out: Sequence[Encoded]) -> float:
    """Mean loss of the answer tokens."""
    import torch

    by_length = sorted(held_out, key=lambda example: len(example.ids))
    total, count = 0.0, 0
    with torch.inference_mode():
        for at in range(0, len(by_length), _HELD_BATCH):
            batch = collate(by_length[at : at + _HELD_BATCH])
            total += float(model.loss(batch))
            count += len(batch.targets)
    return total / max(1, count)
