"""A stretch of the journal, and how its queries are asked of either database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from engine.journal_tables import UtcTime

Row = Any
_LATER = {
    # SQLite reckons in milliseconds: what is below a second is put back as it was.
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', substr({at}, 1, 19), '{hours:+d} hours')"
    " || substr({at}, 20)",
    "postgresql": "(cast({at} as timestamptz) + interval '{hours} hours')",
}
_MOMENT = {
    "sqlite": "{at}",
    "postgresql": "cast(extract(epoch from {at}) * 1000000 as bigint)",
}
_ARRAY = {
    "sqlite": "json_group_array({column})",
    "postgresql": "cast(json_agg({column}) as text)",
}
AT_ONCE = timedelta(days=7)
"""Both databases bound how long one value may be."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`."""

    since: datetime
    until: datetime

    @property
    def before(self) -> Period:
        """As long a stretch that ends where this begins."""
        return Period(self.since - (self.until - self.since), self.since)

    def pieces(self) -> Iterator[Period]:
        """The whole of it in stretches that are read at once."""
        since = self.since
        while since < self.until:
            until = min(self.until, since + AT_ONCE)
            yield Period(since, until)
            since = until

    @property
    def days(self) -> int:
        """Whole days."""
        return max(1, round((self.until - self.since) / timedelta(days=1)))


class Asker:
    """Asks one connection about one period."""

    def __init__(self, connection: Connection, period: Period) -> None:
        self._connection = connection
        self.period = period

    def about(self, period: Period) -> Asker:
        """The same about another period."""
        return Asker(self._connection, period)

    def rows(self, query: str) -> Sequence[Row]:
        """The rows of a query that may use :since and :until."""
        return self._connection.execute(self._bound(query)).all()

    def _bound(self, query: str) -> TextClause:
        return text(query).bindparams(
            *(
                bindparam(name, value=getattr(self.period, name), type_=UtcTime())
                for name in ("since", "until")
                if f":{name}" in query
            )
        )

    def columns(self, source: str, *columns: str) -> list[list[Any]]:
        """Columns of a source, each read as one JSON array: many rows come quicker so."""
        array = _ARRAY[self._connection.dialect.name]
        wanted = ", ".join(array.format(column=column) for column in columns)
        (found,) = self.rows(f"select {wanted} {source}")
        return [json.loads(column or "[]") for column in found]

    def turns(self, *columns: str) -> list[list[Any]]:
        """Columns of the period's turns."""
        whole: list[list[Any]] = [[] for _ in columns]
        for piece in self.period.pieces():
            source = "from turns where at >= :since and at < :until"
            for column, values in zip(
                whole, self.about(piece).columns(source, *columns), strict=True
            ):
                column.extend(values)
        return whole

    def moment(self, at: str) -> str:
        """SQL of a column's moment, for `columns.times`."""
        return _MOMENT[self._connection.dialect.name].format(at=at)

    def later(self, at: str, hours: int) -> str:
        """SQL of a moment so many hours after a column's."""
        return _LATER[self._connection.dialect.name].format(at=at, hours=hours)


def unix_us(at: datetime) -> int:
    """A moment as whole microseconds since 1970; without a zone it is taken as UTC."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
