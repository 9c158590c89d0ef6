"""Sessions in Redis: a lease with a fencing token, so that a stalled turn can overwrite nothing."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from redis import Redis
from redis.exceptions import RedisError

from engine import keys
from engine.processes import is_gone, process_name
from engine.sessions import WAIT_S, LockedSession, busy, dump_session, load_session, lost
from engine.types import Session
from engine.valkey import store_errors

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[2] then return {0, holder} end
local token = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], token .. ' ' .. ARGV[1], 'PX', ARGV[3])
redis.call('HSET', KEYS[2], 'token', token)
redis.call('EXPIRE', KEYS[2], ARGV[4])
local found = redis.call('HMGET', KEYS[2], 'session', 'before', 'message')
return {token, found[1] or '', found[2] or '', found[3] or ''}
"""
_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
_SAVE = """
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'session', ARGV[2], 'before', ARGV[3], 'message', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    token: int
    session: Session


class RedisSessions:
    """In Redis, for many processes at once. The client must decode responses."""

    def __init__(self, redis: Redis, *, lease_ms: int = keys.LEASE_MS) -> None:
        self._redis = redis
        self._lease_ms = lease_ms
        self._owner = f"{process_name()} {secrets.token_hex(4)}"
        self._guard = threading.Lock()
        self._held: set[str] = set()
        self._take = redis.register_script(_TAKE)
        self._renew = redis.register_script(_RENEW)
        self._save = redis.register_script(_SAVE)
        self._release = redis.register_script(_RELEASE)

    @contextmanager
    def lock(
        self, conversation: str, *, message: str = "", wait_s: float = WAIT_S
    ) -> Iterator[LockedSession]:
        """See SessionStore. A lease whose process is known to be dead is taken at once."""
        taken = self._wait(conversation, message, wait_s)
        done = threading.Event()
        value = f"{taken.token} {self._owner}"
        heart = threading.Thread(target=self._beat, args=(conversation, value, done), daemon=True)
        heart.start()
        try:
            yield _RedisLock(self, taken.session, taken.token, message)
        finally:
            done.set()
            heart.join()
            with suppress(RedisError):
                self._release(keys=[keys.lease(conversation)], args=[value])
            with self._guard:
                self._held.discard(value)

    def peek(self, conversation: str) -> Session:
        """See SessionStore."""
        with store_errors("sessions"):
            text = self._redis.hget(keys.session(conversation), "session")
        return load_session(str(text) if text else None, conversation)

    def forget(self, conversation: str, messages: Sequence[str] = ()) -> None:
        """See SessionStore."""
        with store_errors("sessions"):
            self._redis.hdel(keys.session(conversation), "session", "before", "message")
            of_its_own = (keys.issued(conversation), keys.case_talk(conversation))
            self._redis.unlink(*of_its_own, *map(keys.answer, messages))

    def break_lock(self, conversation: str) -> None:
        """Give the conversation free although a turn holds it, as if its lease had run out."""
        with store_errors("sessions"):
            self._redis.delete(keys.lease(conversation))

    def _wait(self, conversation: str, message: str, wait_s: float) -> _Taken:
        deadline = time.monotonic() + wait_s
        pause_s, gone = 0.005, ""
        while True:
            found = self._try(conversation, gone)
            token, first, *rest = found
            if int(token):
                text = rest[0] if message and rest[1] == message else first
                return _Taken(int(token), load_session(text or None, conversation))
            gone = first if self._nobodys(first) else ""
            if not gone:
                if time.monotonic() > deadline:
                    raise busy(wait_s)
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, 0.1)

    def _try(self, conversation: str, gone: str) -> list[str]:
        names = [keys.lease(conversation), keys.session(conversation), keys.FENCE]
        args: list[str | int] = [self._owner, gone, self._lease_ms, keys.SESSION_TTL_S]
        with self._guard, store_errors("sessions"):
            found = [str(part) for part in self._take(keys=names, args=args)]
            if int(found[0]):
                self._held.add(f"{found[0]} {self._owner}")
        return found

    def _nobodys(self, holder: str) -> bool:
        """Whether a lease is of a dead process, or ours and yet unknown here.

        The store gave such a one out and ended before it could say so.
        """
        _, _, owner = holder.partition(" ")
        if owner == self._owner:
            with self._guard:
                return holder not in self._held
        return is_gone(owner.partition(" ")[0])

    def _beat(self, conversation: str, value: str, done: threading.Event) -> None:
        every_s = min(keys.RENEW_EVERY_S, self._lease_ms / 3000)
        while not done.wait(every_s):
            with suppress(RedisError):
                self._renew(keys=[keys.lease(conversation)], args=[value, self._lease_ms])

    def store(self, locked: _RedisLock, session: Session) -> None:
        """Save for a lock of ours. Raises LeaseLost or StoreError."""
        args: list[str | int] = [
            locked.token,
            dump_session(session),
            dump_session(locked.session),
            locked.message,
            keys.SESSION_TTL_S,
        ]
        with store_errors("sessions"):
            saved = self._save(keys=[keys.session(session.conversation)], args=args)
        if not saved:
            raise lost()


@dataclass(frozen=True, slots=True)
class _RedisLock:
    sessions: RedisSessions
    session: Session
    token: int
    message: str

    def save(self, session: Session) -> None:
        """See LockedSession."""
        self.sessions.store(self, replace(session, conversation=self.session.conversation))
