"""`shopdesk tune`: adapt retrieval to the shop's own example questions, and publish."""

from __future__ import annotations

import argparse

from bot.cli.common import load_settings, print_json
from engine.progress import shown_steps


def run_command(arguments: argparse.Namespace) -> int:
    """Tune, publish, and say what it changed."""
    from engine.build import load_encoders
    from engine.tuning import tune
    from knowledge_base.store import ensure_shop

    settings = load_settings(arguments)
    folder = ensure_shop(settings.home, settings.kb)
    with shown_steps("learning from the shop's examples") as progress:
        tuned = tune(folder, settings.home, load_encoders(settings), progress)
    if arguments.json:
        print_json(tuned)
        return 0
    for name, after in tuned.after.items():
        print(f"{name:18} {tuned.before[name]:.3f} -> {after:.3f}")
    verdict = "kept" if tuned.kept else "not kept: too few examples, or no better than before"
    print(f"{verdict}; live as {tuned.snapshot} ({tuned.seconds:.0f} s)")
    return 0
