"""Failures on demand and the flood limits of the real service."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import too_many_requests

OVERALL_PER_S = 30
GROUP_PER_MINUTE = 20
CHAT_BURST = 3
"""Messages a chat takes at once before one a second is enforced."""
SLACK = 0.1
"""Share by which a limit may be passed before it counts: arrival times jitter."""
FAULT_KINDS = ("error", "drop_before", "drop_after", "slow")


@dataclass
class Fault:
    """One ordered failure: `kind` is error, drop_before, drop_after or slow."""

    kind: str
    code: int = 500
    description: str = "Internal Server Error"
    retry_after_s: int = 0
    delay_s: float = 0.0
    method: str = ""
    chat_id: int = 0
    times: int = 1
    skip: int = 0
    """Matching calls to let pass first."""

    def matches(self, method: str, chat_id: int) -> bool:
        """Whether this failure is meant for the call."""
        wanted = self.method.lower() in {"", method.lower()}
        return wanted and self.chat_id in {0, chat_id} and self.times > 0


@dataclass
class Faults:
    """The failures still to come, in the order given."""

    orders: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: int) -> Fault | None:
        """The failure for this call, used up once; getUpdates fails only when named."""
        for fault in self.orders:
            if not fault.matches(method, chat_id):
                continue
            if method.lower() == "getupdates" and not fault.method:
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            fault.times -= 1
            self.orders = [order for order in self.orders if order.times > 0]
            return fault
        return None


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that passed a flood limit, or came before a 429's `retry_after` was over."""

    limit: str
    chat_id: int
    at: float
    retry_after_s: int


@dataclass
class FloodGate:
    """Counts messages against 30 a second, 1 a second per chat, 20 a minute per group."""

    clock: Callable[[], float]
    enforce: bool = False
    violations: list[Violation] = field(default_factory=list)
    _overall: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _buckets: dict[int, tuple[float, float]] = field(default_factory=dict)
    _closed_until: dict[int, float] = field(default_factory=dict)

    def close(self, chat_id: int, seconds: int) -> None:
        """Remember a 429, so that a bot which does not wait is found out."""
        self._closed_until[chat_id] = self.clock() + seconds

    def check(self, chat_id: int, messages: int) -> None:
        """Count `messages` sent to a chat; raises 429 when limits are enforced and passed."""
        now = self.clock()
        closed_s = self._closed_until.get(chat_id, 0.0) - now
        if closed_s > SLACK:
            self._violate("retry_after", chat_id, closed_s, refuse=True)
        for name, wait_s in self._waits(chat_id, messages, now):
            if wait_s > 0:
                self._violate(name, chat_id, wait_s, refuse=self.enforce)
        self._count(chat_id, messages, now)

    def _waits(self, chat_id: int, messages: int, now: float) -> list[tuple[str, float]]:
        waits = [("overall", _window_wait(self._overall, now, 1.0, OVERALL_PER_S, messages))]
        if chat_id < 0:
            sent = self._groups.setdefault(chat_id, deque())
            waits.append(("group", _window_wait(sent, now, 60.0, GROUP_PER_MINUTE, messages)))
        # A message more than the bucket holds (an album) waits only for a full bucket.
        missing = min(messages, CHAT_BURST) - self._tokens(chat_id, now)
        waits.append(("chat", max(missing - SLACK, 0.0)))
        return waits

    def _tokens(self, chat_id: int, now: float) -> float:
        tokens, at = self._buckets.get(chat_id, (float(CHAT_BURST), now))
        return min(CHAT_BURST, tokens + now - at)

    def _count(self, chat_id: int, messages: int, now: float) -> None:
        self._overall.extend([now] * messages)
        if chat_id < 0:
            self._groups[chat_id].extend([now] * messages)
        left = max(self._tokens(chat_id, now) - messages, 0.0)
        self._buckets[chat_id] = (left, now)

    def _violate(self, name: str, chat_id: int, wait_s: float, *, refuse: bool) -> None:
        retry_after_s = max(math.ceil(wait_s), 1)
        self.violations.append(Violation(name, chat_id, self.clock(), retry_after_s))
        if refuse:
            self.close(chat_id, retry_after_s)
            raise too_many_requests(retry_after_s)


def _window_wait(
    sent: deque[float], now: float, window_s: float, limit: int, messages: int
) -> float:
    """Seconds until `messages` more fit under `limit` (with slack) in the window."""
    while sent and sent[0] <= now - window_s:
        sent.popleft()
    surplus = len(sent) + messages - int(limit * (1 + SLACK))
    if surplus <= 0 or not sent:
        return 0.0
    return sent[min(surplus, len(sent)) - 1] + window_s - now
