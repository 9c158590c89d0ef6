"""A version number that can be awaited: how waiters learn that something changed."""

from __future__ import annotations

import asyncio


class Signal:
    """Counts changes; a waiter sleeps until the count passes the one it has seen."""

    def __init__(self) -> None:
        self.version = 0
        self._changed = asyncio.Event()

    def notify(self) -> None:
        """Count one change and wake every waiter."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, seen: int, timeout_s: float) -> int:
        """Return the version once it differs from `seen`, or after `timeout_s` seconds."""
        if self.version == seen:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
            except TimeoutError:
                pass
        return self.version
