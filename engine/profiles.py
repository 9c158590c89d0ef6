"""What is known of a shopper's taste: kept in the event log, theirs to take back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from engine.errors import StoreError
from engine.links import LinkStore
from engine.memory import TOUCHES_KEPT
from engine.recommend.names import KINDS
from engine.types import ActionKind, Event, Message, Session, Touch

log = logging.getLogger(__name__)


class History(Protocol):
    """Shoppers' events; every method but `record` raises StoreError."""

    def of(self, shopper: str, limit: int = 50, *, account: str = "") -> tuple[Event, ...]:
        """The newest events of a shopper and their account, oldest first."""

    def record(self, told: Iterable[Event]) -> object:
        """Keep events."""

    def forget(self, shopper: str) -> int:
        """Delete all events of a shopper; how many there were."""

    def forget_product(self, shopper: str, product: str) -> int:
        """Delete a shopper's events of one product; how many there were."""


class Profiles:
    """Reads a shopper's history before a turn, and writes what the turn changed after it.

    What was done in the account at the shop that a shopper linked is theirs as well. A log that
    fails is only reported: the session's own copy is used, and the reply goes out.
    """

    def __init__(self, events: History, links: LinkStore) -> None:
        self._events = events
        self._links = links

    def known(self, message: Message, session: Session) -> Session:
        """The session with what is known of its shopper; nothing of anyone's in a group.

        What was not liked is no taste, though it was looked at or bought.
        """
        if not message.private:
            return replace(session, history=(), account="")
        try:
            account = self._links.account_of(message.shopper)
            found = self._events.of(message.shopper, TOUCHES_KEPT, account=account)
        except StoreError as error:
            log.error("a shopper's history cannot be read: %s", error.what)
            return session
        touches = (Touch(event.product, event.name, event.at) for event in found)
        liked = (t for t in touches if t.name in KINDS and t.product not in session.disliked)
        return replace(session, history=tuple(liked), account=account)

    def keep(self, message: Message, before: Session, after: Session) -> None:
        """Record what was done in this turn; delete what the shopper took back.

        Raises StoreError where that cannot be deleted: nobody is told that it is forgotten then.
        """
        if not message.private:
            return
        kind, _, product = (message.action or "").partition(":")
        if kind == ActionKind.FORGET:
            self._forget(message.shopper, product)
            return
        try:
            self._record(message.shopper, before, after)
        except StoreError as error:
            log.error("a shopper's history is not kept: %s", error.what)

    def _forget(self, shopper: str, product: str) -> None:
        """One product's events, of whatever kind and age, or all; the account's with them."""
        for owner in filter(None, (shopper, self._links.account_of(shopper))):
            if product:
                self._events.forget_product(owner, product)
            else:
                self._events.forget(owner)

    def _record(self, shopper: str, before: Session, after: Session) -> None:
        known = set(before.history)
        new = [Event(shopper, t.at, t.name, t.product) for t in after.history if t not in known]
        if new:
            self._events.record(new)
