"""`shopdesk bench intake`: messages a second through our whole front, beside plain PTB."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.telegram.front import CONNECTIONS, Account, Front, Parts
from bot.telegram.logs import hide_token
from bot.telegram.options import Options, Streaming
from bot.telegram.pseudonyms import Pseudonyms
from engine import valkey
from engine.errors import ShopdeskError
from engine.types import Delta, Message, Reply, Route
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_replies, read_shop
from knowledge_base.store import DEMO_SHOP

MESSAGES = 1000
CHATS = 100
ANSWER = "Shipping within the Netherlands costs 4.95 euro."
TIMEOUT_S = 300.0
LOOK_EVERY_S = 0.02
START_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class _Service:
    """The Bot API emulator in a process of its own."""

    url: str
    token: str
    client: httpx.AsyncClient

    async def ask(self, action: str, **params: Any) -> Any:
        """One action of its control API."""
        answer = await self.client.post(f"{self.url}/control/{action}", json=params)
        return answer.json()["result"]

    async def fill(self, messages: int) -> None:
        """Shoppers write; nobody answers yet."""
        for number in range(messages):
            user = {"id": 5000 + number % CHATS, "first_name": "P", "is_bot": False}
            await self.ask("write", user=user, chat_id=user["id"], text=f"question {number}")

    async def drained(self, messages: int) -> None:
        """Wait until that many were answered."""
        seen = answered = 0
        async with asyncio.timeout(TIMEOUT_S):
            while answered < messages:
                calls = await self.ask("calls", after=seen)
                seen += len(calls)
                answered += sum(call["method"] == "sendMessage" for call in calls)
                await asyncio.sleep(LOOK_EVERY_S)


class _ConstantDesk:
    """The same answer at once."""

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """Gives the reply."""
        yield Reply(ANSWER, Route.FAQ, None, 1.0, "en")

    async def hurry(self, message_id: str) -> None:
        """Nothing takes time here."""


def bench_intake(messages: int = MESSAGES) -> dict[str, Any]:
    """Messages a second from waiting updates to sent answers; needs a checkout's emulator.

    Raises ShopdeskError where the emulator cannot be started.
    """
    return asyncio.run(_bench(messages))


async def _bench(messages: int) -> dict[str, Any]:
    ours = await _measure(_run_ours, messages)
    plain = await _measure(_run_plain, messages)
    return {
        "messages": messages,
        "chats": CHATS,
        "shopdesk_per_s": round(ours, 1),
        "plain_ptb_per_s": round(plain, 1),
        "protocol": "updates wait at the emulator; timed from the bot's start to the last answer; "
        "a constant-time desk, no flood limits; ours syncs every update to disk first",
    }


async def _measure(run: Callable[[_Service], Awaitable[None]], messages: int) -> float:
    with _emulator() as (url, token):
        hide_token(token)
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            service = _Service(url, token, client)
            await service.fill(messages)
            started = time.perf_counter()
            task = asyncio.ensure_future(run(service))
            waiting = asyncio.ensure_future(service.drained(messages))
            await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
            took_s = time.perf_counter() - started
            for job in (task, waiting):
                job.cancel()
            results = await asyncio.gather(task, waiting, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result
    return messages / took_s


@contextmanager
def _emulator() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "emulator.json"
        command = [sys.executable, "-m", "tests.emulator", "--state-file", str(state)]
        process = subprocess.Popen(  # noqa: S603 - our own module.
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not state.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise ShopdeskError(
                        "the Bot API emulator does not start",
                        where="tests/emulator",
                        mend="run this from a checkout with the `test` extra installed.",
                    )
                time.sleep(0.05)
            told = json.loads(state.read_text(encoding="utf-8"))
            yield told["base_url"], told["token"]
        finally:
            process.terminate()
            process.communicate()


async def _run_ours(service: _Service) -> None:
    problems = Problems()
    shop = read_shop(DEMO_SHOP / "shop.yaml", problems)
    assert shop is not None
    path = DEMO_SHOP / "replies.yaml"
    with tempfile.TemporaryDirectory() as folder:
        server = valkey.start(Path(folder))
        redis = valkey.connect_async(_Place(Path(folder), f"unix://{server.socket}"))
        parts = Parts(
            shop=shop,
            replies=read_replies(path, shop, path, problems),
            folder=DEMO_SHOP,
            desk=_ConstantDesk(),
            redis=redis,
            pseudonyms=Pseudonyms.open(Path(folder)),
            last_turns=lambda conversation, limit: (),
            mask=str,
            options=Options(burst_window_s=0.0, streaming=Streaming.OFF, limits=None),
        )
        try:
            await Front(Account(service.token, service.url), parts).run()
        finally:
            await redis.aclose()
            server.stop()


@dataclass(frozen=True, slots=True)
class _Place:
    home: Path
    redis_url: str | None


async def _run_plain(service: _Service) -> None:
    async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.effective_chat is not None:
            await context.bot.send_message(update.effective_chat.id, ANSWER)

    application = (
        Application.builder()
        .token(service.token)
        .base_url(f"{service.url}/bot")
        .connection_pool_size(CONNECTIONS)
        .pool_timeout(TIMEOUT_S)
        .concurrent_updates(64)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, answer))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=1)
        try:
            await asyncio.Event().wait()
        finally:
            with suppress(asyncio.CancelledError):
                await application.updater.stop()
            await application.stop()
