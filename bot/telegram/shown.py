"""Which turns a message of the bot shows, where an operator may correct one by answering it."""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from bot.telegram import keys


class Shown:
    """Remembers turns by chat and message; ids only, so that what is forgotten stays so."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def remember(self, chat_id: int, message_id: int, turns: Sequence[str]) -> None:
        """A message shows these turns, the newest first."""
        await self._redis.set(keys.shown(chat_id, message_id), " ".join(turns), ex=keys.CASE_TTL_S)

    async def turns(self, chat_id: int, message_id: int) -> tuple[str, ...]:
        """The turns a message shows, the newest first; none where nothing is known of it."""
        found = await self._redis.get(keys.shown(chat_id, message_id))
        return tuple(str(found).split()) if found else ()
