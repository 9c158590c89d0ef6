"""`shopdesk forget | export SHOPPER`: what is kept of a shopper, deleted or handed over."""

from __future__ import annotations

import argparse
from contextlib import closing

from bot.cli.common import load_settings, plain, print_json


def run_command(arguments: argparse.Namespace) -> int:
    """Delete or print all that is kept of one shopper, named as the journal names them."""
    settings = load_settings(arguments)
    from engine.kept import open_kept
    from engine.valkey import connect

    with closing(open_kept(settings, connect(settings))) as kept:
        if arguments.command == "export":
            print_json(kept.rights.export(arguments.shopper))
            return 0
        gone = kept.rights.forget(arguments.shopper)
    if arguments.json:
        print_json(plain(gone))
    else:
        print(f"forgotten: {gone.turns} turns of {gone.conversations} conversations, "
              f"{gone.feedback} thumbs, {gone.events} events, {gone.replays} recorded replays; "
              "the next recommender is trained without them")  # fmt: skip
    return 0
