"""Where a desk writes what happened: into the journal, or the spool while the journal fails."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace

from sqlalchemy import Connection

from engine import wire
from engine.errors import StoreError
from engine.event_log import EventLog
from engine.journal import Journal
from engine.journal_writing import (
    KINDS,
    EventsTold,
    HandOver,
    Happening,
    Insert,
    Thumb,
    Verdict,
    now,
    turn_done,
)
from engine.links import Links
from engine.spool import Line, Spool
from engine.types import Event, Message, Reply

TRY_EVERY_S = 2.0
PATIENCE_S = 1.0
"""How long one turn waits for a journal that is locked, before it and all others do no more."""

log = logging.getLogger(__name__)


class TurnRecord:
    """Records turns, thumbs and events; no shopper waits for a journal that fails.

    From the first failure on all goes to the spool, until a thread of its own has brought it into
    the journal. Without a spool what cannot be written is only logged.
    """

    def __init__(
        self, journal: Journal, spool: Spool | None = None, *, try_every_s: float = TRY_EVERY_S
    ) -> None:
        self._journal = journal
        self._spool = spool
        self._log = EventLog(self)
        self.links = Links(self)
        self._every_s = try_every_s
        self._guard = threading.Lock()
        self._trouble = ""
        self._closed = threading.Event()
        if spool and spool.has_lines():
            self._begin_to_mend()

    @property
    def trouble(self) -> str:
        """What is wrong with the journal; "" where nothing is."""
        return self._trouble

    def reply_of(self, turn: str) -> Reply | None:
        """The masked reply of a recorded turn; None where it cannot be looked up either."""
        if self._trouble:
            return None
        try:
            reply = self._journal.recorded_reply(turn)
        except StoreError as error:
            log.error("turn %s: %s", turn, error.what)
            return None
        return replace(reply, turn=turn) if reply else None

    def turn(self, message: Message, question: str, reply: Reply, took_s: float) -> None:
        """Record a masked question with its masked reply."""
        self._write(turn_done(message, question, replace(reply, turn=""), took_s))

    def thumb(self, turn: str, shopper: str, verdict: Verdict) -> None:
        """Record a thumb."""
        self._write(Thumb(turn, shopper, verdict, now()))

    def handed_over(self, step: HandOver) -> None:
        """Record what became of a conversation that goes to a person."""
        self._write(step)

    @property
    def insert(self) -> Insert:
        """See Database."""
        return self._journal.insert

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction; none is waited for while the journal fails. Raises StoreError."""
        if self._trouble:
            raise StoreError(self._trouble)
        return self._journal.begin()

    def of(self, shopper: str, limit: int = 50, *, account: str = "") -> tuple[Event, ...]:
        """The newest events of a shopper and their account, oldest first. Raises StoreError."""
        return self._log.of(shopper, limit, account=account)

    def record(self, told: Iterable[Event]) -> None:
        """Record events."""
        self._write(EventsTold(tuple(told)))

    def forget(self, shopper: str) -> int:
        """Delete all events of a shopper; how many there were. Raises StoreError."""
        self.bring_in()
        return self._log.forget(shopper)

    def forget_product(self, shopper: str, product: str) -> int:
        """Delete a shopper's events of one product; how many there were. Raises StoreError."""
        self.bring_in()
        return self._log.forget_product(shopper, product)

    def bring_in(self) -> int:
        """Write what is spooled into the journal; how many lines. Raises StoreError."""
        return bring_in(self._spool, self._journal) if self._spool else 0

    def close(self) -> None:
        """End the thread that brings in; what is spooled stays for the next start."""
        self._closed.set()

    def _write(self, happening: Happening) -> None:
        if not self._trouble:
            try:
                self._journal.write([happening])
                return
            except StoreError as error:
                log.error("the journal fails: %s", error.what)
                self._fails(error.what)
        self._put_aside(happening)

    def _put_aside(self, happening: Happening) -> None:
        if self._spool is None:
            log.error("a %s is in no journal", type(happening).__name__)
            return
        try:
            self._spool.add(_line(happening))
        except StoreError as error:
            log.error("a %s is lost: %s", type(happening).__name__, error.what)

    def _fails(self, why: str) -> None:
        with self._guard:
            if self._spool is None or self._trouble:
                return
            self._trouble = why
        self._begin_to_mend()

    def _begin_to_mend(self) -> None:
        threading.Thread(target=self._until_mended, daemon=True).start()

    def _until_mended(self) -> None:
        while not self._closed.wait(self._every_s):
            try:
                brought = self.bring_in()
            except StoreError as error:
                log.warning("the journal still fails: %s", error.what)
                continue
            log.warning("the journal works again; %d lines were brought in", brought)
            self._trouble = ""
            break
        else:
            return
        # Those who read of the trouble just before it ended have put theirs aside since.
        with suppress(StoreError):
            self.bring_in()


def bring_in(spool: Spool, journal: Journal) -> int:
    """Write what is spooled into the journal, all or nothing; how many lines. Raises StoreError."""
    return spool.drain(lambda lines: journal.write(_happenings(lines)))


def _line(happening: Happening) -> Line:
    return {"kind": type(happening).__name__, "what": json.loads(wire.dumps(happening))}


def _happenings(lines: Sequence[Line]) -> list[Happening]:
    found = []
    for line in lines:
        try:
            found.append(wire.loads(KINDS[line["kind"]], json.dumps(line["what"])))
        except (KeyError, TypeError, wire.WireError) as error:
            log.error("a spooled line of another version was left out: %s", error)
    return found
