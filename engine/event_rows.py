"""One event as another system tells it, in our own shape or GA4's, checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from engine.types import Event
from knowledge_base.tables import EVENT_NAMES

Row = Mapping[str, object]
"""shopper, time, event, product, quantity."""

CHAT = "chat:"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(days=1)
MOST_PIECES = 1_000_000
_CHAT_SHOPPER = re.compile(r"[A-Za-z0-9:_.-]{1,100}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class EventReader:
    """Makes events of rows. `products` gives the product of a product's id or a variant's sku.

    A shopper's id is a customer's of the shop, and only its `pseudonym` is kept. A shopper of our
    own chats is named `chat:ID`: that ID is a pseudonym already and is kept as it stands.
    """

    products: Mapping[str, str]
    pseudonym: Callable[[str], str]
    now: datetime

    def event(self, row: Row) -> Event:
        """The event of one row; without a quantity it is 1. Raises ValueError."""
        name = _text(row, "event")
        if name not in EVENT_NAMES:
            near = get_close_matches(name, EVENT_NAMES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(EVENT_NAMES)}"
            raise ValueError(f"event: {_shown(name)} is none; {hint}")
        product = _text(row, "product")
        if product not in self.products:
            raise ValueError(f"product: {_shown(product)} is no product or sku of the catalogue")
        at, quantity = self._time(row.get("time")), _quantity(row.get("quantity"))
        return Event(self._shopper(_text(row, "shopper")), at, name, self.products[product],
                     quantity)  # fmt: skip

    def _shopper(self, given: str) -> str:
        if not given.startswith(CHAT):
            return self.pseudonym(given)
        shopper = given.removeprefix(CHAT)
        if not _CHAT_SHOPPER.fullmatch(shopper):
            raise ValueError(f"shopper: what stands after {CHAT} is no shopper of a chat")
        return shopper

    def _time(self, given: object) -> datetime:
        if given is None or given == "":
            raise ValueError("time is missing")
        at = given if isinstance(given, datetime) else written_time(given)
        if at > self.now + MOST_AHEAD:
            raise ValueError(f"time: {at.isoformat()} lies in the future")
        if at < EARLIEST:
            raise ValueError(f"time: {at.isoformat()} lies before {EARLIEST.year}")
        return at


def is_ga4(value: Row) -> bool:
    """Whether this is an event of GA4's shape."""
    return "event_name" in value


def ga4_rows(value: Row, at: datetime | None = None) -> tuple[Row, ...]:
    """A GA4 event as rows, one an item; `at` is its time where it has none. Raises ValueError.

    user_id, which is one on every device, goes before user_pseudo_id.
    """
    items = value.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("items is not a list of objects")
    if not items:
        raise ValueError("items is empty")
    stamp = value.get("event_timestamp")
    return tuple(
        {
            "shopper": value.get("user_id") or value.get("user_pseudo_id"),
            "time": at if stamp is None else _ga4_time(stamp),
            "event": value["event_name"],
            "product": item.get("item_id"),
            "quantity": item.get("quantity"),
        }
        for item in items
    )


def _ga4_time(stamp: object) -> object:
    """Microseconds since 1970 as a time; anything else is left to be read as one."""
    if isinstance(stamp, str) and stamp.isdecimal() and 8 < len(stamp) < 20:
        stamp = int(stamp)
    if isinstance(stamp, bool) or not isinstance(stamp, int):
        return stamp
    try:
        return _EPOCH + timedelta(microseconds=stamp)
    except OverflowError:
        message = f"event_timestamp: {_shown(str(stamp))} counts no microseconds since 1970"
        raise ValueError(message) from None


def written_time(given: object) -> datetime:
    """A time as ISO 8601 has it. Raises ValueError."""
    try:
        if not isinstance(given, str):
            raise ValueError
        # Some exports write the zone as a name; without one it is UTC.
        at = datetime.fromisoformat(given.strip().removesuffix("UTC").rstrip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"time: {_shown(str(given))} is not a time such as 2026-11-02T09:30:00Z"
        raise ValueError(message) from None


def _quantity(given: object) -> int:
    if given is None or given == "":
        return 1
    text = str(given)
    whole = not isinstance(given, bool) and text.isdecimal() and len(text) < 10
    if not whole or not 1 <= int(text) <= MOST_PIECES:
        raise ValueError(f"quantity: {_shown(text)} is not a whole number from 1 to {MOST_PIECES}")
    return int(text)


def _text(row: Row, name: str) -> str:
    given = row.get(name)
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if given is None or given == "":
        raise ValueError(f"{name} is missing")
    if not isinstance(given, str):
        raise ValueError(f"{name}: {_shown(str(given))} is not a text")
    if "\0" in given or not is_utf8(given):
        raise ValueError(f"{name}: {_shown(given)} is not UTF-8 text")
    if not given.strip():
        raise ValueError(f"{name} is missing")
    return given.strip()


def is_utf8(text: str) -> bool:
    """Whether it can be stored: no byte of it was not UTF-8, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
