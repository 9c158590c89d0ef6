"""`shopdesk eval replays | twins`: which slips replays catch, and who is answered alike."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from bot.cli.common import load_settings, print_json, write_json_lines
from engine.errors import SettingsError
from engine.progress import shown_steps
from knowledge_base.store import DEMO_SHOP

SHIPPED = Path("tests/replays")


def replays(arguments: argparse.Namespace) -> int:
    """Change a shop by mistake in many ways, and print what a publish shows and replays catch."""
    if arguments.changes < 1:
        raise SettingsError("--changes: at least 1", mend="leave it out for 40.")
    folder = arguments.replays or SHIPPED
    if not folder.is_dir():
        raise SettingsError("no such folder of replays", where=str(folder),
                            mend="name one with --replays FOLDER.")  # fmt: skip
    settings = load_settings(arguments)
    from engine.evaluation.replays import Task, details, evaluate_replays, figures

    began = time.monotonic()
    task = Task(arguments.kb or DEMO_SHOP, folder, arguments.seed, arguments.changes,
                arguments.processes or os.cpu_count() or 1)  # fmt: skip
    trials = evaluate_replays(settings, task, shown_steps)
    write_json_lines(arguments.details, details(trials))
    seconds = round(time.monotonic() - began, 1)
    print_json({"seed": task.seed, **figures(trials), "seconds": seconds})
    return 0


def twins(arguments: argparse.Namespace) -> int:
    """Ask the same thing in the words of different people, and print who is told otherwise."""
    from engine.evaluation.twins import OURS, ask_twins, details, figures, read_twins

    asked = read_twins(arguments.questions or OURS)
    settings = load_settings(arguments)
    with shown_steps("asking twins") as step:
        told = ask_twins(settings, arguments.kb or DEMO_SHOP, asked, step)
    write_json_lines(arguments.details, details(told))
    print_json(figures(told))
    return 0
