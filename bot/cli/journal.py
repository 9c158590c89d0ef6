"""`shopdesk journal export FILE`: the journal's turns as JSON lines or CSV, masked as they lie."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime, timedelta

from bot.cli.common import load_settings, print_json


def run_command(arguments: argparse.Namespace) -> int:
    """Write the file. Raises SettingsError, StoreError."""
    from engine.journal import Journal
    from engine.journal_export import export_turns

    settings = load_settings(arguments)
    since = None
    if arguments.days is not None:
        since = datetime.now(UTC) - timedelta(days=arguments.days)
    with closing(Journal.open(settings)) as journal:
        count = export_turns(journal, arguments.out, since)
    if arguments.json:
        print_json({"turns": count, "path": str(arguments.out)})
    else:
        print(f"{count} turns in {arguments.out}")
    return 0
