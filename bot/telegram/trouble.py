"""Tells staff when the journal fails, and when it works again; each once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import TelegramError as ApiError

from bot.telegram.parts import Delivery
from engine import keys

FAILS = (
    "The journal cannot be written: {what}. Shoppers are answered as always; what is said is kept "
    "on the engine's disk and entered when the journal works again. See that its database runs, "
    "is not locked, and has room (`shopdesk doctor`)."
)
MENDED = "The journal works again; all that was said meanwhile is in it."

log = logging.getLogger(__name__)


class TroubleWatch:
    """Looks at what engines say of the journal. What was told outlives a restart."""

    def __init__(
        self, redis: Redis, chat_id: int, send: Callable[[Delivery], Awaitable[object]]
    ) -> None:
        self._redis = redis
        self._chat_id = chat_id
        self._send = send

    async def run(self, every_s: float) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except (RedisError, ApiError) as error:
                log.warning("staff are not told of the journal yet (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def look(self) -> None:
        """Tell what has changed."""
        trouble = await self._redis.get(keys.TROUBLE)
        told = await self._redis.get(keys.TROUBLE_TOLD)
        if trouble and not told:
            await self._send(Delivery(self._chat_id, FAILS.format(what=trouble)))
            await self._redis.set(keys.TROUBLE_TOLD, trouble)
        elif told and not trouble:
            await self._send(Delivery(self._chat_id, MENDED))
            await self._redis.delete(keys.TROUBLE_TOLD)
