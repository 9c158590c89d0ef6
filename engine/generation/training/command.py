"""A whole training: the set, the base model, the run, and the files it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.curve import loss_curve
from engine.errors import ModelError, ShopdeskError
from engine.generation.merge import WEIGHTS
from engine.generation.training.card import model_card
from engine.generation.training.dataset import TrainingSet, build_set
from engine.generation.training.encoding import encode
from engine.generation.training.lora import LoraModel, read_adapter
from engine.generation.training.trainer import BATCH, RATE, Plan, Run, Step, train

CURVE, CARD = "loss.svg", "README.md"
HELD_OUT = 64


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained. `data`: shoppers' own questions; `start`: an adapter to go on from."""

    out: Path
    seed: int
    steps: int
    data: Path | None = None
    start: Path | None = None

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ShopdeskError("--steps is no positive number", where=str(self.steps),
                                mend="give at least 1.")  # fmt: skip
        if self.start and not (self.start / WEIGHTS).is_file():
            raise ModelError(f"there is no {WEIGHTS}", where=str(self.start),
                             mend="give the folder of a trained adapter.")  # fmt: skip

    @property
    def command(self) -> str:
        """The command that trains the same adapter."""
        go_on = f" --start {self.start.name}" if self.start else ""
        return f"shopdesk train adapter --out DIR --seed {self.seed} --steps {self.steps}{go_on}"


def train_adapter(
    order: Order,
    base: Path,
    *,
    drawn: Callable[[int, int], None] = lambda done, whole: None,
    tell: Step = lambda done, whole, loss: None,
) -> dict[str, Any]:
    """Train as `order` says on the prepared model in `base`; the metrics. Raises ShopdeskError."""
    from tokenizers import Tokenizer

    size = order.steps * BATCH
    found = build_set(size, HELD_OUT, seed=order.seed, data=order.data, step=drawn)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    learn = [encode(example, tokenizer) for example in found.train]
    held_out = [encode(example, tokenizer) for example in found.held_out]
    start = read_adapter(order.start) if order.start else None
    digest = hashlib.sha256(repr((learn, held_out, str(order.start))).encode()).hexdigest()[:16]
    # What was learnt before is kept by smaller steps.
    plan = Plan(order.steps, order.seed, rate=RATE / 2 if start else RATE, data=digest)
    run = train(LoraModel.load(base), learn, held_out, plan, order.out, start=start, tell=tell)
    _describe(order, plan, run, found)
    return {
        "held_out_loss_before": run.held_out[0][1],
        "held_out_loss": run.best_loss,
        "best_step": run.best_step,
        "examples": len(found.train),
        "refused": sum(found.refused.values()),
        "tokens": run.tokens,
        "seconds": round(run.seconds, 1),
        "notes": found.notes,
    }


def _describe(order: Order, plan: Plan, run: Run, found: TrainingSet) -> None:
    curve = loss_curve(run.losses, run.held_out)
    (order.out / CURVE).write_text(curve, encoding="utf-8")
    card = model_card(order.command, plan, run, found)
    if order.start and (order.start / CARD).is_file():
        before = (order.start / CARD).read_text(encoding="utf-8")
        card += "\n# Where it started\n\n" + before.replace(f"![loss by step]({CURVE})\n\n", "")
    (order.out / CARD).write_text(card, encoding="utf-8")
