"""The engine process: takes turns off the queue, sends deltas and replies back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from engine import keys, wire
from engine.engines import Membership, engine_ready, ready_engines
from engine.errors import StoreError
from engine.processes import process_name
from engine.sessions import LeaseLost
from engine.turn import Turns
from engine.turn_queue import FINISH, SEND, names
from engine.types import Delta, Message, Reply
from engine.valkey import is_away, wait_until_back

__all__ = ["Worker", "engine_ready", "ready_engines"]

TURNS_AT_ONCE = 32
"""More than the generator writes at once, so that answers without it never wait behind it."""
SIGN_EVERY_S = 2.0
LOOK_FOR_DEAD_EVERY_S = 1.0
READ_WAIT_MS = 500
PLAIN_AFTER = 4
"""A turn begun more often than this gets the shop's own words: the model has not come through."""
MAX_BEGUN = 8
"""A turn begun this often may be what kills the engines; it gets the error text instead."""
STORE_TRIES = 5
GRACE_S = 25.0
"""How long turns under way may take to finish after SIGTERM; a little more than a deadline."""

log = logging.getLogger(__name__)


class Worker:
    """Works the queue off, several conversations at once, one turn in each."""

    def __init__(
        self,
        redis: Redis,
        turns: Turns,
        *,
        name: str | None = None,
        turns_at_once: int = TURNS_AT_ONCE,
        generator_trouble: Callable[[], str] = lambda: "",
    ) -> None:
        self._generator_trouble = generator_trouble
        self._redis = redis
        self._turns = turns
        self._member = Membership(redis, name or process_name())
        self._at_once = turns_at_once
        self._working: set[str] = set()
        self._changed = threading.Condition()
        self._finish = redis.register_script(FINISH)
        self._send = redis.register_script(SEND)
        self._stop = threading.Event()

    def run(self, stop: threading.Event, *, grace_s: float = GRACE_S) -> None:
        """Work until `stop` is set, then finish what is under way, within `grace_s`.

        Redis may go away and come back meanwhile; nothing is lost by that.
        """
        self._stop = stop
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(ended,), daemon=True)
        heart.start()
        ear = threading.Thread(target=self._listen, args=(ended,), daemon=True)
        ear.start()
        while not stop.is_set():
            try:
                self._work()
            except RedisError as error:
                log.warning("the store does not answer (%s); waiting", type(error).__name__)
                wait_until_back(self._redis, stop.is_set)
        with suppress(RedisError):
            self._member.leave()
        with self._changed:
            if not self._changed.wait_for(lambda: not self._working, grace_s):
                log.warning("%d turns are left to other engines", len(self._working))
        ended.set()
        heart.join()
        ear.join()

    def _work(self) -> None:
        """Read and hand out items until told to stop. Raises RedisError."""
        self._join_group()
        # What was handed to this engine in an answer that the store's end cut off.
        for item, fields in self._read("0", self._at_once):
            self._begin(item, fields["conversation"], taken_over=True)
        looked = 0.0
        while not self._stop.is_set():
            room = self._room()
            if room and time.monotonic() - looked > LOOK_FOR_DEAD_EVERY_S:
                looked = time.monotonic()
                for item, fields in self._member.take_over(room):
                    self._begin(item, fields["conversation"], taken_over=True)
                room = self._room()
            for item, fields in self._read(">", room) if room else ():
                self._begin(item, fields["conversation"], taken_over=False)

    def _join_group(self) -> None:
        try:
            self._redis.xgroup_create(keys.TURNS, keys.GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _room(self) -> int:
        with self._changed:
            self._changed.wait_for(lambda: len(self._working) < self._at_once, 0.5)
            return self._at_once - len(self._working)

    def _read(self, place: str, room: int) -> list[tuple[str, dict[str, str]]]:
        return _items(self._redis.xreadgroup(
            keys.GROUP, self._member.name, {keys.TURNS: place}, count=room, block=READ_WAIT_MS
        ))  # fmt: skip

    def _begin(self, item: str, conversation: str, *, taken_over: bool) -> None:
        with self._changed:
            if item in self._working:
                return
            self._working.add(item)
        threading.Thread(
            target=self._work_off, args=(item, conversation, taken_over), daemon=True
        ).start()

    def _work_off(self, item: str, conversation: str, taken_over: bool) -> None:
        try:
            self._until_stored(item, conversation, taken_over)
        except LeaseLost:
            log.info("a turn of %s was taken over by another engine", self._member.name)
        except Exception as error:
            log.exception("a turn could not be finished: %s", type(error).__name__, exc_info=False)
        finally:
            with self._changed:
                self._working.discard(item)
                self._changed.notify_all()

    def _until_stored(self, item: str, conversation: str, taken_over: bool) -> None:
        """Take the turn, again when the store failed meanwhile. Raises LeaseLost."""
        tries = 0
        while True:
            try:
                self._one(item, conversation, taken_over, last=tries >= STORE_TRIES)
                return
            except LeaseLost:
                raise
            except (StoreError, RedisError) as error:
                # A store that is away may stay away; one that answers and fails will not mend.
                tries += not is_away(error)
                log.warning("a turn waits for the store (%s)", type(error).__name__)
                if not wait_until_back(self._redis, self._stop.is_set):
                    return
                # The store answers and yet it failed: give it a little time.
                self._stop.wait(0.1 * (tries + 1))

    def _one(self, item: str, conversation: str, taken_over: bool, last: bool) -> None:
        head = self._redis.lindex(keys.waiting(conversation), 0)
        if head is None:
            self._record(item, conversation, "", None)
            return
        stored = self._redis.get(keys.message(str(head)))
        message = _message(str(stored)) if stored else None
        if message is None:
            self._record(item, conversation, str(head), None)
            return
        begun = self._member.begun_times(item) if taken_over else 1
        if last or begun > MAX_BEGUN:
            reply = self._turns.failed(message, StoreError("it was begun too often"))
            self._turns.record_failed(message, reply)
            self._record(item, conversation, message.id, reply)
            return
        self._answer(item, message, 0.0 if begun > PLAIN_AFTER else None)

    def _answer(self, item: str, message: Message, deadline_s: float | None) -> None:
        token = 0

        def begun(given: int) -> None:
            nonlocal token
            token = given
            self._tell(message, "begun", token, "")

        for part in self._turns.take(message, begun, deadline_s=deadline_s):
            if isinstance(part, Delta):
                self._tell(message, "delta", token, part.text)
            else:
                self._record(item, message.conversation, message.id, part, token)

    def _tell(self, message: Message, kind: str, token: int, words: str) -> None:
        # Only the reply must arrive; a delta may be lost with the store.
        with suppress(RedisError):
            self._send(keys=[keys.answer(message.id)], args=[kind, token, words, keys.ANSWER_TTL_S])

    def _record(
        self, item: str, conversation: str, message_id: str, reply: Reply | None, token: int = 0
    ) -> None:
        """In one step: the reply is out, the raw message deleted, the next one let in."""
        words = wire.dumps(reply) if reply else ""
        args: list[str | int] = [message_id, conversation, keys.GROUP, item, words]
        args += [keys.ANSWER_TTL_S, token]
        self._finish(keys=names(message_id, conversation), args=args)

    def _listen(self, ended: threading.Event) -> None:
        """Hear whose shoppers have written again; the word is lost with the store, no turn is."""
        place = ""
        while not ended.is_set():
            try:
                place = place or self._newest(keys.HURRIED)
                found = self._redis.xread({keys.HURRIED: place}, block=READ_WAIT_MS)
            except RedisError:
                ended.wait(SIGN_EVERY_S)
                continue
            for item, fields in _items(found):
                place = item
                self._turns.hurry(fields["message"])

    def _newest(self, stream: str) -> str:
        newest = cast("Any", self._redis.xrevrange(stream, count=1))
        return str(newest[0][0]) if newest else "0"

    def _beat(self, ended: threading.Event) -> None:
        while not ended.is_set():
            with self._changed:
                items = tuple(self._working)
            with suppress(RedisError):
                self._member.sign(items, ready=not self._stop.is_set())
                if trouble := self._turns.trouble:
                    self._redis.set(keys.TROUBLE, trouble, ex=keys.TROUBLE_TTL_S)
                if trouble := self._generator_trouble():
                    self._redis.set(keys.trouble("generator"), trouble, ex=keys.TROUBLE_TTL_S)
            ended.wait(SIGN_EVERY_S)


def _items(found: Any) -> list[tuple[str, dict[str, str]]]:
    """The items of one stream, as either protocol version gives them."""
    if not found:
        return []
    items = next(iter(found.values()))[0] if isinstance(found, dict) else found[0][1]
    return [(str(item), dict(fields)) for item, fields in items if fields]


def _message(stored: str) -> Message | None:
    try:
        return wire.loads(Message, stored)
    except wire.WireError as error:
        log.error("a message of another version was dropped: %s", error)
        return None
