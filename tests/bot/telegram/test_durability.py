"""Killed with -9 at random moments."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from engine import valkey
from tests.bot.telegram.conftest import Bench
from tests.conftest import Place
from tests.emulator import Emulator

MESSAGES = 50
KILLS = 10


class Process:
    """The bot, started again whenever it is killed."""

    def __init__(self, url: str, socket: Path) -> None:
        self._argv = ("-m", "tests.bot.telegram.bot_process", url, str(socket))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(sys.executable, *self._argv)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def process(telegram: Emulator, socket: Path) -> AsyncIterator[Process]:
    bot = Process(telegram.base_url, socket)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.kill()


async def _until_empty(redis: Redis) -> None:
    for _ in range(100):
        with suppress(RedisError):
            if not await redis.xlen("shopdesk:tg:inbox"):
                return
        await asyncio.sleep(0.1)
    raise TimeoutError("updates wait in the inbox")


@pytest.mark.kill
async def test_a_killed_bot_loses_no_message(
    telegram: Emulator, valkey_socket: Path, redis: Redis
) -> None:
    chance = random.Random(7)
    async with process(telegram, valkey_socket) as bot:

        async def write() -> None:
            for number in range(MESSAGES):
                person = telegram.user(3000 + number % 10, f"P{number % 10}")
                await person.send(f"question {number:02}{' lamps' if number % 5 == 0 else ''}")
                await asyncio.sleep(chance.uniform(0.0, 0.6))

        writing = asyncio.create_task(write())
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.8, 2.5))
            await bot.kill()
            await bot.start()
        await writing
        last = f"echo question {MESSAGES - 1:02}"
        await telegram.wait_for(lambda call: call.ok and call.text == last, timeout_s=30)
        await _until_empty(redis)
    said = Counter(call.text for call in await telegram.calls("sendMessage") if call.ok)
    plain = [said[f"echo question {n:02}"] for n in range(MESSAGES) if n % 5]
    assert min(plain) >= 1
    assert said["Two lamps for you:"] >= MESSAGES // 5
    cards = [call for call in await telegram.calls() if call.ok and "49.00 EUR" in call.text]
    assert len(cards) >= 2 * MESSAGES // 5
    repeats = sum(plain) - len(plain) + said["Two lamps for you:"] - MESSAGES // 5
    repeats += len(cards) - 2 * MESSAGES // 5
    assert repeats <= KILLS


@pytest.mark.parametrize(
    ("method", "question", "last", "messages"),
    [("sendMessage", "hello there", "echo hello there", 1), ("sendPhoto", "lamps", "Harbour", 3)],
)
async def test_a_store_that_dies_after_the_sending_leads_to_no_repeat(
    bench: Bench, tmp_path: Path, method: str, question: str, last: str, messages: int
) -> None:
    server = valkey.start(tmp_path)
    redis = valkey.connect_async(Place(tmp_path, f"unix://{server.socket}"))
    bench.parts = replace(bench.parts, redis=redis)
    mia = bench.telegram.user()
    await bench.telegram.fail("slow", method=method, delay_s=0.6)
    async with bench.running():
        await mia.send(question)
        while not bench.desk.seen:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        await mia.chat.wait_for(lambda c: c.ok and c.method == method)
        await asyncio.sleep(0.5)
        server = valkey.start(tmp_path)
        await mia.chat.wait_for_text(last)
        await _until_empty(redis)
    assert len(await mia.chat.bot_messages()) == messages
    await redis.aclose()
    server.stop()


@pytest.mark.kill
async def test_each_chat_is_answered_in_order_through_kills(
    telegram: Emulator, valkey_socket: Path, redis: Redis
) -> None:
    mia = telegram.user()
    async with process(telegram, valkey_socket) as bot:
        for number in range(12):
            await mia.send(f"question {number:02}")
            if number % 4 == 3:
                await asyncio.sleep(0.7)
                await bot.kill()
                await bot.start()
        await mia.chat.wait_for_text("question 11", timeout_s=20)
        await _until_empty(redis)
    texts = [message.text for message in await mia.chat.bot_messages()]
    assert list(dict.fromkeys(texts)) == [f"echo question {n:02}" for n in range(12)]
