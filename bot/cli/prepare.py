"""`shopdesk prepare`: the default models, once."""

from __future__ import annotations

import argparse
import sys

from bot.cli.common import load_settings


def run_command(arguments: argparse.Namespace) -> int:
    """Prepare the model unless it is there, and say where it lies."""
    settings = load_settings(arguments)
    if settings.generator_url or settings.model:
        chosen = settings.generator_url or settings.model
        print(f"Nothing to prepare: the generator is {chosen}.", file=sys.stderr)
        return 0
    from engine.generation.prepare import prepare_default_model

    print(prepare_default_model(settings))
    return 0
