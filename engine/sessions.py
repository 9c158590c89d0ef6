"""What a conversation remembers: locked first, then loaded. Here in memory."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from engine import keys, wire
from engine.errors import StoreError
from engine.types import Session

VERSION = 3
"""Of the stored form; raise it when Session changes: older sessions then start afresh."""
WAIT_S = 30.0
"""How long `lock` waits for a conversation another turn holds."""

log = logging.getLogger(__name__)


class LeaseLost(StoreError):  # noqa: N818 - what happened, not which error it is
    """Another turn took the conversation meanwhile; this one's session must not be saved."""


def dump_session(session: Session) -> str:
    """A session as versioned JSON."""
    return f'{{"version":{VERSION},"session":{wire.dumps(session)}}}'


def load_session(text: str | None, conversation: str) -> Session:
    """The stored session; a fresh one where there is none, or one of another version."""
    if text is None:
        return Session(conversation)
    try:
        data = json.loads(text)
        if data["version"] != VERSION:
            raise wire.WireError(f"version {data['version']!r}")
        return wire.loads(Session, json.dumps(data["session"]))
    except (ValueError, KeyError, TypeError) as error:
        reason = str(error) if isinstance(error, wire.WireError) else type(error).__name__
        log.warning("a stored session cannot be read (%s); it starts afresh", reason)
        return Session(conversation)


class LockedSession(Protocol):
    """A conversation held by one turn."""

    @property
    def session(self) -> Session:
        """As it was stored when the lock was taken."""

    @property
    def token(self) -> int:
        """The fencing token: each lock's is higher than all before it."""

    def save(self, session: Session) -> None:
        """Store it for a day. Raises LeaseLost when a newer lock was given out, or StoreError."""


class SessionStore(Protocol):
    """Conversations, one turn at a time each."""

    def lock(
        self, conversation: str, *, message: str = "", wait_s: float = WAIT_S
    ) -> AbstractContextManager[LockedSession]:
        """Hold a conversation, then load it.

        With the id of the `message` being answered, a turn that was saved and then lost in a
        crash is loaded as it was before that turn, so answering again repeats nothing.
        Raises StoreError when it stays busy for `wait_s`, or the store is gone.
        """

    def peek(self, conversation: str) -> Session:
        """Load without locking, to read only. Raises StoreError."""

    def forget(self, conversation: str, messages: Sequence[str] = ()) -> None:
        """Delete the session with its vault, and what is kept of these messages' replies.

        Raises StoreError.
        """


def busy(wait_s: float) -> StoreError:
    """The error of a lock waited for in vain."""
    return StoreError(
        f"the conversation stayed busy for {wait_s:.0f} s",
        where="sessions",
        mend="an engine may hang; look at its log.",
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    text: str
    before: str
    message: str
    until: float


class MemorySessions:
    """In this process's memory, for the terminal, replays and tests."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Condition()
        self._holders: dict[str, int] = {}
        self._stored: dict[str, _Stored] = {}
        self._token = 0

    @contextmanager
    def lock(
        self, conversation: str, *, message: str = "", wait_s: float = WAIT_S
    ) -> Iterator[LockedSession]:
        """See SessionStore."""
        with self._guard:
            if not self._guard.wait_for(lambda: conversation not in self._holders, wait_s):
                raise busy(wait_s)
            self._token += 1
            token = self._holders[conversation] = self._token
            session = self._load(conversation, message)
        try:
            yield _MemoryLock(self, session, token, message)
        finally:
            with self._guard:
                if self._holders.get(conversation) == token:
                    del self._holders[conversation]
                self._guard.notify_all()

    def peek(self, conversation: str) -> Session:
        """See SessionStore."""
        with self._guard:
            return self._load(conversation, "")

    def forget(self, conversation: str, messages: Sequence[str] = ()) -> None:
        """See SessionStore."""
        with self._guard:
            self._stored.pop(conversation, None)

    def break_lock(self, conversation: str) -> None:
        """Give the conversation free although a turn holds it; that turn can save no more."""
        with self._guard:
            self._holders.pop(conversation, None)
            self._guard.notify_all()

    def _load(self, conversation: str, message: str) -> Session:
        stored = self._stored.get(conversation)
        if stored is None or stored.until <= self._clock():
            return Session(conversation)
        again = bool(message) and stored.message == message
        return load_session(stored.before if again else stored.text, conversation)

    def store(self, locked: _MemoryLock, session: Session) -> None:
        """Save for a lock of ours. Raises LeaseLost."""
        conversation = session.conversation
        with self._guard:
            if self._holders.get(conversation) != locked.token:
                raise lost()
            until = self._clock() + keys.SESSION_TTL_S
            before = dump_session(locked.session)
            stored = _Stored(dump_session(session), before, locked.message, until)
            self._stored[conversation] = stored


@dataclass(frozen=True, slots=True)
class _MemoryLock:
    sessions: MemorySessions
    session: Session
    token: int
    message: str

    def save(self, session: Session) -> None:
        """See LockedSession."""
        self.sessions.store(self, replace(session, conversation=self.session.conversation))


def lost() -> LeaseLost:
    """The error of a save that came too late."""
    return LeaseLost("another turn has taken this conversation", where="sessions")
