"""`shopdesk tune`: adapt retrieval to the shop's own example questions, and publish."""

from __future__ import annotations

import argparse

from bot.cli.common import load_settings, plain, print_json
from engine.progress import shown_steps


def run_command(arguments: argparse.Namespace) -> int:
    """Tune, say what it changed and which answers change by it, and publish."""
    from bot.cli.kb_publish import consent, live_shown, show_publish
    from engine.build import load_encoders
    from engine.tuning import tune
    from knowledge_base.store import ensure_shop

    consent(arguments)
    settings = load_settings(arguments)
    folder = ensure_shop(settings.home, settings.kb)
    encoders = load_encoders(settings)
    with shown_steps("learning from the shop's examples") as progress:
        tuned = tune(folder, settings.home, encoders, progress)
    if not arguments.json:
        for name, after in tuned.after.items():
            print(f"{name:18} {tuned.before[name]:.3f} -> {after:.3f}")
    result = live_shown(arguments, settings, folder, tuned.snapshot, encoders)
    if arguments.json:
        print_json({**plain(tuned), **result})
        return 0
    show_publish(result)
    verdict = "kept" if tuned.kept else "not kept: too few examples, or no better than before"
    live = "live as" if result["live"] else "would be live as"
    print(f"{verdict}; {live} {tuned.snapshot} ({tuned.seconds:.0f} s)")
    return 0
