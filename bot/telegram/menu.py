"""The command menu, in each of the shop's languages."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telegram import BotCommand
from telegram.error import TelegramError

from bot.telegram.sender import Bot
from bot.telegram.updates import COMMANDS
from knowledge_base.shop_file import Replies

log = logging.getLogger(__name__)


async def set_menu(bot: Bot, replies: Replies, languages: Sequence[str], default: str) -> None:
    """Tell Telegram the commands: in the default language for all, and in each one for its own."""
    for code in ("", *languages):
        commands = [
            BotCommand(name, replies.text(f"command_{name}", code or default)) for name in COMMANDS
        ]
        try:
            await bot.set_my_commands(commands, language_code=code or None)
        except TelegramError as error:
            log.warning("the command menu was not set (%s)", type(error).__name__)
            return
