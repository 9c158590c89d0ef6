"""Flood limits under a clock of our own."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.telegram.limiter import FloodLimiter, Limits, counted

LIMITS = Limits()


@dataclass
class Time:
    """Virtual seconds: time passes only while everyone sleeps."""

    now: float = 0.0
    _sleepers: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        entry = (self.now + max(seconds, 0.001), next(self._numbers), future)
        heapq.heappush(self._sleepers, entry)
        await future

    async def run(self, *work: Any) -> list[Any]:
        """Run to the end, moving on whenever all work waits."""
        gathered = asyncio.gather(*work)
        while not gathered.done():
            for _ in range(50):
                await asyncio.sleep(0)
            if self._sleepers and not gathered.done():
                until, _, future = heapq.heappop(self._sleepers)
                self.now = max(self.now, until)
                if not future.done():
                    future.set_result(None)
        return list(await gathered)


@dataclass
class Calls:
    """Records when Telegram was called; raises what was ordered first."""

    time: Time
    orders: list[Exception] = field(default_factory=list)
    at: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    order: list[str] = field(default_factory=list)

    async def __call__(self, endpoint: str, data: dict[str, Any]) -> bool:
        self.at[str(data.get("chat_id"))].append(self.time.now)
        self.order.append(str(data.get("text")))
        if self.orders:
            raise self.orders.pop(0)
        return True


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def calls(time: Time) -> Calls:
    return Calls(time)


def send(
    limiter: FloodLimiter, calls: Calls, chat: int, text: str = "", endpoint: str = "sendMessage"
) -> Any:
    data = {"chat_id": chat, "text": text}
    return limiter.process_request(calls, (endpoint, data), {}, endpoint, data, None)


def most_in(times: list[float], window_s: float) -> int:
    return max(sum(1 for t in times if start <= t < start + window_s) for start in times)


async def test_one_chat_gets_one_message_a_second_in_order(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    await time.run(*(send(limiter, calls, 7, str(n)) for n in range(5)))
    gaps = [b - a for a, b in itertools.pairwise(calls.at["7"])]
    assert min(gaps) >= 1.0
    assert max(gaps) < 1.1
    assert calls.order == ["0", "1", "2", "3", "4"]


async def test_all_chats_together_get_thirty_a_second(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    await time.run(*(send(limiter, calls, chat) for chat in range(1, 121)))
    times = sorted(t for sent in calls.at.values() for t in sent)
    assert most_in(times, 1.0) <= 30
    assert times[-1] < 4.5


async def test_a_group_gets_twenty_a_minute(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    await time.run(*(send(limiter, calls, -9) for _ in range(45)))
    assert most_in(calls.at["-9"], 60.0) <= 20


async def test_a_full_group_holds_up_no_other_chat(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    await time.run(*(send(limiter, calls, -9) for _ in range(25)), send(limiter, calls, 5))
    assert calls.at["5"][0] < 1.0


async def test_retry_after_is_waited_out_and_the_message_sent(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    calls.orders = [RetryAfter(7), RetryAfter(3)]
    assert await time.run(send(limiter, calls, 7)) == [True]
    first, second, third = calls.at["7"]
    assert second - first >= 7
    assert third - second >= 3


async def test_three_closed_chats_close_the_whole_bot(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    calls.orders = [RetryAfter(10), RetryAfter(10), RetryAfter(10)]
    await time.run(*(send(limiter, calls, chat) for chat in (1, 2, 3)))
    calls.orders = [RetryAfter(20), RetryAfter(20), RetryAfter(20)]
    start = time.now
    await time.run(*(send(limiter, calls, chat) for chat in (1, 2, 3)), send(limiter, calls, 4))
    assert calls.at["4"][0] - start < 1  # It was under way before the third refusal came.
    assert min(calls.at["3"][-1], calls.at["1"][-1]) - start >= 20


async def test_signs_of_life_do_not_count_and_never_wait(time: Time, calls: Calls) -> None:
    limiter = FloodLimiter(LIMITS, clock=time, sleep=time.sleep)
    calls.orders = [RetryAfter(30)]
    for endpoint in ("sendChatAction", "sendMessageDraft", "sendChatAction"):
        await time.run(send(limiter, calls, 7, endpoint=endpoint))
    assert time.now == 0.0


def test_what_counts_as_a_message() -> None:
    for endpoint in ("sendMessage", "sendPhoto", "copyMessage", "editMessageText"):
        assert counted(endpoint)
    for endpoint in ("sendChatAction", "sendMessageDraft", "answerCallbackQuery", "getMe"):
        assert not counted(endpoint)
    assert not counted("editForumTopic")
