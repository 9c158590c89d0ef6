"""Order: one lane a chat, turn after turn; lanes side by side; bursts made into one turn."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.telegram import utf16
from bot.telegram.ending import end
from bot.telegram.inbox import Item
from bot.telegram.updates import Incoming, Kind

SETTLED_SHARE = 0.35
"""Of the window, when the message reads as finished."""
MAX_WINDOWS = 4
"""A shopper who goes on and on is answered after this many windows."""
MAX_BURST = 20
MAX_BURST_UNITS = 4000
SHORT_UNITS = 200
"""A longer message is not waited on: it hardly is one of a burst."""
CLOCK_STEP_S = 1.0
"""Telegram tells when a message was sent in whole seconds."""
_FINAL = tuple(".?!。？！…")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored update, read; `resumed` where it lay in the inbox before this start."""

    item: Item
    incoming: Incoming
    resumed: bool = False
    arrived_at: float = field(default_factory=time.monotonic)


Burst = tuple[Waiting, ...]


@dataclass
class _Lane:
    queue: deque[Waiting] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    working: Burst = ()
    """What is being answered now."""


class Lanes:
    """Calls `work` with one burst after the other of each chat; `work` must not raise."""

    def __init__(
        self,
        work: Callable[[Burst], Awaitable[None]],
        recall: Callable[[int], Awaitable[tuple[int, ...]]],
        *,
        window_s: float,
        alone: int | None = None,
        hurry: Callable[[Burst], None] = lambda burst: None,
    ) -> None:
        """`recall` tells the burst an update began before a restart; `alone`: a chat without.

        `hurry` is told of a burst being worked on whose shopper has written again.
        """
        self._work = work
        self._recall = recall
        self._window_s = window_s
        self._alone = alone
        self._hurry = hurry
        self._lanes: dict[int, _Lane] = {}
        self._pending = 0
        self._worked = asyncio.Event()

    def put(self, waiting: Waiting) -> None:
        """Append to its chat's lane."""
        self._pending += 1
        lane = self._lanes.setdefault(waiting.incoming.chat_id, _Lane())
        if lane.working and _goes_after(waiting.incoming, lane.working[0].incoming):
            self._hurry(lane.working)
        lane.queue.append(waiting)
        lane.arrived.set()
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(waiting.incoming.chat_id, lane))

    async def room(self, limit: int) -> None:
        """Wait until at most `limit` updates are in the lanes, those being worked on included."""
        while self._pending > limit:
            self._worked.clear()
            await self._worked.wait()

    async def close(self, grace_s: float) -> None:
        """Let turns under way finish for a while, then cancel; what is left stays in the inbox."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        for lane in self._lanes.values():
            lane.queue.clear()
            lane.arrived.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            await end(late)

    async def _run(self, chat_id: int, lane: _Lane) -> None:
        try:
            while lane.queue:
                burst = await self._gather(lane)
                lane.working = burst
                await self._work(burst)
                lane.working = ()
                self._pending -= len(burst)
                self._worked.set()
        finally:
            self._lanes.pop(chat_id, None)

    async def _gather(self, lane: _Lane) -> Burst:
        first = lane.queue.popleft()
        if first.resumed:
            fixed = await self._recall(first.item.update_id)
            if fixed:
                return (first, *_take(lane, set(fixed)))
        burst = [first]
        if self._window_s <= 0 or not self._mergeable(first.incoming):
            return (first,)
        until = time.monotonic() + self._window_s * MAX_WINDOWS
        while await self._goes_on(lane, burst, until):
            burst.append(lane.queue.popleft())
        return tuple(burst)

    async def _goes_on(self, lane: _Lane, burst: list[Waiting], until: float) -> bool:
        """Whether the lane's next update belongs to the burst, waiting for one where it may."""
        while not lane.queue:
            left_s = min(_last(burst) + self._pause_s(burst), until) - time.monotonic()
            if left_s <= 0:
                return False
            lane.arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(lane.arrived.wait(), left_s)
        following, first = lane.queue[0].incoming, burst[0].incoming
        # What waited while the bot was away arrives at once, so its sending time counts too.
        apart_s = (following.at - burst[-1].incoming.at).total_seconds()
        units = sum(utf16.length(part.incoming.text) for part in burst)
        return (
            self._mergeable(following)
            and (following.user_id, following.thread_id) == (first.user_id, first.thread_id)
            and len(burst) < MAX_BURST
            and units + utf16.length(following.text) <= MAX_BURST_UNITS
            and lane.queue[0].arrived_at <= _last(burst) + self._window_s
            and apart_s <= self._window_s + CLOCK_STEP_S
        )

    def _pause_s(self, burst: list[Waiting]) -> float:
        last = burst[-1].incoming
        if last.kind is Kind.TEXT and utf16.length(last.text) > SHORT_UNITS:
            return 0.0
        settled = last.kind is Kind.TEXT and last.text.rstrip().endswith(_FINAL)
        return self._window_s * (SETTLED_SHARE if settled else 1.0)

    def _mergeable(self, incoming: Incoming) -> bool:
        return incoming.kind in (Kind.TEXT, Kind.NOTICE) and incoming.chat_id != self._alone


def _goes_after(new: Incoming, first: Incoming) -> bool:
    """Whether somebody who is being answered has written more; a tap is no writing."""
    return new.kind is Kind.TEXT and (new.user_id, new.thread_id) == (
        first.user_id,
        first.thread_id,
    )


def _last(burst: list[Waiting]) -> float:
    return burst[-1].arrived_at


def _take(lane: _Lane, update_ids: set[int]) -> list[Waiting]:
    """Take the rest of a burst out of the lane."""
    taken = [waiting for waiting in lane.queue if waiting.item.update_id in update_ids]
    for waiting in taken:
        lane.queue.remove(waiting)
    return taken
