"""`shopdesk engine | bot | web`: one process of the shop."""

from __future__ import annotations

import argparse
import asyncio
import logging

from bot.cli.common import load_settings
from engine.errors import SettingsError


def run_command(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    settings = load_settings(arguments)
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in ("httpx", "httpcore"):
        # Their INFO lines hold the bot token.
        logging.getLogger(name).setLevel(logging.WARNING)
    if arguments.command == "engine":
        from engine.worker import run_worker

        run_worker(settings)
    elif arguments.command == "web":
        from bot.web.run import run_web

        asyncio.run(run_web(settings))
    else:
        if not settings.telegram_token:
            raise SettingsError(
                "no bot token",
                mend="get one from @BotFather and set TELEGRAM_TOKEN, in .env for instance.",
            )
        from bot.telegram.app import run_bot

        asyncio.run(run_bot(settings))
    return 0
