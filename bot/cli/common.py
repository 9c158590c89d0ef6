"""What commands share: settings with their options applied, JSON out, a progress bar."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from engine.settings import Settings


def load_settings(arguments: argparse.Namespace) -> Settings:
    """Settings with --home and --kb applied."""
    environ = dict(os.environ)
    if getattr(arguments, "home", None):
        environ["SHOPDESK_HOME"] = str(arguments.home)
    if getattr(arguments, "kb", None):
        environ["SHOPDESK_KB"] = str(arguments.kb)
    return Settings.load(environ)


def with_home(settings: Settings, home: Path) -> Settings:
    """The same settings with another state folder."""
    return replace(settings, home=home)


def plain(value: Any) -> Any:
    """A value of ours as JSON has it: dataclasses as objects, Decimals as strings of digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | datetime | date | Path):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, for (done, whole) steps."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, whole: int) -> None:
            bar.update(task, completed=done, total=whole)

        yield step
