"""What the commands about a shop's knowledge take."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path

from bot.cli.options_console import import_arguments

KB_ACTIONS = ("check", "publish", "import", "refresh", "export", "diff", "history", "restore")


def kb_arguments(command: argparse.ArgumentParser) -> None:
    """Of `kb`."""
    command.add_argument("action", choices=KB_ACTIONS)
    command.add_argument(
        "file",
        nargs="?",
        type=_path_or_url,
        help="history, restore: an entry's id; import: path or URL of products (own CSV, XLSX or "
        "JSONL, Shopify, WooCommerce, Google Merchant), entries, orders (own, Shopify), reviews, "
        "or events (own, GA4); told by its columns",
    )
    _live_arguments(command, "publish", "import, publish")
    command.add_argument("--all", action="store_true", help="refresh: also what is not due yet")
    command.add_argument(
        "--as-of", type=moment, metavar="DATE", help="history, restore: the text it had then"
    )
    command.add_argument("--git", type=Path, metavar="FOLDER",
                         help="history: write it as a git repository")  # fmt: skip
    command.add_argument(
        "--deep",
        action="store_true",
        help="check: also compare all answers and questions by meaning; loads the encoders",
    )
    command.add_argument(
        "--strict", action="store_true", help="import: nothing where any line is refused"
    )
    import_arguments(command)
    command.add_argument(
        "--only",
        choices=("orders", "events"),
        help="import: of a Shopify order export only the orders, or only what was bought",
    )
    for kind in ("products", "entries", "reviews", "orders"):
        command.add_argument(
            f"--{kind}", type=Path, metavar="FILE", help=f"export: {kind}, as .csv, .xlsx or .jsonl"
        )


def _live_arguments(command: argparse.ArgumentParser, what: str, dry: str) -> None:
    command.add_argument("--dry-run", action="store_true", help=f"{dry}: only tell what would be")
    command.add_argument(
        "--days", type=int, default=7, help=f"{what}: ask again what was asked in the last days"
    )
    command.add_argument("--override", metavar="NAME", help=f"{what}: although a replay fails, by")
    command.add_argument("--because", default="", help=f"{what}: why it may fail, or what is new")


def tune_arguments(command: argparse.ArgumentParser) -> None:
    """Of `tune`."""
    _live_arguments(command, "tune", "tune")


def moment(text: str) -> date:
    """A day, or a point in time where a clock time is given."""
    return datetime.fromisoformat(text).astimezone() if "T" in text else date.fromisoformat(text)


def _path_or_url(text: str) -> Path | str:
    """A URL as it is written: a path would take a slash out of it."""
    return text if text.lower().startswith(("http://", "https://")) else Path(text)
