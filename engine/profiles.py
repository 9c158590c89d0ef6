"""What is known of a shopper's taste: kept in the event log, theirs to take back."""

from __future__ import annotations

import logging
from dataclasses import replace

from engine.errors import StoreError
from engine.event_log import EventLog
from engine.memory import TOUCHES_KEPT
from engine.recommend.names import KINDS
from engine.types import Event, Message, Session, Touch

log = logging.getLogger(__name__)


class Profiles:
    """Reads a shopper's history before a turn, and writes what the turn changed after it.

    A log that fails is only reported: the session's own copy is used, and the reply goes out.
    """

    def __init__(self, events: EventLog) -> None:
        self._events = events

    def known(self, message: Message, session: Session) -> Session:
        """The session with what is known of its shopper; nothing of anyone's in a group."""
        if not message.private:
            return replace(session, history=())
        try:
            found = self._events.of(message.shopper, TOUCHES_KEPT)
        except StoreError as error:
            log.error("a shopper's history cannot be read: %s", error.what)
            return session
        touches = (Touch(event.product, event.name, event.at) for event in found)
        return replace(session, history=tuple(t for t in touches if t.name in KINDS))

    def keep(self, message: Message, before: Session, after: Session) -> None:
        """Record what was done in this turn; forget what the shopper took back."""
        if not message.private:
            return
        known = set(before.history)
        new = [
            Event(message.shopper, touch.at, touch.name, touch.product)
            for touch in after.history
            if touch not in known
        ]
        gone = {t.product for t in before.history} - {t.product for t in after.history}
        # The oldest touches of a full history were not taken back: they only fell out of it.
        taken_back = gone if len(after.history) < len(before.history) else set()
        try:
            if before.history and not after.history:
                self._events.forget(message.shopper)
                return
            for product in sorted(taken_back):
                self._events.forget_product(message.shopper, product)
            if new:
                self._events.record(new)
        except StoreError as error:
            log.error("a shopper's history is not kept: %s", error.what)
