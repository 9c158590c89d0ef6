"""Publishes for who pressed "Save and publish": `kb publish` as a child, and what came of it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import TelegramError as ApiError

from bot.telegram import keys, render
from bot.telegram.parts import Delivery
from engine.processes import start_child
from engine.settings import Settings

LOOK_S = 0.1
MAX_REASON_CHARS = 600
SHOWN = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants what is saved to be live; told in this chat and topic."""

    chat_id: int
    thread_id: int
    by: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, and what it said on each stream."""

    code: int
    out: str
    error: str


Command = Callable[[Sequence[str]], Awaitable[Ended]]


async def wish_publish(redis: Redis, wish: Wish) -> None:
    """Have it published, after what was wished for before."""
    await redis.rpush(keys.WISHES, json.dumps(asdict(wish), ensure_ascii=False))


class Publisher:
    """Works wishes off, one at a time. One under way at a kill is done again: that is harmless."""

    def __init__(
        self, redis: Redis, command: Command, send: Callable[[Delivery], Awaitable[object]]
    ) -> None:
        self._redis = redis
        self._command = command
        self._send = send

    async def run(self, every_s: float) -> None:
        """Publish until cancelled."""
        while True:
            try:
                await self.publish_next()
            except (RedisError, ApiError, OSError, ValueError) as error:
                log.warning("a publish waits (%s)", type(error).__name__)
            await asyncio.sleep(every_s)

    async def publish_next(self) -> bool:
        """Fulfil the oldest wish; whether there was one."""
        found: Any = await self._redis.lindex(keys.WISHES, 0)
        if found is None:
            return False
        wish = Wish(**json.loads(found))
        words = await published(self._command, wish.by)
        for delivery in render.text(
            words, Delivery(wish.chat_id, thread_id=wish.thread_id or None)
        ):
            await self._send(delivery)
        await self._redis.lpop(keys.WISHES)
        return True


async def published(command: Command, by: str) -> str:
    """Publish, and say what came of it."""
    why = ("--because", f"/fix by {by}")
    ended = await command(("kb", "publish", "--json", *why))
    if ended.code == 0:
        return f"{summary(json.loads(ended.out))}: published."
    if "must-hold" in ended.error:
        tried = await command(("kb", "publish", "--json", "--dry-run"))
        if tried.code == 0:
            return f"{summary(json.loads(tried.out))}: not published. It stays saved."
    return f"Not published; it stays saved.\n{_reason(ended.error)}"


def summary(told: Mapping[str, Any]) -> str:
    """The blast radius in a few words."""
    changed, broken = told["changed"], told["broken"]
    words = [f"{len(changed)} answer{_s(changed)} change{_s(changed, one='s', many='')}"]
    if broken:
        named = ", ".join(broken[:SHOWN])
        words.append(f"{len(broken)} must-hold replay{_s(broken)} "
                     f"fail{_s(broken, one='s', many='')} ({named})")  # fmt: skip
    return "; ".join(words)


def kb_command(settings: Settings) -> Command:
    """Runs `shopdesk` commands for this home, each in a process that ends with this one."""
    env = {**os.environ, "SHOPDESK_HOME": str(settings.home)}
    if settings.kb:
        env["SHOPDESK_KB"] = str(settings.kb)

    async def run(words: Sequence[str]) -> Ended:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
            argv = (sys.executable, "-m", "bot.cli.main", *words)
            process = start_child(argv, death_signal=signal.SIGKILL, env=env,
                                  stdout=out.fileno(), stderr=error.fileno())  # fmt: skip
            try:
                while process.poll() is None:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(LOOK_S)
            finally:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            said = []
            for file in (out, error):
                file.seek(0)
                said.append(file.read().decode("utf-8", "replace"))
            return Ended(process.returncode, *said)

    return run


def _reason(said: str) -> str:
    """The error a command ended with, without progress and tracebacks."""
    _, found, rest = said.rpartition("shopdesk kb: ")
    if not found:
        return "Run `shopdesk kb publish` to see why."
    return rest.strip()[:MAX_REASON_CHARS]


def _s(things: Sequence[object], one: str = "", many: str = "s") -> str:
    return one if len(things) == 1 else many
