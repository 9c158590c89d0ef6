"""First calls to Telegram: a network that is down is waited for, a wrong set-up is told."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError

from bot.telegram.sender import Bot
from engine.errors import TelegramError

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 10.0


def token_refused() -> TelegramError:
    """Telegram does not know the token."""
    return TelegramError(
        "Telegram refuses the bot token",
        where="TELEGRAM_TOKEN",
        mend="copy the token again from @BotFather; it may have been revoked. With a "
        "TELEGRAM_API_URL of your own, see that it is a Bot API server.",
    )


async def patiently(calls: Callable[[], Awaitable[None]], *, api_url: str, for_s: float) -> None:
    """Make the calls, again while the network is down.

    Raises TelegramError when the token is refused, or Telegram was away for `for_s` seconds.
    """
    pause_s, deadline = FIRST_PAUSE_S, time.monotonic() + for_s
    while True:
        try:
            await calls()
            return
        except InvalidToken:
            raise token_refused() from None
        except NetworkError as error:
            if time.monotonic() > deadline:
                raise TelegramError(
                    f"Telegram cannot be reached ({type(error).__name__})",
                    where=api_url,
                    mend="see that this machine has a way there, and that TELEGRAM_API_URL is "
                    "right where you set it.",
                ) from None
            told = (api_url, type(error).__name__)
            log.warning("Telegram cannot be reached at %s (%s); trying again", *told)
        await asyncio.sleep(min(pause_s, max(0.0, deadline - time.monotonic()) + 0.01))
        pause_s = min(pause_s * 2, LAST_PAUSE_S)


async def check_staff_chat(bot: Bot, chat_id: int) -> None:
    """Raises TelegramError where the bot cannot see the staff chat."""
    try:
        await bot.get_chat(chat_id)
    except (BadRequest, Forbidden) as error:
        raise TelegramError(
            f"the bot is not in the staff chat {chat_id} ({error.message})",
            where="OPERATOR_CHAT_ID",
            mend="add the bot to that group, or correct the id; without one nobody can take over.",
        ) from None


async def set_webhook(bot: Bot, url: str, secret: str, updates: tuple[str, ...]) -> None:
    """Have Telegram call us. Raises TelegramError where it refuses."""
    try:
        await bot.set_webhook(
            url, secret_token=secret, allowed_updates=list(updates), max_connections=40
        )
    except BadRequest as error:
        raise TelegramError(
            f"Telegram refuses the webhook ({error.message})",
            where="TELEGRAM_WEBHOOK_URL",
            mend="give a public https address, port 443, 80, 88 or 8443, and a secret of "
            "A-Z a-z 0-9 _ -.",
        ) from None
