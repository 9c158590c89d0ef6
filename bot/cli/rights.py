"""`shopdesk forget | export SHOPPER`: what is kept of a shopper, deleted or handed over."""

from __future__ import annotations

import argparse
from contextlib import closing

from bot.cli.common import load_settings, plain, print_json
from engine.journal import Journal
from engine.rights import Rights
from engine.sessions import MemorySessions
from engine.spool import Spool
from knowledge_base.store import REPLAYS, ensure_shop


def run_command(arguments: argparse.Namespace) -> int:
    """Delete or print all that is kept of one shopper, named as the journal names them."""
    settings = load_settings(arguments)
    from engine.redis_sessions import RedisSessions
    from engine.valkey import connect, rewrite

    with closing(Journal.open(settings)) as journal, closing(Spool(settings.home)) as spool:
        if arguments.command == "export":
            print_json(Rights(journal, MemorySessions(), spool=spool).export(arguments.shopper))
            return 0
        redis = connect(settings)
        rights = Rights(
            journal, RedisSessions(redis), spool=spool,
            replays=ensure_shop(settings.home, settings.kb) / REPLAYS,
            rewrite_store=lambda: rewrite(redis),
        )  # fmt: skip
        gone = rights.forget(arguments.shopper)
    if arguments.json:
        print_json(plain(gone))
    else:
        print(f"forgotten: {gone.turns} turns of {gone.conversations} conversations, "
              f"{gone.feedback} thumbs, {gone.events} events, {gone.replays} recorded replays; "
              "the next recommender is trained without them")  # fmt: skip
    return 0
