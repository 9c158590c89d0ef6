"""From the inbox through the lanes to the outbox: every stored update is worked off once."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError
from telegram import Update
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from bot.telegram.inbox import Inbox, Item
from bot.telegram.lanes import Burst, Lanes, Waiting
from bot.telegram.outbox import Outbox
from bot.telegram.parts import Delivery
from bot.telegram.sender import Bot
from bot.telegram.updates import Incoming, Reader
from engine.errors import StoreError

log = logging.getLogger(__name__)

MAX_FAILED = 3
"""A turn that raised this often is set aside."""
MAX_BEGUN = 12
"""So is one begun this often: it may be what kills the process. Others die with it, hence more."""
MAX_PENDING = 5_000
"""Updates in memory; more wait in the inbox."""
READ_WAIT_MS = 2_000
FIRST_PAUSE_S, LAST_PAUSE_S = 0.25, 15.0

Handle = Callable[[Sequence[Incoming]], Awaitable[tuple[Delivery, ...]]]
Hurry = Callable[[Sequence[Incoming]], Coroutine[Any, Any, None]]


class Pump:
    """Reads the inbox until cancelled. Failing updates never hold up other chats."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        outbox: Outbox,
        reader: Reader,
        handle: Handle,
        apologise: Handle,
        *,
        window_s: float,
        hurry: Hurry | None = None,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._outbox = outbox
        self._reader = reader
        self._handle = handle
        self._apologise = apologise
        self._hurry = hurry
        self._lanes = Lanes(self._work, inbox.burst, window_s=window_s, alone=reader.staff_chat,
                            hurry=self._hurry_on)  # fmt: skip
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """First what an earlier process left, then what comes in."""
        position, resumed, pause_s = "0", True, FIRST_PAUSE_S
        while True:
            try:
                wait_ms = None if resumed else READ_WAIT_MS
                items = await self._inbox.read(position, wait_ms=wait_ms)
                for item in items:
                    await self._take(item, resumed)
                    position = item.position
                resumed = resumed and bool(items)
                pause_s = FIRST_PAUSE_S
                await self._lanes.room(MAX_PENDING)
            except RedisError as error:
                log.warning("the store does not answer (%s)", type(error).__name__)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LAST_PAUSE_S)

    async def close(self, grace_s: float) -> None:
        """Let turns under way finish for a while; the rest waits in the inbox."""
        await self._lanes.close(grace_s)
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def _take(self, item: Item, resumed: bool) -> None:
        incoming = None
        try:
            update = Update.de_json(json.loads(item.raw), self._bot)
            if update.callback_query is not None:
                self._answer_at_once(update.callback_query.id)
            incoming = self._reader.read(update)
        except Exception as error:
            log.error("update %d cannot be read; set aside (%s)", item.update_id, cause(error))
        if incoming is None:
            await self._inbox.finish([item])
        else:
            self._lanes.put(Waiting(item, incoming, resumed))

    def _answer_at_once(self, query_id: str) -> None:
        self._beside(self._answer(query_id))

    def _hurry_on(self, burst: Burst) -> None:
        if self._hurry:
            self._beside(self._hurry([waiting.incoming for waiting in burst]))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramError as error:
            # After a restart it is often too late; the tap itself is answered all the same.
            log.debug("a tap could not be confirmed (%s)", type(error).__name__)

    async def _work(self, burst: Burst) -> None:
        """Make one turn, however long Telegram or the store stay away. Raises nothing."""
        pause_s, turn = FIRST_PAUSE_S, _Turn(burst)
        while True:
            try:
                await self._attempt(turn)
                return
            except (RedisError, StoreError, NetworkError, InvalidToken) as error:
                if not isinstance(error, BadRequest):
                    log.warning("turn %d waits (%s)", turn.id, type(error).__name__)
                elif await self._strike(turn, error):
                    return
            except Exception as error:
                if await self._strike(turn, error):
                    return
            turn.resumed = True
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LAST_PAUSE_S)

    async def _attempt(self, turn: _Turn) -> None:
        if not turn.begun:
            progress = await self._inbox.begin([item.update_id for item in turn.items])
            turn.begun, turn.resumed = progress.begun, progress.begun > 1
            if progress.failed >= MAX_FAILED or progress.begun > MAX_BEGUN:
                await self._set_aside(turn, f"begun {progress.begun} times")
                return
        if turn.plan is None and turn.resumed:
            turn.plan = await self._inbox.plan(turn.id)
        if turn.plan is None:
            plan = await self._handle(turn.incoming)
            if len(plan) > 1:
                # Before the only message is sent, making it again is as good as recalling it.
                await self._inbox.set_plan(turn.id, plan)
            turn.plan = plan
        await self._outbox.deliver(turn.id, turn.plan, turn.sent, resumed=turn.resumed)
        await self._inbox.finish(turn.items)

    async def _strike(self, turn: _Turn, error: Exception) -> bool:
        """Count a failure; True when it was the last one and the turn is done with."""
        log.error("turn %d failed (%s)", turn.id, cause(error))
        try:
            if await self._inbox.failed(turn.id) < MAX_FAILED:
                return False
            await self._set_aside(turn, f"failed {MAX_FAILED} times")
        except RedisError:
            return False
        return True

    async def _set_aside(self, turn: _Turn, why: str) -> None:
        """Give a turn up: say so to the shopper and in the log, and forget its raw text."""
        ids = ", ".join(str(item.update_id) for item in turn.items)
        log.error("updates set aside: %s (%s)", ids, why)
        try:
            for delivery in await self._apologise(turn.incoming):
                await self._outbox.send(delivery)
        except TelegramError as error:
            log.error("the apology was not sent (%s)", type(error).__name__)
        await self._inbox.finish(turn.items)


@dataclass
class _Turn:
    """A burst being worked on, and how far it came."""

    burst: Burst
    begun: int = 0
    resumed: bool = False
    plan: tuple[Delivery, ...] | None = None
    sent: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.burst[0].item.update_id

    @property
    def items(self) -> list[Item]:
        return [waiting.item for waiting in self.burst]

    @property
    def incoming(self) -> list[Incoming]:
        return [waiting.incoming for waiting in self.burst]


def cause(error: Exception) -> str:
    """An error's type and place, without its words: they may hold a shopper's."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    said = f": {error.message}" if isinstance(error, BadRequest) else ""
    return f"{type(error).__name__}{place}{said}"
