"""Where fronts hand in messages: LocalDesk answers in this process, QueueDesk through Redis."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any, Protocol, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from engine import keys, wire
from engine.errors import StoreError
from engine.journal import Journal, turn_id
from engine.link_payload import LinkKeys
from engine.rights_talk import RightsTalk
from engine.sessions import SessionStore, load_session
from engine.turn import DEADLINE_S, Answering, Phrases, Record, Turns, show
from engine.turn_queue import PUT, Draft, names
from engine.types import Delta, Message, Reply, Route, Session

LOCAL_TURNS = 32
"""Turns a LocalDesk has under way at once; more wait."""
TIMEOUT_S = 120.0
"""How long a QueueDesk waits for a reply; engines may be starting."""
READ_WAIT_MS = 2000
FIRST_PAUSE_S, LAST_PAUSE_S = 0.05, 1.0

log = logging.getLogger(__name__)


class Desk(Protocol):
    """One conversation at a time: lock, load, answer, remember, journal."""

    def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """Whole, grounded pieces as they are written, then the reply, whatever happens.

        The reply's text is complete and takes the place of the pieces. Its `turn` is the
        journal's, empty where there is none (thumbs). The same message id gives the same reply.
        """

    async def hurry(self, message_id: str) -> None:
        """The same shopper has written again: no model is waited for with this message."""


class LocalDesk:
    """Answers in this process, each turn in a thread: terminal, `ask`, replays, tests."""

    def __init__(
        self,
        assistant: Answering,
        sessions: SessionStore,
        record: Record | Journal,
        phrases: Phrases,
        *,
        deadline_s: float = DEADLINE_S,
        rights: RightsTalk | None = None,
        link_keys: LinkKeys | None = None,
    ) -> None:
        self._turns = Turns(
            assistant,
            sessions,
            record,
            phrases,
            deadline_s=deadline_s,
            rights=rights,
            link_keys=link_keys,
        )
        self._pool = ThreadPoolExecutor(LOCAL_TURNS, thread_name_prefix="turn")

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """See Desk. When the consumer leaves early the turn is dropped at its next piece."""
        loop = asyncio.get_running_loop()
        parts: asyncio.Queue[Delta | Reply] = asyncio.Queue()
        left = threading.Event()

        def post(part: Delta | Reply) -> None:
            # A loop that is closed by now has nobody left who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(parts.put_nowait, part)

        def work() -> None:
            with closing(self._safely(message)) as made:
                for part in made:
                    if left.is_set():
                        return
                    post(part)

        self._pool.submit(work)
        try:
            while True:
                part = await parts.get()
                yield part
                if isinstance(part, Reply):
                    return
        finally:
            left.set()

    async def hurry(self, message_id: str) -> None:
        """See Desk."""
        self._turns.hurry(message_id)

    def close(self) -> None:
        """Wait for the turns under way."""
        self._pool.shutdown()

    def _safely(self, message: Message) -> Generator[Delta | Reply, None, None]:
        try:
            for part in self._turns.take(message):
                yield replace(part, text=self._turns.shown(message, part.text))
        except Exception as error:
            reply = self._turns.failed(message, error)
            self._turns.record_failed(message, reply)
            yield reply


class QueueDesk:
    """Hands messages to the engines behind Redis: Telegram, web, console."""

    def __init__(
        self, redis: Redis, phrases: Phrases | None = None, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Without `phrases` a time-out raises StoreError instead of giving the error text.

        The client must decode responses, as `valkey.connect_async` does.
        """
        self._redis = redis
        self._phrases = phrases
        self._timeout_s = timeout_s
        self._put = redis.register_script(PUT)

    async def stream(self, message: Message) -> AsyncIterator[Delta | Reply]:
        """See Desk. A consumer that leaves may come back: the reply is kept for a day.

        While Redis is away it waits; what was put is there when Redis is back.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        draft, place, pause_s = Draft(), "0", FIRST_PAUSE_S
        while (left_s := deadline - loop.time()) > 0:
            try:
                # Put again at every round: it does nothing, unless Redis lost the message.
                await self._enqueue(message)
                found = await self._read(message, place, min(READ_WAIT_MS, int(left_s * 1000) + 1))
                session = await self._session_for(message, found)
                for item, fields in found:
                    place, part = item, _part(draft, fields)
                    if part is not None:
                        yield replace(part, text=show(part.text, session, message))
                    if isinstance(part, Reply):
                        return
                pause_s = FIRST_PAUSE_S
            except wire.WireError as error:
                log.error("a reply of another version: %s", error)
                break
            except RedisError:
                await asyncio.sleep(min(pause_s, max(left_s, 0)))
                pause_s = min(pause_s * 2, LAST_PAUSE_S)
        yield await self._too_late(message)

    async def hurry(self, message_id: str) -> None:
        """See Desk. A store that is away is not waited for: it is only a matter of time."""
        with suppress(RedisError):
            await self._redis.xadd(
                keys.HURRIED, {"message": message_id}, maxlen=keys.HURRIED_KEPT, approximate=True
            )

    async def _enqueue(self, message: Message) -> None:
        args: list[str | int] = [
            message.id,
            message.conversation,
            wire.dumps(message),
            keys.MESSAGE_TTL_S,
        ]
        await self._put(keys=names(message.id, message.conversation), args=args)

    async def _read(
        self, message: Message, place: str, wait_ms: int
    ) -> list[tuple[str, dict[str, str]]]:
        found = await self._redis.xread({keys.answer(message.id): place}, block=wait_ms, count=64)
        if not found:
            return []
        streams = cast("Any", found)
        items = next(iter(streams.values()))[0] if isinstance(streams, dict) else streams[0][1]
        return [(str(name), dict(fields)) for name, fields in items]

    async def _session_for(
        self, message: Message, found: list[tuple[str, dict[str, str]]]
    ) -> Session:
        """The session, read before anything is shown, where some text has tokens to open."""
        if any("⟦" in fields["value"] for _, fields in found):
            return await self._session(message)
        return Session(message.conversation)

    async def _session(self, message: Message) -> Session:
        stored = await self._redis.hget(keys.session(message.conversation), "session")
        return load_session(str(stored) if stored else None, message.conversation)

    async def _too_late(self, message: Message) -> Reply:
        if self._phrases is None:
            raise StoreError(
                f"no reply within {self._timeout_s:.0f} s",
                where="the queue",
                mend="see that Redis and an engine run; `shopdesk doctor` tells more.",
            )
        language = message.language_hint or self._phrases.default_language
        with suppress(RedisError):
            language = (await self._session(message)).language or language
        text = self._phrases.text("error", language)
        return Reply(text, Route.UNKNOWN, None, 0.0, language, turn=turn_id(message))


def _part(draft: Draft, fields: dict[str, str]) -> Delta | Reply | None:
    kind, token, value = fields["kind"], int(fields["token"]), fields["value"]
    if kind == "reply":
        return wire.loads(Reply, value)
    if kind == "begun":
        draft.begin(token)
        return None
    return Delta(value) if draft.fresh(token, value) else None
