"""An emulator in process and one in its own process, and bots of other people's making."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import telegram
from telegram.request import HTTPXRequest

from tests.emulator import Emulator, EmulatorClient, TelegramSide
from tests.emulator.raw_bot import RawBot

TOKEN = "123456:TEST"
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(TOKEN, judge=True) as running:
        yield running


@pytest.fixture
async def remote(tmp_path: Path) -> AsyncIterator[EmulatorClient]:
    state = tmp_path / "emulator.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.emulator", "--judge", "--state-file", str(state)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            await process.stdout.readline()
        ready = json.loads(state.read_text())
        assert ready["pid"] == process.pid
        async with EmulatorClient(ready["base_url"], ready["token"]) as client:
            yield client
            assert await client.verdicts() == []
    finally:
        process.terminate()
        assert await process.wait() == 0


@pytest.fixture(params=["in process", "own process"])
def tg(request: pytest.FixtureRequest) -> TelegramSide:
    name = "emulator" if request.param == "in process" else "remote"
    side = request.getfixturevalue(name)
    assert isinstance(side, TelegramSide)
    return side


@pytest.fixture
async def raw() -> AsyncIterator[RawBot]:
    """A caller with no rules of its own, and so an emulator with no judges."""
    async with Emulator(TOKEN) as running, aiohttp.ClientSession() as session:
        await running.user().send("/start")
        yield RawBot(running, session)


@pytest.fixture
async def bot(tg: TelegramSide) -> AsyncIterator[telegram.Bot]:
    made = telegram.Bot(
        tg.token,
        base_url=f"{tg.base_url}/bot",
        base_file_url=f"{tg.base_url}/file/bot",
        request=HTTPXRequest(read_timeout=10),
        get_updates_request=HTTPXRequest(read_timeout=10),
    )
    async with made:
        yield made
