"""How far long work is, on standard error: a bar in a terminal, else a line every tenth."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TENTHS = 10
Step = Callable[[str], None]
Advance = Callable[[int], None]
Steps = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""
Told = Callable[[str, int, int], None]
"""Told what is done, how many steps of it, and of how many."""


@contextmanager
def shown_steps(what: str) -> Iterator[Steps]:
    """Show `what` while the block runs, with the steps it tells of."""
    if not sys.stderr.isatty():
        yield Lines(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, whole: int) -> None:
            bar.update(task, completed=done, total=whole)

        yield step


@contextmanager
def shown_work(what: str) -> Iterator[Told]:
    """Show work of several parts while the block runs, in the words it tells, first `what`."""
    if not sys.stderr.isatty():
        print(what, file=sys.stderr, flush=True)
        yield _in_words
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def tell(text: str, done: int, whole: int) -> None:
            bar.update(task, description=text, completed=done, total=whole)

        yield tell


def _in_words(text: str, done: int, whole: int) -> None:
    print(f"{text} ({done} of {whole})", file=sys.stderr, flush=True)


@contextmanager
def shown_stages(shown: bool, total: int) -> Iterator[tuple[Step, Advance]]:
    """A bar on stderr: the first step counts up to `total` bytes, later ones only spin."""
    if shown and not sys.stderr.isatty():
        yield _in_lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # Our own handle on stderr: the libraries' bars are silenced by redirecting sys.stderr.
    console = Console(file=sys.stderr)
    with Progress(
        *columns, console=console, disable=not shown, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        tasks: list[int] = []

        def step(text: str) -> None:
            if tasks:
                bar.update(bar.task_ids[-1], total=1, completed=1)
            tasks.append(bar.add_task(text, total=None if tasks else total))

        def advance(count: int) -> None:
            bar.update(bar.task_ids[-1], advance=count)

        yield step, advance


def _in_lines(total: int) -> tuple[Step, Advance]:
    stages: list[Lines] = []
    done = 0

    def step(text: str) -> None:
        stages.append(Lines(text))

    def advance(count: int) -> None:
        nonlocal done
        done += count
        stages[-1](done, total)

    return step, advance


class Lines:
    """Plain lines for a log: the work's name at once, then every tenth of it."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = 0
        self._say("")

    def __call__(self, done: int, whole: int) -> None:
        """Tell of (done, whole) steps; nothing is said where the last tenth is not over."""
        tenths = TENTHS * done // whole if whole > 0 else 0
        if tenths > self._told:
            self._told = tenths
            self._say(f" {100 * tenths // TENTHS} %")

    def _say(self, far: str) -> None:
        print(f"{self._what}{far}", file=sys.stderr, flush=True)
