"""A stretch of the journal, and how its queries are asked of either database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text

from engine.journal_tables import UtcTime

Row = Any
_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', {at}, '{hours:+d} hours')",
    "postgresql": "(cast({at} as timestamptz) + interval '{hours} hours')",
}
_SECONDS = {
    "sqlite": "(julianday({at}) - 2440587.5) * 86400.0",
    "postgresql": "cast(extract(epoch from {at}) as double precision)",
}
_DAY = {
    "sqlite": "substr({at}, 1, 10)",
    "postgresql": "to_char({at} at time zone 'UTC', 'YYYY-MM-DD')",
}


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`."""

    since: datetime
    until: datetime

    @property
    def before(self) -> Period:
        """As long a stretch that ends where this begins."""
        return Period(self.since - (self.until - self.since), self.since)

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

    def plain_rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        """The same as plain tuples of the driver, for very many rows."""
        found = self._connection.execute(self._bound(query))
        cursor = found.cursor
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall() if cursor else []
        found.close()
        return rows

    def seconds(self, at: str) -> str:
        """SQL of a column's moment in unix seconds."""
        return _SECONDS[self._connection.dialect.name].format(at=at)

    def later(self, at: str, hours: int) -> str:
        """SQL of a moment so many hours after a column's."""
        return _LATER[self._connection.dialect.name].format(at=at, hours=hours)

    def day(self, at: str) -> str:
        """SQL of the day (UTC) of a column's moment, as text."""
        return _DAY[self._connection.dialect.name].format(at=at)
