"""Signs of life of the engines, and whose turns may be taken over."""

from __future__ import annotations

from typing import Any, cast

from redis import Redis

from engine import keys
from engine.processes import is_gone
from engine.turn_queue import TOUCH
from engine.valkey import store_errors

JUST_TAKEN_MS = 200
"""An item claimed this recently was claimed by somebody who saw the same dead worker."""
FORGET_AFTER_MS = 3600 * 1000
"""A worker without turns and without a sign of life this long is taken off the list."""


def ready_engines(redis: Redis) -> tuple[str, ...]:
    """Names of the engines that answer now. Raises StoreError."""
    prefix = keys.engine("")
    with store_errors():
        found = [str(key).removeprefix(prefix) for key in redis.scan_iter(f"{prefix}*")]
    return tuple(sorted(name for name in found if not is_gone(name)))


def engine_ready(redis: Redis) -> bool:
    """Whether any engine answers now. Raises StoreError."""
    return bool(ready_engines(redis))


class Membership:
    """One engine among those that share the queue. Methods raise RedisError."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self.name = name
        self._touch = redis.register_script(TOUCH)

    def sign(self, items: tuple[str, ...], *, ready: bool) -> None:
        """Say that this engine still works on these items, and whether it takes more."""
        if ready:
            self._redis.set(keys.engine(self.name), "ready", px=keys.READY_MS)
        for item in items:
            self._touch(keys=[keys.TURNS], args=[keys.GROUP, self.name, item])

    def leave(self) -> None:
        """Say that this engine takes no more turns."""
        self._redis.delete(keys.engine(self.name))

    def take_over(self, room: int) -> list[tuple[str, dict[str, str]]]:
        """Items of engines that are dead, or gave no sign of life for long."""
        found: list[tuple[str, dict[str, str]]] = []
        for worker in self._workers():
            name, pending = str(worker["name"]), int(worker["pending"])
            if name == self.name or len(found) >= room:
                continue
            if pending and is_gone(name):
                found += self._claim_all(name, room - len(found))
            elif not pending and (is_gone(name) or int(worker["idle"]) > FORGET_AFTER_MS):
                self._redis.xgroup_delconsumer(keys.TURNS, keys.GROUP, name)
        if len(found) < room:
            claimed = self._redis.xautoclaim(
                keys.TURNS, keys.GROUP, self.name, keys.DEAD_AFTER_MS, count=room - len(found)
            )
            found += _items(cast("Any", claimed)[1])
        return found

    def begun_times(self, item: str) -> int:
        """How often an item was handed to an engine."""
        found = cast(
            "list[dict[str, Any]]",
            self._redis.xpending_range(keys.TURNS, keys.GROUP, item, item, 1),
        )
        return int(found[0]["times_delivered"]) if found else 0

    def _workers(self) -> list[dict[str, Any]]:
        return self._redis.xinfo_consumers(keys.TURNS, keys.GROUP)

    def _claim_all(self, name: str, room: int) -> list[tuple[str, dict[str, str]]]:
        pending = cast(
            "list[dict[str, Any]]",
            self._redis.xpending_range(
                keys.TURNS, keys.GROUP, "-", "+", room, name, idle=JUST_TAKEN_MS
            ),
        )
        if not pending:
            return []
        ids: list[int | bytes | str | memoryview[int]] = [i["message_id"] for i in pending]
        claimed = self._redis.xclaim(keys.TURNS, keys.GROUP, self.name, JUST_TAKEN_MS, ids)
        return _items(claimed)


def _items(found: Any) -> list[tuple[str, dict[str, str]]]:
    # An item deleted while it was pending comes without fields.
    return [(str(item), dict(fields)) for item, fields in found if fields]
