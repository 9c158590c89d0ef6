"""What the front remembers of a chat: its language and its last message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from bot.telegram import keys


class Chats:
    """Languages of chats. A chosen one wins, then the last reply's, then Telegram's hint."""

    def __init__(self, redis: Redis, languages: Sequence[str], default: str) -> None:
        self._redis = redis
        self._languages = tuple(languages)
        self._default = default

    @property
    def languages(self) -> tuple[str, ...]:
        """The shop's languages."""
        return self._languages

    async def language(self, chat_id: int, hint: str | None) -> str:
        """The language to speak in a chat."""
        known = await self._redis.hget(keys.chat(chat_id), "language")
        return str(known) if known in self._languages else self._hinted(hint)

    async def choose(self, chat_id: int, language: str) -> None:
        """The shopper chose this language."""
        await self._remember(chat_id, {"language": language, "chosen": "1"})

    async def heard(self, chat_id: int, language: str) -> None:
        """A reply was in this language; a chosen one stays."""
        if not await self._redis.hexists(keys.chat(chat_id), "chosen"):
            await self._remember(chat_id, {"language": language})

    async def set_last_message(self, chat_id: int, message_id: int) -> None:
        """Remember the shopper's newest message, to know whether an edit is of it."""
        await self._remember(chat_id, {"last": str(message_id)})

    async def last_message(self, chat_id: int) -> int:
        """The shopper's newest message; 0 where unknown."""
        return int(await self._redis.hget(keys.chat(chat_id), "last") or 0)

    async def _remember(self, chat_id: int, fields: dict[str, str]) -> None:
        key = keys.chat(chat_id)
        mapping: dict[Any, Any] = dict(fields)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping=mapping)
            pipe.expire(key, keys.CHAT_TTL_S)
            await pipe.execute()

    def _hinted(self, hint: str | None) -> str:
        code = (hint or "").split("-")[0].lower()
        return code if code in self._languages else self._default
