"""`shopdesk prepare`: the default models, once."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace

from bot.cli.common import load_settings
from engine.settings import Settings

POLITE = 10
"""Steps down from the processes that answer shoppers meanwhile."""
LOOK_AGAIN_S = 1.0


def run_command(arguments: argparse.Namespace) -> int:
    """Prepare the models unless they are there, and say where they lie."""
    settings = load_settings(arguments)
    if arguments.background:
        return _in_background(settings)
    if settings.generator_url or settings.model:
        chosen = settings.generator_url or settings.model
        print(f"No generator to prepare: it is {chosen}.", file=sys.stderr)
    else:
        from engine.generation.prepare import prepare_default_model

        print(prepare_default_model(settings))
    if settings.reranker:
        print(f"No re-ranking encoder to prepare: it is {settings.reranker}.", file=sys.stderr)
    else:
        from engine.retrieval.reranker import prepare_reranker

        print(prepare_reranker(settings))
    return 0


def _in_background(settings: Settings) -> int:
    """The re-ranking encoder, then a snapshot that uses it; the shop answers meanwhile."""
    from engine.build import load_encoders
    from engine.going_live import AskedAgain, Consent, MustHoldError, go_live
    from engine.publish import build_snapshot
    from engine.retrieval.reranker import prepare_reranker
    from engine.retrieval.snapshot import read_live
    from knowledge_base.store import ensure_shop

    os.nice(POLITE)
    # The engine's first start publishes the shop; its files are what is live then.
    while not read_live(settings.home):
        time.sleep(LOOK_AGAIN_S)
    prepare_reranker(settings, progress=False)
    settings = replace(settings, threads=1)
    encoders = load_encoders(settings)
    while True:
        live = read_live(settings.home)
        folder = settings.home / "snapshots" / live / "knowledge"
        built = build_snapshot(folder, settings.home, encoders)
        shop = ensure_shop(settings.home, settings.kb)
        blast = AskedAgain(settings, shop, encoders).radius(live, built)
        consent = Consent("shopdesk", "the second look was added")
        try:
            # An operator who published meanwhile goes first; then theirs is built anew.
            if go_live(settings.home, built, blast, consent, over=live):
                return 0
        except MustHoldError as error:
            print(f"the second look is left out: {error}", file=sys.stderr)
            return 0
