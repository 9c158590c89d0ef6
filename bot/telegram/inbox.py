"""The durable inbox: raw updates in a Redis Stream, each once, until they are answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.telegram import keys, parts

# One script, so that "never seen" and "stored" are one step; Valkey syncs it to disk
# before it answers (appendfsync always).
_STORE = """
local stored = 0
for i = 1, #ARGV - 1, 2 do
  local seen = KEYS[1] .. ARGV[i]
  if redis.call('SET', seen, '1', 'NX', 'EX', ARGV[#ARGV]) then
    redis.call('XADD', KEYS[2], '*', 'id', ARGV[i], 'raw', ARGV[i + 1])
    stored = stored + 1
  end
end
return stored
"""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One stored update; `position` is its place in the stream."""

    position: str
    update_id: int
    raw: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a turn came before: tries begun and failed, and the updates it is made of."""

    begun: int
    failed: int
    burst: tuple[int, ...]


class Inbox:
    """Stores, hands out and forgets updates. Raises redis.exceptions.RedisError."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._store = redis.register_script(_STORE)

    async def store(self, updates: Iterable[dict[str, Any]]) -> int:
        """Put updates on disk, known ones excepted; returns how many were new."""
        args: list[str | int] = []
        for update in updates:
            args += [int(update["update_id"]), json.dumps(update, ensure_ascii=False)]
        if not args:
            return 0
        prefix = keys.seen(0)[:-1]
        stored = await self._store(keys=[prefix, keys.INBOX], args=[*args, keys.SEEN_TTL_S])
        return int(stored)

    async def read(self, after: str, *, wait_ms: int | None) -> list[Item]:
        """Updates stored after a position ("0": from the oldest on), waiting for the first one."""
        found: Any = await self._redis.xread({keys.INBOX: after}, count=_PAGE, block=wait_ms)
        return [
            Item(position, int(fields["id"]), fields["raw"])
            for _, entries in found or ()
            for position, fields in entries
            if fields
        ]

    async def waiting(self) -> int:
        """How many updates are not answered yet."""
        return int(await self._redis.xlen(keys.INBOX))

    async def begin(self, update_ids: Sequence[int]) -> Progress:
        """Count a try of the turn these updates make, and fix them as its burst."""
        key = keys.turn(update_ids[0])
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(key, "begun", 1)
            pipe.hsetnx(key, "burst", json.dumps(update_ids))
            pipe.hmget(key, "failed", "burst")
            pipe.expire(key, keys.TURN_TTL_S)
            begun, _, (failed, burst), _ = await pipe.execute()
        return Progress(int(begun), int(failed or 0), tuple(json.loads(burst)))

    async def burst(self, update_id: int) -> tuple[int, ...]:
        """The updates a turn begun earlier is made of; empty for a new one."""
        found = await self._redis.hget(keys.turn(update_id), "burst")
        return tuple(json.loads(found)) if found else ()

    async def failed(self, update_id: int) -> int:
        """Count a try that ended in an error; returns how many did."""
        return int(await self._redis.hincrby(keys.turn(update_id), "failed", 1))

    async def plan(self, update_id: int) -> tuple[parts.Delivery, ...] | None:
        """What the turn decided to send, where it came that far."""
        found = await self._redis.hget(keys.turn(update_id), "plan")
        return None if found is None else parts.load(found)

    async def set_plan(self, update_id: int, plan: Sequence[parts.Delivery]) -> None:
        """Fix what the turn sends, so that a restart sends the same and only what is missing."""
        key = keys.turn(update_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, "plan", parts.dump(plan))
            pipe.expire(key, keys.TURN_TTL_S)
            await pipe.execute()

    async def sent(self, update_id: int) -> dict[int, int]:
        """The message ids of the parts sent so far, by their number in the plan."""
        found: Any = await self._redis.hgetall(keys.turn(update_id))
        return {int(k[5:]): int(v) for k, v in found.items() if k.startswith("sent:")}

    async def set_sent(self, update_id: int, number: int, message_id: int) -> None:
        """Record a part as sent (message id 0: it cannot be, and need not)."""
        await self._redis.hset(keys.turn(update_id), f"sent:{number}", str(message_id))

    async def preview(self, update_id: int) -> int:
        """The message that shows a reply while it is being written; 0 where none does."""
        return int(await self._redis.hget(keys.turn(update_id), "preview") or 0)

    async def set_preview(self, update_id: int, message_id: int) -> None:
        """Record that message, so that the reply takes its place even after a restart."""
        await self._redis.hset(keys.turn(update_id), "preview", str(message_id))

    async def finish(self, items: Sequence[Item]) -> None:
        """Forget updates and all that was noted about their turn."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xdel(keys.INBOX, *(item.position for item in items))
            pipe.delete(*(keys.turn(item.update_id) for item in items))
            await pipe.execute()
