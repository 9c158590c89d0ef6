"""`shopdesk engine | bot | web`: one process of the shop."""

from __future__ import annotations

import argparse
import asyncio
import logging

from bot.cli.common import load_settings
from engine.errors import SettingsError

OURS = ("bot", "engine", "knowledge_base")


def set_up_logging(level: str) -> None:
    """Our lines at `level`; libraries' only as warnings (httpx's INFO lines hold the token)."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in OURS:
        logging.getLogger(name).setLevel(level)


def run_command(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    settings = load_settings(arguments)
    set_up_logging(settings.log_level)
    if arguments.command == "engine":
        from engine.serving import run_worker

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
