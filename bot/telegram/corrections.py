"""Brings corrections of wrong answers to the chats that got them, slowly and once each."""

from __future__ import annotations

import asyncio
import json
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
from knowledge_base.shop_file import Replies

log = logging.getLogger(__name__)


class CorrectionSender:
    """Takes from the queue that `shopdesk recall --send` fills. A chat that is not known any more,
    because it was forgotten or is old, gets none.
    """

    def __init__(
        self, redis: Redis, pseudonyms: Pseudonyms, replies: Replies,
        send: Callable[[Delivery], Awaitable[object]],
    ) -> None:  # fmt: skip
        self._redis = redis
        self._pseudonyms = pseudonyms
        self._replies = replies
        self._send = send

    async def run(self, every_s: float) -> None:
        """Send one each `every_s` until cancelled."""
        while True:
            try:
                await self.send_next()
            except (RedisError, ApiError, ValueError, KeyError) as error:
                log.warning("a correction was not sent (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def send_next(self) -> bool:
        """Send the next correction; whether there was one.

        It is off the queue first: a kill may lose one, and sends none twice.
        """
        found: Any = await self._redis.lpop(keys.CORRECTIONS)
        if found is None:
            return False
        line = json.loads(found)
        chat_id = await self._chat_of(line["conversation"])
        if chat_id is not None:
            key = "correction" if line["text"] else "correction_withdrawn"
            words = self._replies.text(
                key, line["language"], title=line["title"], text=line["text"]
            )
            for delivery in render.text(words, Delivery(chat_id)):
                await self._send(delivery)
        return True

    async def _chat_of(self, conversation: str) -> int | None:
        """The chat behind a pseudonym: of those we know, the one that has it."""
        prefix = telegram_keys.chat(0)[:-1]
        async for key in self._redis.scan_iter(f"{prefix}*", count=1000):
            chat_id = int(str(key).removeprefix(prefix))
            if self._pseudonyms.conversation(chat_id) == conversation:
                return chat_id
        return None
