"""Both desks, ready for the same tests."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from redis import Redis

from engine.desk import Desk, LocalDesk, QueueDesk
from engine.journal import Journal
from engine.redis_sessions import RedisSessions
from engine.sessions import MemorySessions, SessionStore
from engine.turn import Turns
from engine.types import Delta, Message, Reply
from engine.valkey import connect, connect_async
from engine.worker import Worker
from tests.conftest import Place
from tests.engine.plain_assistant import PlainAssistant, PlainPhrases

_numbers = count(1)


@dataclass(frozen=True)
class Opened:
    """A desk with what stands behind it."""

    desk: Desk
    sessions: SessionStore
    journal: Journal


def said(text: str, conversation: str = "c1", **more: Any) -> Message:
    """A message, each with an id of its own unless given."""
    number = more.pop("id", f"m{next(_numbers)}")
    return Message(number, conversation, "s1", text, datetime.now(UTC), **more)


async def parts_of(desk: Desk, message: Message) -> list[Delta | Reply]:
    """Everything a desk gives for a message."""
    return [part async for part in desk.stream(message)]


async def reply_of(desk: Desk, message: Message) -> Reply:
    """Only the reply."""
    last = (await parts_of(desk, message))[-1]
    assert isinstance(last, Reply)
    return last


@asynccontextmanager
async def local_desk(place: Place) -> AsyncIterator[Opened]:
    """A LocalDesk over memory."""
    journal = Journal(f"sqlite:///{place.home}/journal.sqlite3")
    sessions = MemorySessions()
    desk = LocalDesk(PlainAssistant(), sessions, journal, PlainPhrases())
    yield Opened(desk, sessions, journal)
    desk.close()
    journal.close()


@asynccontextmanager
async def queue_desk(place: Place) -> AsyncIterator[Opened]:
    """A QueueDesk with a worker behind it."""
    journal = Journal(f"sqlite:///{place.home}/journal.sqlite3")
    redis, front = connect(place), connect_async(place)
    with running_worker(redis, journal):
        yield Opened(QueueDesk(front, PlainPhrases()), RedisSessions(redis), journal)
    await front.aclose()
    redis.close()
    journal.close()


class running_worker:  # noqa: N801 - used as `with running_worker(…)`
    """A worker in a thread of this process."""

    def __init__(self, redis: Redis, journal: Journal, name: str | None = None) -> None:
        turns = Turns(PlainAssistant(), RedisSessions(redis), journal, PlainPhrases())
        self._worker = Worker(redis, turns, name=name)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._worker.run, args=(self._stop,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
