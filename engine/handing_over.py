"""Conversations a person has, shall have or should have had, as the journal knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.journal import Journal
from engine.journal_tables import handovers, turns
from engine.types import CONSOLE, Route

OPEN_FOR = timedelta(days=30)
"""A case older than this is over, whatever became of it."""
MISSED_FOR = timedelta(days=7)
"""A request nobody answered is listed so long."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Request:
    """A shopper asked for a person, or was brought to one, in a chat that can be written to."""

    conversation: str
    opened_at: datetime
    reason: str
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has answered, and nobody said that it is solved."""
        return self.answered_at is None and self.closed_at is None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody asked for a person where nobody can write back. `channel`: "web", say."""

    conversation: str
    at: datetime
    channel: str
    language: str


def open_requests(journal: Journal, at: datetime) -> tuple[Request, ...]:
    """Those not closed, the longest waiting first, then those a person has. Raises StoreError."""
    query = _requests(at - OPEN_FOR).where(handovers.c.closed_at.is_(None))
    newest = {one.conversation: one for one in _read(journal, query)}
    return tuple(sorted(newest.values(), key=lambda r: (not r.waits, r.opened_at)))


def missed_requests(journal: Journal, at: datetime) -> tuple[Request, ...]:
    """Those closed without an answer, the newest first. Raises StoreError."""
    query = _requests(at - MISSED_FOR).where(
        handovers.c.closed_at.is_not(None), handovers.c.answered_at.is_(None)
    )
    return _read(journal, query)[::-1]


def request_of(journal: Journal, conversation: str) -> Request | None:
    """The newest of a conversation; None where it never had one. Raises StoreError."""
    query = _requests(datetime.min).where(handovers.c.conversation == conversation)
    return next(iter(_read(journal, query)[::-1]), None)


def reasons(journal: Journal, since: datetime) -> Mapping[str, int]:
    """How many requests there were since then, by reason. Raises StoreError."""
    query = select(handovers.c.reason, func.count()).where(handovers.c.opened_at >= since)
    with journal.begin() as connection:
        found = connection.execute(query.group_by(handovers.c.reason)).all()
    return dict(Counter({str(reason): int(count) for reason, count in found}).most_common())


def unreachable_since(journal: Journal, since: datetime) -> tuple[Unreachable, ...]:
    """Who asked for a person where there is no way back, the newest first. Raises StoreError."""
    names = ("conversation", "at", "channel", "language")
    query = (
        select(*(turns.c[name] for name in names))
        .where(turns.c.at >= since, turns.c.route == Route.HANDOFF.value)
        .where(turns.c.channel.not_in(("telegram", CONSOLE)))
        .order_by(turns.c.number)
    )
    with journal.begin() as connection:
        rows = connection.execute(query).all()
    last = {row.conversation: Unreachable(*row) for row in rows}
    return tuple(list(last.values())[::-1][:MOST])


def _requests(since: datetime) -> Any:
    names = (handovers.c[name] for name in Request.__dataclass_fields__)
    query = select(*names).order_by(handovers.c.opened_at)
    return query if since == datetime.min else query.where(handovers.c.opened_at >= since)


def _read(journal: Journal, query: Any) -> tuple[Request, ...]:
    with journal.begin() as connection:
        return tuple(Request(*row) for row in connection.execute(query.limit(MOST)))
