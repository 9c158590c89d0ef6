"""Where orders are looked up: in the shop's own file, or at its server over HTTP."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import httpx

from engine.types import Order, OrderLine, OrderLookup
from knowledge_base.tables import STATUSES

MOST_BYTES, MOST_LETTERS, MOST_LINES, MOST_QUANTITY = 64 * 1024, 100, 100, 100_000
MOST_CACHED = 1000
UNREADABLE = (ValueError, KeyError, TypeError, RecursionError)
_NUMBER = re.compile(r"([a-z]*)(\d+)")

log = logging.getLogger(__name__)


class OrdersAway(Exception):  # noqa: N818 - what happened, not which error it is
    """No order can be looked up just now; whether there is one is not known."""


class OrderSource(Protocol):
    """Finds a shop's orders."""

    def find(self, number: str) -> Order | None:
        """The order of a number, however that is written; None where there is none.

        Raises OrdersAway.
        """


class FileOrders:
    """The orders of orders.csv."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = {bare(order.number): order for order in orders}

    def find(self, number: str) -> Order | None:
        """See OrderSource."""
        return self._orders.get(bare(number))


class HttpOrders:
    """Asks the shop's server. What it said holds for `cache_s`, that there is none too.

    Nothing it says is believed unless all of it has the form agreed on; no redirect is followed.
    """

    def __init__(
        self, lookup: OrderLookup, key: str | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lookup = lookup
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._clock = clock
        self._guard = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Order | None]] = OrderedDict()

    def find(self, number: str) -> Order | None:
        """See OrderSource."""
        name = bare(number)
        with self._guard:
            known = self._known.get(name)
        if known and self._clock() < known[0]:
            return known[1]
        try:
            found = self._asked(name)
        except (httpx.HTTPError, httpx.InvalidURL, *UNREADABLE) as error:
            # Neither number nor answer: both are somebody's.
            log.warning("orders cannot be looked up (%s)", _why(error))
            raise OrdersAway from error
        with self._guard:
            self._known[name] = (self._clock() + self._lookup.cache_s, found)
            self._known.move_to_end(name)
            if len(self._known) > MOST_CACHED:
                self._known.popitem(last=False)
        return found

    def _asked(self, name: str) -> Order | None:
        limit_s = self._lookup.timeout_s
        url = self._lookup.url.replace("{number}", written(name))
        with (
            httpx.Client(timeout=limit_s, follow_redirects=False, headers=self._headers) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"status {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise ValueError("a packed answer")
            words = _read(response, time.monotonic() + limit_s)
        order = read_order(words)
        if bare(order.number) != name:
            raise ValueError("another order than the one asked for")
        return order


def bare(number: str) -> str:
    """An order number's letters and digits, lower case."""
    return re.sub(r"[^a-z0-9]", "", number.lower())


def written(name: str) -> str:
    """A bare number as shops write it: JJ-10023, or 1001 where it has no letters."""
    found = _NUMBER.fullmatch(name)
    if not found:
        raise ValueError("no order number")
    return f"{found[1].upper()}-{found[2]}".removeprefix("-")


def read_order(words: bytes) -> Order:
    """An order as the shop's server tells it. Raises one of UNREADABLE."""
    values = json.loads(words)
    if not isinstance(values, dict):
        raise TypeError("no object")
    lines = values["items"]
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise ValueError("items")
    if values["status"] not in STATUSES:
        raise ValueError("status")
    placed = datetime.fromisoformat(_text(values, "placed_at"))
    if placed.tzinfo is None:
        raise ValueError("placed_at has no time zone")
    expected = _text(values, "expected_on", needed=False)
    return Order(
        _text(values, "number"), _text(values, "email", needed=False),
        _text(values, "phone", needed=False), placed, values["status"],
        tuple(_line(line) for line in lines), _text(values, "carrier", needed=False),
        _text(values, "tracking", needed=False), date.fromisoformat(expected) if expected else None,
    )  # fmt: skip


def _line(values: Any) -> OrderLine:
    quantity = values["quantity"]
    if type(quantity) is not int or not 0 < quantity <= MOST_QUANTITY:
        raise ValueError("quantity")
    return OrderLine(_text(values, "sku"), quantity)


def _text(values: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    """A short printable text without a link. A field that may lack is "" or null then."""
    text = values[name] if needed else values.get(name) or ""
    if not isinstance(text, str) or len(text) > MOST_LETTERS or not text.isprintable():
        raise ValueError(name)
    if (needed and not text.strip()) or "://" in text or "www." in text.lower():
        raise ValueError(name)
    return text


def _read(response: httpx.Response, ends: float) -> bytes:
    """The answer, unless it is too long or too slow."""
    words = bytearray()
    for piece in response.iter_raw():
        words += piece
        if len(words) > MOST_BYTES:
            raise ValueError("a huge answer")
        if time.monotonic() > ends:
            raise ValueError("a slow answer")
    return bytes(words)


def _why(error: Exception) -> str:
    return (
        str(error) if type(error) is ValueError and len(error.args) == 1 else type(error).__name__
    )
