"""`shopdesk forget | export SHOPPER`: what is kept of a shopper, deleted or handed over."""

from __future__ import annotations

import argparse
from contextlib import closing

from bot.cli.common import load_settings, plain, print_json
from engine.journal import Journal
from engine.rights import forget, kept_of
from knowledge_base.store import REPLAYS, ensure_shop


def run_command(arguments: argparse.Namespace) -> int:
    """Delete or print all that is kept of one shopper, named as the journal names them."""
    settings = load_settings(arguments)
    with closing(Journal.open(settings)) as journal:
        if arguments.command == "export":
            print_json(kept_of(journal, arguments.shopper))
            return 0
        from engine.redis_sessions import RedisSessions
        from engine.valkey import connect, store_errors

        replays = ensure_shop(settings.home, settings.kb) / REPLAYS
        redis = connect(settings)
        gone = forget(journal, RedisSessions(redis), arguments.shopper, replays)
        if settings.redis_url is None:
            with store_errors():
                # Written anew, the store's file holds no more what was deleted from it.
                redis.bgrewriteaof()
    if arguments.json:
        print_json(plain(gone))
    else:
        print(f"forgotten: {gone.turns} turns of {gone.conversations} conversations, "
              f"{gone.feedback} thumbs, {gone.events} events, {gone.replays} recorded replays; "
              "the next recommender is trained without them")  # fmt: skip
    return 0
