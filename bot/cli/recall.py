"""`shopdesk recall ENTRY`: who was told a wrong answer since corrected, and the correction sent."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime, timedelta

from bot.cli.common import load_settings, plain, print_json

LETTERS = 100


def run_command(arguments: argparse.Namespace) -> int:
    """List the conversations; with --send, write to them once each. Raises ShopdeskError."""
    from engine.journal import Journal
    from engine.recall import by_conversation, send_corrections, told_wrong
    from engine.valkey import connect

    settings = load_settings(arguments)
    at = datetime.now(UTC)
    with closing(Journal.open(settings)) as journal:
        since = at - timedelta(days=arguments.days)
        told = told_wrong(journal, settings.home, arguments.entry, since)
        sent = None
        if arguments.send:
            sent = send_corrections(journal, connect(settings), arguments.entry, told, at)
    if arguments.json:
        print_json({"told": plain(told), "sent": plain(sent)})
        return 0
    for conversation, turns in by_conversation(told).items():
        print(f"{conversation}  ({turns[0].channel})")
        for turn in turns:
            words = " ".join(turn.answer.split())[:LETTERS]
            print(f"  {turn.at:%Y-%m-%d %H:%M}  {turn.question!r}: {words}")
    print(f"{len(told)} wrong answers in {len(by_conversation(told))} conversations")
    if sent:
        print(f"{sent.queued} corrections are on their way, one a second; {sent.before} had it "
              f"before; {sent.elsewhere} are not in Telegram and cannot be written to")  # fmt: skip
    elif told:
        print("send them what is right today with --send")
    return 0
