"""`shopdesk train adapter`: the adapter of the default model, by our own command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.generation.training.trainer import Step
from engine.progress import shown_steps

DATA = "../shared/data"


def run_command(arguments: argparse.Namespace) -> int:
    """Train, and print the metrics. Stopped, the same command goes on."""
    from engine.generation.prepare import prepare_base_model
    from engine.generation.training.command import Order, train_adapter

    data = Path(os.environ.get("SHOPDESK_DATA", DATA))
    order = Order(arguments.out, arguments.seed, arguments.steps, data, arguments.start)
    base = prepare_base_model(load_settings(arguments))
    with shown_steps("drawing examples") as drawn, _training() as tell:
        metrics = train_adapter(order, base, drawn=drawn, tell=tell)
    print_json({"metrics": metrics, "seconds": metrics["seconds"], "path": order.out})
    return 0


@contextmanager
def _training() -> Iterator[Step]:
    """A bar on standard error with the last loss."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Left())
    bar = Progress(*columns, console=Console(file=sys.stderr))
    task = bar.add_task("training", total=None)

    def tell(done: int, whole: int, loss: float) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=whole, description=f"training, loss {loss:.3f}")

    try:
        yield tell
    finally:
        bar.stop()
