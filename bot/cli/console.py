"""`shopdesk console`: the operators' pages, where they edit what the shop knows."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.common import load_settings
from bot.cli.serve import set_up_logging


def run_command(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    from knowledge_base.console.run import run_console

    settings = load_settings(arguments)
    set_up_logging(settings.log_level)
    asyncio.run(run_console(settings))
    return 0
