"""Which buttons a session was shown; no other payload of its is obeyed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError

from engine.keys import ISSUED_TTL_S, issued
from engine.types import Reply

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")
ISSUED_MAX = 1000


class IssuedActions(Protocol):
    """Remembers the newest ISSUED_MAX actions of a conversation for ISSUED_TTL_S seconds."""

    async def add(self, conversation: str, actions: Iterable[str]) -> None:
        """Remember these as shown now."""

    async def holds(self, conversation: str, action: str) -> bool:
        """Whether this one was shown and is still remembered."""


def actions_of(reply: Reply) -> tuple[str, ...]:
    """Every payload that the reply's buttons and cards carry, each once."""
    buttons = [*reply.buttons, *(b for card in reply.products for b in card.buttons)]
    return tuple(dict.fromkeys(button.action for button in buttons))


class MemoryIssuedActions:
    """In this process only: for one process without Redis, and tests."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._shown: dict[str, dict[str, float]] = {}

    async def add(self, conversation: str, actions: Iterable[str]) -> None:
        """Remember these as shown now."""
        now = self._clock()
        shown = self._shown.pop(conversation, {})
        for action in actions:
            shown.pop(action, None)
            shown[action] = now
        if shown:
            self._shown[conversation] = shown
        for action in list(shown)[:-ISSUED_MAX]:
            del shown[action]
        self._forget(now - ISSUED_TTL_S)

    async def holds(self, conversation: str, action: str) -> bool:
        """Whether this one was shown and is still remembered."""
        shown = self._shown.get(conversation, {})
        return action in shown and shown[action] > self._clock() - ISSUED_TTL_S

    def _forget(self, before: float) -> None:
        # Both dicts are in the order of last use, so the stale ones stand in front.
        while self._shown:
            oldest = next(iter(self._shown))
            if next(reversed(self._shown[oldest].values())) > before:
                return
            del self._shown[oldest]


class RedisIssuedActions:
    """In Redis, so that every process of the page knows them and a restart keeps them."""

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock

    async def add(self, conversation: str, actions: Iterable[str]) -> None:
        """Remember these as shown now."""
        scores = dict.fromkeys(actions, self._clock())
        if not scores:
            return
        key = issued(conversation)

        async def write() -> None:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(key, scores)
                pipe.zremrangebyrank(key, 0, -ISSUED_MAX - 1)
                pipe.expire(key, ISSUED_TTL_S)
                await pipe.execute()

        await _twice(write)

    async def holds(self, conversation: str, action: str) -> bool:
        """Whether this one was shown and is still remembered."""
        score = await _twice(lambda: self._redis.zscore(issued(conversation), action))
        return score is not None and float(score) > self._clock() - ISSUED_TTL_S


async def _twice(command: Callable[[], Awaitable[T]]) -> T:
    # After a restart of the server the first command on a pooled connection finds it closed.
    try:
        return await command()
    except RedisConnectionError:
        return await command()
