"""Counts a day: tries at an order's proof, generated tokens of a shopper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from redis import Redis

from engine import keys


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class DailyCounters(Protocol):
    """Counters that begin at zero every day (UTC)."""

    def add(self, name: str, amount: int = 1) -> int:
        """Add to today's count of a name; the count after it."""
        ...


class MemoryCounters:
    """Counts that live as long as the process."""

    def __init__(self, today: Callable[[], str] = _today) -> None:
        self._today = today
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, amount: int = 1) -> int:
        """Add to today's count of a name; the count after it."""
        self._counts[self._today(), name] += amount
        return self._counts[self._today(), name]

    def forget(self) -> None:
        """Begin at zero again, as on another day."""
        self._counts.clear()


class RedisCounters:
    """Counts shared by all processes."""

    def __init__(self, redis: Redis, today: Callable[[], str] = _today) -> None:
        self._redis = redis
        self._today = today

    def add(self, name: str, amount: int = 1) -> int:
        """Add to today's count of a name; the count after it."""
        key = keys.tries(self._today(), name)
        pipe = self._redis.pipeline()
        pipe.incrby(key, amount)
        pipe.expire(key, keys.TRIES_TTL_S)
        return int(pipe.execute()[0])
