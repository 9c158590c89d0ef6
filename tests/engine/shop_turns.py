"""The demo shop behind turns, with what is known of its shoppers; for tests that press and ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from engine.event_log import EventLog
from engine.turn import Turns
from engine.types import Event, Message, Reply

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LAMP, BACKPACK, MUG = "nordic-desk-lamp", "canal-backpack", "speckled-mug"
NAMES = {LAMP: "Nordic desk lamp", BACKPACK: "Canal backpack", MUG: "Speckled stoneware mug"}


@dataclass
class Shop:
    """Turns of the demo shop's assistant, with the event log behind them; s1 presses."""

    turns: Turns
    events: EventLog
    _number: Iterator[int] = field(default_factory=lambda: count(1))

    def press(
        self, action: str, conversation: str = "c1", *, shopper: str = "s1", private: bool = True
    ) -> Reply:
        """The reply to a pressed button, each press a minute after the one before."""
        return self._take(action, "", conversation, shopper, private)

    def ask(self, text: str, shopper: str, *, private: bool = True) -> Reply:
        """The reply to a text, in a conversation of its own."""
        return self._take(None, text, f"c-{shopper}-{private}", shopper, private)

    def touch(self, *products: str, name: str = "view_item", shopper: str = "s1") -> None:
        """Put events into the log, a minute apart, all before the first press."""
        first = AT - timedelta(days=30)
        self.events.record(
            Event(shopper, first + timedelta(minutes=minute), name, product)
            for minute, product in enumerate(products)
        )

    def touched(self, shopper: str = "s1") -> list[str]:
        """The products of a shopper's events, oldest first."""
        return [event.product for event in self.events.of(shopper, 1000)]

    def _take(
        self, action: str | None, text: str, conversation: str, shopper: str, private: bool
    ) -> Reply:
        number = next(self._number)
        at = AT + timedelta(minutes=number)
        message = Message(f"m{number}", conversation, shopper, text, at, action, private=private)
        *_, reply = self.turns.take(message)
        assert isinstance(reply, Reply)
        return reply
