"""The durable record of shoppers' events, beside the journal's turns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, literal, select, tuple_

from engine.journal import Database
from engine.journal_tables import events
from engine.journal_writing import add_events
from engine.types import Event

CHUNK = 5000
_FIELDS = tuple(events.c[name] for name in ("shopper", "at", "name", "product", "quantity"))
_KEY = _FIELDS[:4]
"""What makes two events one."""


class EventLog:
    """Events of pseudonymous shoppers, in the journal's database.

    Every method raises StoreError when the database is gone or full.
    """

    def __init__(self, journal: Database) -> None:
        """In the database of this open journal."""
        self._begin = journal.begin
        self._insert = journal.insert

    def record(self, told: Iterable[Event]) -> int:
        """Keep events, all or none of them; how many were new. One told twice is kept once."""
        with self._begin() as connection:
            return add_events(connection, self._insert, told)

    def count_new(self, told: Iterable[Event]) -> int:
        """How many of these `record` would find new; none is kept."""
        with self._begin() as connection:
            new = add_events(connection, self._insert, told)
            connection.rollback()
        return new

    def of(self, shopper: str, limit: int = 50, *, account: str = "") -> tuple[Event, ...]:
        """The newest events of a shopper and of the account linked to them, oldest first."""
        newest = (
            select(*_FIELDS)
            .where(events.c.shopper.in_({shopper, account} - {""}))
            .order_by(events.c.at.desc(), events.c.number.desc())
            .limit(limit)
        )
        return tuple(Event(*row) for row in self._rows(newest)[::-1])

    def all(self) -> Iterator[Event]:
        """Every event, by shopper and then by time; only a chunk is in memory at a time."""
        chunk = select(*_FIELDS).order_by(*_KEY).limit(CHUNK)
        rows = self._rows(chunk)
        while rows:
            yield from (Event(*row) for row in rows)
            # No transaction stays open while the caller works: others write meanwhile.
            ended = zip(_KEY, rows[-1][: len(_KEY)], strict=True)
            last = tuple_(*(literal(value, field.type) for field, value in ended))
            rows = self._rows(chunk.where(tuple_(*_KEY) > last))

    def forget(self, shopper: str) -> int:
        """Delete all events of a shopper; how many there were."""
        return self._delete(events.c.shopper == shopper)

    def forget_product(self, shopper: str, product: str) -> int:
        """Delete a shopper's events of one product; how many there were."""
        return self._delete(events.c.shopper == shopper, events.c.product == product)

    def has_any(self) -> bool:
        """Whether any event is kept."""
        return bool(self._rows(select(events.c.number).limit(1)))

    def _rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        with self._begin() as connection:
            return connection.execute(query).all()

    def _delete(self, *which: ColumnElement[bool]) -> int:
        with self._begin() as connection:
            return connection.execute(delete(events).where(*which)).rowcount
