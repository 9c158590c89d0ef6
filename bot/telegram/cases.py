"""Cases: conversations a person has taken over. All of it lies in Redis and outlives restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.telegram import keys
from engine import keys as engine_keys
from engine.staff_words import Said, said_line


@dataclass(frozen=True, slots=True)
class Case:
    """One shopper's chat in the hands of staff; times are unix seconds."""

    chat_id: int
    conversation: str
    language: str
    opened_at: float
    open: bool = True
    topic: int = 0
    """Its topic in the staff chat; 0 where the staff chat has none."""
    post: int = 0
    """Its first message in the staff chat."""
    shopper_thread: int = 0


class Cases:
    """Keeps cases, and which message or topic of the staff chat belongs to which."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, chat_id: int) -> Case | None:
        """The newest case of a chat, open or closed."""
        found: Any = await self._redis.hgetall(keys.case(chat_id))
        if not found:
            return None
        return Case(
            chat_id=chat_id,
            conversation=found["conversation"],
            language=found["language"],
            opened_at=float(found["opened_at"]),
            open=found["open"] == "1",
            topic=int(found.get("topic", 0)),
            post=int(found.get("post", 0)),
            shopper_thread=int(found.get("shopper_thread", 0)),
        )

    async def open(self, case: Case, now: float) -> None:
        """Open a case, or reopen it; a topic known from an earlier case is kept."""
        key = keys.case(case.chat_id)
        fields: dict[Any, Any] = {
            "conversation": case.conversation,
            "language": case.language,
            "opened_at": repr(case.opened_at),
            "open": "1",
            "shopper_thread": str(case.shopper_thread),
        }
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping=fields)
            pipe.expire(key, keys.CASE_TTL_S)
            pipe.set(keys.case_of(case.conversation), str(case.chat_id), ex=keys.CASE_TTL_S)
            pipe.zadd(keys.CASES, {str(case.chat_id): now})
            await pipe.execute()

    async def of_conversation(self, conversation: str) -> Case | None:
        """The newest case of a conversation, open or closed."""
        chat_id = await self._redis.get(keys.case_of(conversation))
        return None if chat_id is None else await self.get(int(chat_id))

    async def note_said(self, conversation: str, said: Said) -> None:
        """Keep a message of a case, masked, for who reads along in the console."""
        key = engine_keys.case_talk(conversation)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(key, said_line(said))
            pipe.ltrim(key, -engine_keys.CASE_TALK_KEPT, -1)
            pipe.expire(key, engine_keys.CASE_TALK_TTL_S)
            await pipe.execute()

    async def touch(self, chat_id: int, now: float) -> None:
        """Note a message in an open case."""
        await self._redis.zadd(keys.CASES, {str(chat_id): now}, xx=True)

    async def close(self, chat_id: int) -> None:
        """Close a case; what belonged to it is remembered, so that late answers arrive."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.case(chat_id), "open", "0")
            pipe.zrem(keys.CASES, str(chat_id))
            await pipe.execute()

    async def silent_since(self, before: float) -> list[int]:
        """Chats whose open case had no message since `before`."""
        found: Any = await self._redis.zrangebyscore(keys.CASES, "-inf", before)
        return [int(chat_id) for chat_id in found]

    async def set_topic(self, chat_id: int, topic: int) -> None:
        """The case has this topic from now on."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.case(chat_id), "topic", str(topic))
            pipe.set(keys.staff_topic(topic), str(chat_id), ex=keys.CASE_TTL_S)
            await pipe.execute()

    async def remember(self, chat_id: int, message_id: int) -> None:
        """A message in the staff chat belongs to this case; the first one is its post."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(keys.case(chat_id), "post", str(message_id))
            pipe.set(keys.staff_message(message_id), str(chat_id), ex=keys.CASE_TTL_S)
            await pipe.execute()

    async def forget(self, chat_id: int) -> None:
        """A chat's case is gone, and with it which topic of the staff chat was its own."""
        found: Any = await self._redis.hmget(keys.case(chat_id), ["topic", "conversation"])
        topic, conversation = found
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.case(chat_id))
            if topic:
                pipe.delete(keys.staff_topic(int(topic)))
            if conversation:
                pipe.delete(keys.case_of(conversation), engine_keys.case_talk(conversation))
            pipe.zrem(keys.CASES, str(chat_id))
            await pipe.execute()

    async def forget_post(self, chat_id: int) -> None:
        """The next message to the staff chat becomes the case's post."""
        await self._redis.hdel(keys.case(chat_id), "post")

    async def find(self, topic: int, answered: int) -> Case | None:
        """The case a staff message belongs to, by its topic or the message it answers."""
        chat_id = None
        if answered:
            chat_id = await self._redis.get(keys.staff_message(answered))
        if chat_id is None and topic:
            chat_id = await self._redis.get(keys.staff_topic(topic))
        return None if chat_id is None else await self.get(int(chat_id))

    async def set_mirrored(self, staff_message: int, shopper_message: int) -> None:
        """A staff message stands in the shopper's chat as this one."""
        await self._redis.set(
            keys.mirrored(staff_message), str(shopper_message), ex=keys.CASE_TTL_S
        )

    async def mirrored(self, staff_message: int) -> int:
        """The message in the shopper's chat that brought a staff message; 0 where none did."""
        return int(await self._redis.get(keys.mirrored(staff_message)) or 0)
