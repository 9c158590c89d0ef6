"""`shopdesk bot`: the Telegram front of a shop as one process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from redis.asyncio import Redis

from bot.telegram.console_links import ConsoleLinks
from bot.telegram.front import Account, Front, Parts
from bot.telegram.logs import hide_token
from bot.telegram.options import Options
from bot.telegram.pseudonyms import Pseudonyms
from bot.telegram.publishing import kb_command
from engine import valkey
from engine.desk import QueueDesk
from engine.errors import StoreError, TelegramError
from engine.journal import Journal, JournaledTurn
from engine.privacy import mask
from engine.settings import Settings
from engine.spool import Spool
from engine.told_entries import told_entry
from engine.turn_record import PATIENCE_S, TurnRecord
from engine.types import Shop
from engine.valkey import store_errors
from knowledge_base.problems import Problems
from knowledge_base.shop_file import Replies, read_replies, read_shop
from knowledge_base.store import EMPTY_SHOP, ensure_shop

STORE_WAIT_S = 5.0
"""Redis may be starting too."""

log = logging.getLogger(__name__)


async def run_bot(settings: Settings, options: Options | None = None) -> None:
    """Serve until SIGTERM, SIGINT or cancelled.

    Raises TelegramError for a missing or refused token, StoreError, KnowledgeError.
    """
    account = _account(settings)
    hide_token(account.token)
    # python-telegram-bot's coming type of durations; without it every 429 prints a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    folder = ensure_shop(settings.home, settings.kb)
    shop, replies = _words(folder)
    journal = Journal.open(settings, patience_s=PATIENCE_S, later=True)
    record = TurnRecord(journal, Spool(settings.home))
    redis = valkey.connect_async(settings)
    parts = Parts(
        shop=shop,
        replies=replies,
        folder=folder,
        # Without phrases the desk raises where no engine answers, and the message waits for one.
        desk=QueueDesk(redis),
        redis=redis,
        pseudonyms=Pseudonyms.open(settings.home),
        last_turns=partial(_last_turns, journal),
        record=record.handed_over,
        question_of=journal.question_of,
        told_entry=partial(told_entry, journal),
        operators=settings.operators,
        console=ConsoleLinks.open(settings, time.time),
        command=kb_command(settings),
        mask=lambda text: mask(text, {})[0],
        options=options or Options(),
    )
    try:
        await _until_reached(redis)
        await _until_stopped(Front(account, parts))
    finally:
        await redis.aclose()
        record.close()
        journal.close()


def _last_turns(journal: Journal, conversation: str, limit: int) -> Sequence[JournaledTurn]:
    """The newest turns; none where the journal fails: staff are called all the same."""
    try:
        return journal.last_turns(conversation, limit)
    except StoreError as error:
        log.error("staff see no earlier turns: %s", error.what)
        return ()


async def _until_reached(redis: Redis) -> None:
    """Raises StoreError where the store stays away."""
    deadline = time.monotonic() + STORE_WAIT_S
    while True:
        try:
            with store_errors():
                await redis.ping()
            return
        except StoreError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


def _account(settings: Settings) -> Account:
    if not settings.telegram_token:
        raise TelegramError(
            "no bot token", where="TELEGRAM_TOKEN", mend="get one from @BotFather and set it."
        )
    return Account(
        token=settings.telegram_token,
        api_url=settings.telegram_api_url,
        operator_chat=settings.operator_chat_id,
        webhook_url=settings.telegram_webhook_url,
        webhook_secret=settings.telegram_webhook_secret,
        webhook_port=settings.telegram_webhook_port,
    )


def _words(folder: Path) -> tuple[Shop, Replies]:
    problems = Problems()
    shop = read_shop(folder / "shop.yaml", problems)
    if shop is None:
        problems.raise_if_any()
        raise AssertionError("read_shop gave neither a shop nor a problem")
    replies = read_replies(folder / "replies.yaml", shop, EMPTY_SHOP / "replies.yaml", problems)
    problems.raise_if_any()
    return shop, replies


async def _until_stopped(front: Front) -> None:
    """Run the front; a signal lets turns under way finish, then ends it."""
    loop, task = asyncio.get_running_loop(), asyncio.create_task(front.run())
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        log.info("stopped; what is not answered waits in the inbox")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
        task.cancel()
