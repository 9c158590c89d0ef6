"""Tells staff what fails and what works again, each once: journal, generator, disk; and news."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import TelegramError as ApiError

from bot.telegram import render
from bot.telegram.parts import Delivery
from engine import keys

FAILS = (
    "The journal cannot be written: {what}. Shoppers are answered as always; what is said is kept "
    "on the engine's disk and entered when the journal works again. See that its database runs, "
    "is not locked, and has room (`shopdesk doctor`)."
)
MENDED = "The journal works again; all that was said meanwhile is in it."
GENERATOR_FAILS = (
    "The generator does not answer: {what}. Shoppers are told entries and goods in the shop's own "
    "words meanwhile. See that its server runs (GENERATOR_URL)."
)
GENERATOR_MENDED = "The generator answers again."
DISK_FULL = "The disk is nearly full: {what}. Free some room before turns and files are lost."
DISK_MENDED = "The disk has room again."
LEAST_FREE_BYTES = 300 * 1024**2

log = logging.getLogger(__name__)


class TroubleWatch:
    """Looks at what engines say, and at the disk. What was told outlives a restart."""

    def __init__(
        self, redis: Redis, chat_id: int, send: Callable[[Delivery], Awaitable[object]],
        folder: Path | None = None, least_free_bytes: int = LEAST_FREE_BYTES,
    ) -> None:  # fmt: skip
        """`folder`: the shop's, whose disk is looked at."""
        self._folder = folder
        self._least_free = least_free_bytes
        self._redis = redis
        self._chat_id = chat_id
        self._send = send

    async def run(self, every_s: float) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except (RedisError, ApiError) as error:
                log.warning("staff are not told of what fails yet (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def look(self) -> None:
        """Tell what has changed."""
        journal = await self._redis.get(keys.TROUBLE)
        await self._change(journal, keys.TROUBLE_TOLD, FAILS, MENDED)
        generator = await self._redis.get(keys.trouble("generator"))
        told = keys.trouble("generator:told")
        await self._change(generator, told, GENERATOR_FAILS, GENERATOR_MENDED)
        disk = await asyncio.to_thread(self._disk)
        await self._change(disk, keys.trouble("disk:told"), DISK_FULL, DISK_MENDED)
        while (news := await self._news()) is not None:
            for delivery in render.text(news, Delivery(self._chat_id)):
                await self._send(delivery)
            await self._redis.lpop(keys.STAFF_NEWS)

    async def _change(self, trouble: Any, told_key: str, fails: str, mended: str) -> None:
        told = await self._redis.get(told_key)
        if trouble and not told:
            await self._send(Delivery(self._chat_id, fails.format(what=trouble)))
            await self._redis.set(told_key, trouble)
        elif told and not trouble:
            await self._send(Delivery(self._chat_id, mended))
            await self._redis.delete(told_key)

    async def _news(self) -> str | None:
        found: Any = await self._redis.lindex(keys.STAFF_NEWS, 0)
        return None if found is None else str(found)

    def _disk(self) -> str:
        """What is wrong with the disk; "" where it has room."""
        if self._folder is None:
            return ""
        free = shutil.disk_usage(self._folder).free
        return f"{free // 1024**2} MiB are left" if free < self._least_free else ""
