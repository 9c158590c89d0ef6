"""What the console asks of commands, beside what people do."""

from __future__ import annotations

import argparse


def describe_arguments(command: argparse.ArgumentParser) -> None:
    """Of `describe`."""
    command.add_argument("product", help="its id in the catalogue")
    command.add_argument("--language", choices=("en", "zh"), default="en")
    command.add_argument("--tone", choices=("plain", "warm", "playful"), default="plain")
    command.add_argument("--length", choices=("short", "medium"), default="short")


def import_arguments(command: argparse.ArgumentParser) -> None:
    """Of `kb import`, for its preview and for who confirms it."""
    command.add_argument("--by", default="cli", metavar="NAME", help="import: under whose name")
    command.add_argument(
        "--shown", type=int, default=0, metavar="N",
        help="import: with --json, the first so many changes side by side",
    )  # fmt: skip
    command.add_argument(
        "--only-over", default="", metavar="BASIS",
        help="import: nothing where the files are other than at the dry run that told this basis",
    )  # fmt: skip
