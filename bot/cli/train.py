"""`shopdesk train adapter | recommender`: what is learned, by our own commands."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError, ShopdeskError
from engine.generation.training.trainer import Step
from engine.locks import held_alone
from engine.progress import shown_steps

DATA = "../shared/data"
HOUR_S = 3600


def run_command(arguments: argparse.Namespace) -> int:
    """Train, and print the metrics. Stopped, the same command goes on."""
    if arguments.what == "adapter":
        return _adapter(arguments)
    return _again_and_again(arguments) if arguments.every is not None else _recommender(arguments)


def _again_and_again(arguments: argparse.Namespace) -> int:
    """Train every so many hours until stopped; a training that cannot be is told and passed by."""
    if not arguments.every > 0:
        raise SettingsError("--every: more than 0", mend="leave it out to train once, now.")
    while True:
        time.sleep(arguments.every * HOUR_S)
        try:
            _recommender(arguments)
        except ShopdeskError as error:
            print(f"shopdesk train: {error}", file=sys.stderr)


def _recommender(arguments: argparse.Namespace) -> int:
    from engine.build import load_encoders, recommender_lessons
    from engine.recommend.curve import draw_curve
    from engine.recommend.refit import Teacher, refit

    settings = load_settings(arguments)
    began = time.monotonic()
    with only_one_training(settings.home):
        lessons = recommender_lessons(settings, load_encoders(settings))
        with shown_steps("training") as step:
            teacher = Teacher(
                settings.home, lessons.histories, lessons.content, arguments.seed,
                arguments.minutes, lambda what, done, whole: step(done, whole), lessons.prices,
            )  # fmt: skip
            found = refit(teacher)
        draw_curve(settings.home, found)
    print_json({
        "metrics": found.metrics, "promoted": found.promoted, "why": found.why,
        "seconds": round(time.monotonic() - began, 1), "path": found.folder,
    })  # fmt: skip
    return 0


@contextmanager
def only_one_training(home: Path) -> Iterator[None]:
    """Holds the home's training lock. Raises SettingsError while another training runs."""
    with ExitStack() as held:
        try:
            held.enter_context(held_alone(home / "recommender" / ".lock"))
        except BlockingIOError:
            raise SettingsError(
                "a recommender is being trained already", where=str(home),
                mend="wait for it, or stop it: the next one goes on where it was.",
            ) from None  # fmt: skip
        yield


def _adapter(arguments: argparse.Namespace) -> int:
    from engine.generation.prepare import prepare_base_model
    from engine.generation.training.command import Order, train_adapter

    if arguments.out is None:
        raise SettingsError("train adapter needs --out", mend="name a folder: --out FOLDER.")
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
