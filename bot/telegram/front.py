"""The Telegram front as one thing to run: intake, order, handlers, outbox, staff."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from telegram.error import TelegramError as ApiError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.telegram.cases import Cases
from bot.telegram.chats import Chats
from bot.telegram.connecting import check_staff_chat, patiently, set_webhook
from bot.telegram.console_links import ConsoleLinks
from bot.telegram.console_words import ConsoleWords
from bot.telegram.corrections import CorrectionSender, QuestionOf
from bot.telegram.ending import end
from bot.telegram.fixes import Fixes
from bot.telegram.handlers import Desk, Handlers, House
from bot.telegram.inbox import Inbox
from bot.telegram.lease import Lease
from bot.telegram.limiter import FloodLimiter
from bot.telegram.menu import set_menu
from bot.telegram.options import Options, Streaming
from bot.telegram.outbox import Outbox
from bot.telegram.pictures import Pictures
from bot.telegram.polling import Polling
from bot.telegram.preview import Previews
from bot.telegram.pseudonyms import Pseudonyms
from bot.telegram.publishing import Command, Publisher
from bot.telegram.pump import Pump
from bot.telegram.sender import Bot, Sender
from bot.telegram.shown import Shown
from bot.telegram.staff import LastTurns, Record, Staff
from bot.telegram.trouble import TroubleWatch
from bot.telegram.updates import ALLOWED_UPDATES, Reader
from bot.telegram.webhook import Webhook, serving
from engine.operators import Operator
from engine.told_entries import ToldEntry
from engine.types import Shop
from knowledge_base.shop_file import Replies

log = logging.getLogger(__name__)

CALL_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 10.0
CONNECTIONS = 24


@dataclass(frozen=True, slots=True)
class Account:
    """Which bot this is, and how Telegram reaches it."""

    token: str
    api_url: str
    operator_chat: int | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_host: str = "0.0.0.0"  # noqa: S104 - Telegram calls from outside.
    webhook_port: int = 8443

    @property
    def base_url(self) -> str:
        """Where the Bot API lives, up to the token."""
        return f"{self.api_url}/bot"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the front is given: the shop's words, the desk, the store, the journal's memory."""

    shop: Shop
    replies: Replies
    folder: Path
    desk: Desk
    redis: Redis
    pseudonyms: Pseudonyms
    last_turns: LastTurns
    mask: Callable[[str], str]
    record: Record = lambda step: None
    question_of: QuestionOf = lambda turn: None
    told_entry: Callable[[Sequence[str]], ToldEntry | None] = lambda turns: None
    operators: Sequence[Operator] = ()
    console: ConsoleLinks | None = None
    command: Command | None = None
    options: Options = field(default_factory=Options)
    clock: Callable[[], float] = time.time


class Front:
    """Runs until cancelled. Raises TelegramError for a set-up Telegram refuses."""

    def __init__(self, account: Account, parts: Parts) -> None:
        self._account = account
        self._parts = parts
        self._inbox = Inbox(parts.redis)
        limits = parts.options.limits
        self._updates = _request(1)
        self._bot: Bot = ExtBot(
            account.token,
            base_url=account.base_url,
            base_file_url=f"{account.api_url}/file/bot",
            request=_request(),
            get_updates_request=self._updates,
            rate_limiter=FloodLimiter(limits) if limits else None,
        )

    async def run(self) -> None:
        """Connect, then take in and work off messages, as long as this process holds the lease."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._bot.shutdown)
            await self._connect()
            await set_menu(
                self._bot,
                self._parts.replies,
                self._parts.shop.languages,
                self._parts.shop.default_language,
            )
            if self._account.webhook_url:
                await stack.enter_async_context(self._webhook(self._account.webhook_url))
            lease = Lease(self._parts.redis)
            while True:
                async with lease.held() as lost:
                    await self._work(lost)

    async def _connect(self) -> None:
        """Say hello to Telegram, waiting for the network where it is down."""
        await self._patiently(self._hello)
        log.info("online in Telegram as @%s", self._bot.username)

    async def _hello(self) -> None:
        await self._bot.initialize()
        if not self._account.webhook_url:
            await self._bot.delete_webhook()
        if self._account.operator_chat is not None:
            await check_staff_chat(self._bot, self._account.operator_chat)

    async def _patiently(self, calls: Callable[[], Awaitable[None]]) -> None:
        for_s = self._parts.options.connect_for_s
        await patiently(calls, api_url=self._account.api_url, for_s=for_s)

    @asynccontextmanager
    async def _webhook(self, url: str) -> AsyncIterator[None]:
        account = self._account
        secret = account.webhook_secret or self._parts.pseudonyms.secret("webhook")
        app = Webhook(self._inbox, secret, url).app()
        async with serving(app, account.webhook_host, account.webhook_port):
            await self._patiently(lambda: set_webhook(self._bot, url, secret, ALLOWED_UPDATES))
            yield

    async def _work(self, lost: asyncio.Event) -> None:
        """Everything only one process may do, until the lease is lost."""
        parts, bot = self._parts, self._bot
        cases = Cases(parts.redis)
        staff = self._staff(cases)
        chats = Chats(parts.redis, parts.shop.languages, parts.shop.default_language)
        previews = Previews(bot, self._inbox, parts.options.streaming)
        house = self._house(staff, chats, previews)
        handlers = Handlers(house)
        sender = Sender(bot, Pictures(parts.folder, parts.redis), parts.redis)
        with suppress(RedisError):
            await sender.load()
        outbox = self._outbox(sender, cases, staff)
        pump = Pump(
            bot,
            self._inbox,
            outbox,
            Reader(bot.id, bot.username, self._account.operator_chat),
            handlers.handle,
            handlers.apologise,
            window_s=parts.options.burst_window_s,
            hurry=handlers.hurry,
        )
        jobs: list[Coroutine[Any, Any, Any]] = [pump.run(), lost.wait()]
        if not self._account.webhook_url:
            jobs.append(self._polling().run())
        jobs.append(self._corrections(outbox).run(parts.options.correction_every_s))
        if parts.command:
            jobs.append(self._publisher(parts.command, outbox))
        if staff:
            jobs.append(self._sweep(staff, outbox))
            watch = TroubleWatch(parts.redis, staff.chat_id, outbox.send, parts.folder)
            jobs.append(watch.run(parts.options.look_for_trouble_every_s))
            words = ConsoleWords(parts.redis, staff, outbox.send)
            jobs.append(words.run(parts.options.look_for_words_every_s))
        try:
            await _first_of(jobs)
        finally:
            await pump.close(0.0 if lost.is_set() else parts.options.stop_grace_s)

    def _outbox(self, sender: Sender, cases: Cases, staff: Staff | None) -> Outbox:
        previewed = self._parts.options.streaming is Streaming.EDITS
        shown = Shown(self._parts.redis)
        return Outbox(sender, self._inbox, cases, staff, previewed=previewed, shown=shown)

    async def _publisher(self, command: Command, outbox: Outbox) -> None:
        publisher = Publisher(self._parts.redis, command, outbox.send)
        await publisher.run(self._parts.options.look_for_wishes_every_s)

    def _corrections(self, outbox: Outbox) -> CorrectionSender:
        parts = self._parts
        return CorrectionSender(
            parts.redis, parts.pseudonyms, parts.replies, outbox.send, parts.question_of
        )

    def _house(self, staff: Staff | None, chats: Chats, previews: Previews) -> House:
        parts = self._parts
        fixes = Fixes(parts.redis, parts.operators, parts.shop, parts.folder, parts.told_entry)
        return House(
            self._bot, parts.desk, parts.replies, chats, parts.pseudonyms, previews, staff, fixes,
            parts.console,
        )  # fmt: skip

    def _staff(self, cases: Cases) -> Staff | None:
        parts, chat_id = self._parts, self._account.operator_chat
        if chat_id is None:
            return None
        return Staff(
            self._bot, chat_id, cases, parts.last_turns, parts.record, parts.mask, parts.replies,
            parts.clock,
        )  # fmt: skip

    def _polling(self) -> Polling:
        timeout_s = self._parts.options.poll_timeout_s
        url = f"{self._account.base_url}{self._account.token}"
        return Polling(self._updates, url, self._inbox, timeout_s=timeout_s)

    async def _sweep(self, staff: Staff, outbox: Outbox) -> None:
        """Close cases nobody has written in for a while."""
        options = self._parts.options
        while True:
            try:
                for chat_id, goodbye in await staff.close_silent(options.silence_closes_after_s):
                    for delivery in goodbye:
                        await outbox.send(delivery)
                    await staff.closed(chat_id)
            except (RedisError, ApiError) as error:
                log.warning("silent cases are not closed yet (%s)", type(error).__name__)
            await asyncio.sleep(options.sweep_every_s)


async def _first_of(jobs: list[Coroutine[Any, Any, Any]]) -> None:
    """Run side by side until one ends; cancel the others, and raise what it raised."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(tasks)


def _request(connections: int = CONNECTIONS) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=CALL_TIMEOUT_S,
        write_timeout=CALL_TIMEOUT_S,
        connect_timeout=CONNECT_TIMEOUT_S,
        pool_timeout=None,
        media_write_timeout=CALL_TIMEOUT_S * 2,
    )
