"""Brings what staff say in the console to the shoppers it is meant for, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import BadRequest
from telegram.error import TelegramError as ApiError

from bot.telegram.parts import Delivery
from bot.telegram.staff import Staff
from engine import keys
from engine.staff_words import read_staff_word

log = logging.getLogger(__name__)


class ConsoleWords:
    """Takes from the queue that the console fills.

    A word is off the queue once it is sent: a kill between may send it twice, and loses none.
    """

    def __init__(
        self, redis: Redis, staff: Staff, send: Callable[[Delivery], Awaitable[object]]
    ) -> None:
        self._redis = redis
        self._staff = staff
        self._send = send

    async def run(self, every_s: float) -> None:
        """Bring them until cancelled."""
        while True:
            try:
                while await self.bring_next():
                    pass
            except (RedisError, ApiError) as error:
                log.warning("an answer from the console waits (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def bring_next(self) -> bool:
        """Bring the oldest; whether there was one. One that Telegram refuses is given up."""
        found: Any = await self._redis.lindex(keys.STAFF_WORDS, 0)
        if found is None:
            return False
        try:
            for delivery in await self._staff.from_console(read_staff_word(found)):
                await self._send(delivery)
        except (BadRequest, ValueError) as error:
            log.error("an answer from the console is given up (%s)", type(error).__name__)
        await self._redis.lpop(keys.STAFF_WORDS)
        return True
