"""Brings corrections, and answers found later, to the chats they are for: slowly, once each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import TelegramError as ApiError

from bot.telegram import keys as telegram_keys
from bot.telegram import render
from bot.telegram.parts import Delivery
from bot.telegram.pseudonyms import Pseudonyms
from engine import keys
from engine.errors import StoreError
from engine.notices import Notice, read_notice
from engine.privacy import TOKEN
from knowledge_base.shop_file import Replies

log = logging.getLogger(__name__)

MAX_QUOTED_CHARS = 200
QuestionOf = Callable[[str], str | None]
"""The masked question of a turn, None where it is gone; reads the journal, so it may block."""


class CorrectionSender:
    """Takes from the queue that `recall --send` and `gaps tell --send` fill. A chat that is not
    known any more, because it was forgotten or is old, gets none.
    """

    def __init__(
        self, redis: Redis, pseudonyms: Pseudonyms, replies: Replies,
        send: Callable[[Delivery], Awaitable[object]], question_of: QuestionOf,
    ) -> None:  # fmt: skip
        self._question_of = question_of
        self._redis = redis
        self._pseudonyms = pseudonyms
        self._replies = replies
        self._send = send

    async def run(self, every_s: float) -> None:
        """Send one each `every_s` until cancelled."""
        while True:
            try:
                await self.send_next()
            except (RedisError, ApiError, StoreError, ValueError, KeyError) as error:
                log.warning("a correction or answer was not sent (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def send_next(self) -> bool:
        """Send the next correction; whether there was one.

        It is off the queue first: a kill may lose one, and sends none twice.
        """
        found: Any = await self._redis.lpop(keys.CORRECTIONS)
        if found is None:
            return False
        notice = read_notice(found)
        chat_id = await self._chat_of(notice.conversation)
        words = await self._words(notice) if chat_id is not None else None
        if chat_id is not None and words is not None:
            for delivery in render.text(words, Delivery(chat_id)):
                await self._send(delivery)
        return True

    async def _words(self, notice: Notice) -> str | None:
        """What is said; None where the question it quotes was forgotten."""
        question: str | None = ""
        if notice.turn:
            question = await asyncio.to_thread(self._question_of, notice.turn)
        if question is None:
            return None
        return self._replies.text(
            notice.kind, notice.language, title=notice.title, text=notice.text,
            question=_quoted(question),
        )  # fmt: skip

    async def _chat_of(self, conversation: str) -> int | None:
        """The chat behind a pseudonym: of those we know, the one that has it."""
        prefix = telegram_keys.chat(0)[:-1]
        async for key in self._redis.scan_iter(f"{prefix}*", count=1000):
            chat_id = int(str(key).removeprefix(prefix))
            if self._pseudonyms.conversation(chat_id) == conversation:
                return chat_id
        return None


def _quoted(question: str) -> str:
    """A question as its shopper may read it: values that were masked are left out."""
    words = " ".join(TOKEN.sub("…", question).split())
    if len(words) > MAX_QUOTED_CHARS:
        words = f"{words[: MAX_QUOTED_CHARS - 1].rstrip()}…"
    return words
