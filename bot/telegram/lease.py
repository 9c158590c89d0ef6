"""Which bot process is at work: one per token; the others take in webhooks and stand by."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.telegram import keys

log = logging.getLogger(__name__)

_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_RETRY_S = 0.25


class Lease:
    """Held by one process at a time; a dead holder on this machine is replaced at once."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._name = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[asyncio.Event]:
        """Wait for the lease and keep it; the event tells when it was lost."""
        await self._acquire()
        lost = asyncio.Event()
        renewing = asyncio.create_task(self._keep(lost))
        try:
            yield lost
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            with suppress(RedisError):
                await self._release(keys=[keys.LEASE], args=[self._name])

    async def _acquire(self) -> None:
        told = False
        while True:
            with suppress(RedisError):
                if await self._redis.set(keys.LEASE, self._name, nx=True, px=keys.LEASE_MS):
                    return
                holder: Any = await self._redis.get(keys.LEASE)
                if holder and is_dead(holder):
                    await self._release(keys=[keys.LEASE], args=[holder])
                    continue
                if not told:
                    log.info("another bot process is at work; standing by")
                    told = True
            await asyncio.sleep(_RETRY_S)

    async def _keep(self, lost: asyncio.Event) -> None:
        held_until = time.monotonic() + keys.LEASE_MS / 1000
        while time.monotonic() < held_until:
            await asyncio.sleep(keys.RENEW_EVERY_S)
            asked_at = time.monotonic()
            try:
                if not await self._renew(keys=[keys.LEASE], args=[self._name, keys.LEASE_MS]):
                    break
            except RedisError:
                continue
            held_until = asked_at + keys.LEASE_MS / 1000
        log.warning("lost the lease; starting over from the inbox")
        lost.set()


def is_dead(holder: str) -> bool:
    """Whether the holder ran here and ended; a process of another machine just expires."""
    host, _, rest = holder.partition(" ")
    pid = int(rest.partition(" ")[0] or 0)
    if host != socket.gethostname() or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
