"""What the front remembers of a chat: its language and its last message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.telegram import keys


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat. `language` is the one to speak; `last` the shopper's newest message, or 0."""

    id: int
    language: str
    known: str = ""
    """The language on record."""
    chosen: bool = False
    last: int = 0


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

    async def get(self, chat_id: int, hint: str | None) -> Chat:
        """What is known of a chat."""
        fields = ("language", "chosen", "last")
        found: Any = await self._redis.hmget(keys.chat(chat_id), fields)
        known, chosen, last = found
        language = known if known in self._languages else self._hinted(hint)
        return Chat(chat_id, language, known or "", chosen == "1", int(last or 0))

    async def choose(self, chat: Chat, language: str) -> None:
        """The shopper chose this language."""
        await self._remember(chat.id, {"language": language, "chosen": "1"})

    async def note(self, chat: Chat, language: str, message_id: int = 0) -> None:
        """A reply was in this language (a chosen one stays), to this newest message."""
        fields = {}
        if language != chat.known and not chat.chosen:
            fields["language"] = language
        if message_id and message_id != chat.last:
            fields["last"] = str(message_id)
        if fields:
            await self._remember(chat.id, fields)

    async def forget(self, chat_id: int) -> None:
        """Nothing is known of a chat any more."""
        await self._redis.delete(keys.chat(chat_id))

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
