"""Flood limits: 30 messages a second overall, one a second per chat, 20 a minute per group."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

Result = bool | dict[str, Any] | list[dict[str, Any]]
_FREE = ("sendChatAction", "sendMessageDraft")
"""Telegram counts these as signs of life, not as messages."""
_COUNTED = ("send", "copy", "forward", "edit")
_IDLE_S = 120.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many messages may leave in which time. The margins allow for jitter on the way."""

    overall: int = 30
    overall_window_s: float = 1.05
    chat_pause_s: float = 1.0
    group: int = 20
    group_window_s: float = 60.5


@dataclass
class _Chat:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    done: deque[float] = field(default_factory=deque)
    waiting: int = 0


LOOK_S = 0.02


class FloodLimiter(BaseRateLimiter[int]):
    """Holds every message back until it may go; waits out each RetryAfter, however often.

    `rate_limit_args` is not used. Messages of one chat go one after the other, and the
    pause is counted from Telegram's answer, so it also holds where they arrive.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._sleep = sleep
        self._chats: dict[str, _Chat] = {}
        self._sent: deque[float] = deque()
        self._under_way = 0
        self._closed_until: dict[str, float] = {}
        self._swept_at = clock()

    async def initialize(self) -> None:
        """Nothing to acquire."""

    async def shutdown(self) -> None:
        """Nothing to give back."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Call Telegram when the limits allow it.

        Raises whatever the call raises, RetryAfter excepted: that is waited out.
        """
        chat_id = str(data.get("chat_id", ""))
        if not counted(endpoint):
            if endpoint in _FREE and self._closed_s(chat_id) > 0:
                return True  # A sign of life is not worth waiting for.
            return await self._free(endpoint, lambda: callback(*args, **kwargs))
        self._sweep()
        chat = self._chats.setdefault(chat_id, _Chat())
        chat.waiting += 1
        try:
            async with chat.lock:
                return await self._in_turn(chat_id, chat, lambda: callback(*args, **kwargs))
        finally:
            chat.waiting -= 1

    async def _in_turn(
        self, chat_id: str, chat: _Chat, call: Callable[[], Coroutine[Any, Any, Result]]
    ) -> Result:
        while True:
            await self._wait_for_chat(chat_id, chat)
            await self._wait_for_all()
            try:
                return await call()
            except RetryAfter as error:
                self._close(chat_id, seconds(error))
            finally:
                now = self._clock()
                self._under_way -= 1
                self._sent.append(now)
                chat.done.append(now)

    async def _free(self, endpoint: str, call: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        while True:
            try:
                return await call()
            except RetryAfter as error:
                if endpoint in _FREE:
                    return True
                await self._sleep(seconds(error))

    async def _wait_for_chat(self, chat_id: str, chat: _Chat) -> None:
        limits = self._limits
        while True:
            now = self._clock()
            waits = [self._closed_s(chat_id)]
            if chat.done:
                waits.append(chat.done[-1] + limits.chat_pause_s - now)
            if _is_group(chat_id) and len(chat.done) >= limits.group:
                waits.append(chat.done[-limits.group] + limits.group_window_s - now)
            while len(chat.done) > limits.group:
                chat.done.popleft()
            if max(waits) <= 0:
                return
            await self._sleep(max(waits))

    async def _wait_for_all(self) -> None:
        limits = self._limits
        while True:
            now = self._clock()
            while self._sent and self._sent[0] <= now - limits.overall_window_s:
                self._sent.popleft()
            if self._under_way + len(self._sent) < limits.overall:
                self._under_way += 1
                return
            # What is under way may arrive at any moment until it is answered.
            free_at = self._sent[0] + limits.overall_window_s if self._sent else now + LOOK_S
            await self._sleep(free_at - now)

    def _closed_s(self, chat_id: str) -> float:
        """Seconds this chat stays closed; three closed chats mean the whole bot is too fast."""
        now = self._clock()
        closed = {chat: until for chat, until in self._closed_until.items() if until > now}
        self._closed_until = closed
        until = max(closed.values()) if len(closed) >= 3 else closed.get(chat_id, now)
        return until - now

    def _close(self, chat_id: str, seconds: float) -> None:
        log.warning("Telegram asks for a pause of %.0f s", seconds)
        self._closed_until[chat_id] = self._clock() + seconds

    def _sweep(self) -> None:
        """Forget chats that have been quiet for longer than any limit looks back."""
        now = self._clock()
        if now - self._swept_at < _IDLE_S:
            return
        self._swept_at = now
        self._chats = {
            key: chat
            for key, chat in self._chats.items()
            if chat.waiting or (chat.done and chat.done[-1] > now - _IDLE_S)
        }


def counted(endpoint: str) -> bool:
    """Whether a method counts as a message against the limits."""
    return endpoint.startswith(_COUNTED) and endpoint not in _FREE and "Topic" not in endpoint


def _is_group(chat_id: str) -> bool:
    return chat_id.startswith(("-", "@"))


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())
