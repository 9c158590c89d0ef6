"""Ask once, tell all: who waited for an answer is sent it, once it is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from sqlalchemy import exists, select

from engine.errors import ShopdeskError
from engine.gaps.closing import read_closed
from engine.gaps.collecting import WAITS
from engine.journal import Journal
from engine.journal_tables import gap_turns, handovers, told_gaps, turns
from engine.notices import Notice, NoticeKind, queue_notices
from engine.types import Entry


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that asked and is to be told. `question`: its last one, masked."""

    conversation: str
    turn: str
    at: datetime
    language: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """`queued`: conversations that are sent it now; `before`: those that had it already."""

    queued: int
    before: int


def waiting_for(
    journal: Journal, gap: str, live: Mapping[str, Entry], at: datetime,
    within: timedelta = WAITS,
) -> tuple[Waiting, ...]:  # fmt: skip
    """Who asked, in a private Telegram chat, and has got neither a person's answer nor this one.

    `live`: the entries that are live, by id. Raises ShopdeskError where the gap is not answered,
    or its entry not live yet; StoreError.
    """
    entry = live.get(read_closed(journal, gap).entry)
    if entry is None or entry.hidden or not entry.answers:
        raise ShopdeskError(
            "the entry that answers it is not live", where=f"gap {gap}",
            mend="run `shopdesk kb publish` first.",
        )  # fmt: skip
    with journal.begin() as connection:
        rows = connection.execute(_asked(gap, entry.id, at - within)).all()
    last = {row.conversation: row for row in rows}
    return tuple(
        Waiting(row.conversation, row.id, row.at, row.language, row.question,
                _text(entry, row.language))
        for row in last.values()
    )  # fmt: skip


def still_waiting(
    journal: Journal, gap: str, live: Mapping[str, Entry], at: datetime,
    within: timedelta = WAITS,
) -> tuple[Waiting, ...]:  # fmt: skip
    """Those of `waiting_for` who were not sent it yet. Raises as waiting_for."""
    waiting = waiting_for(journal, gap, live, at, within)
    with journal.begin() as connection:
        told = set(connection.scalars(
            select(told_gaps.c.conversation).where(told_gaps.c.gap == gap)
        ))  # fmt: skip
    return tuple(one for one in waiting if one.conversation not in told)


def tell(
    journal: Journal, redis: Redis, gap: str, live: Mapping[str, Entry], at: datetime,
    within: timedelta = WAITS,
) -> Told:  # fmt: skip
    """Queue the answer for the Telegram bot, once for each conversation. Raises as waiting_for."""
    waiting = waiting_for(journal, gap, live, at, within)
    new = [one for one in waiting if _note(journal, gap, one.conversation, at)]
    entry = live[read_closed(journal, gap).entry]
    queue_notices(redis, [
        Notice(one.conversation, one.language, NoticeKind.ANSWER, _title(entry, one.language),
               one.text, one.turn)
        for one in new
    ])  # fmt: skip
    return Told(len(new), len(waiting) - len(new))


def _asked(gap: str, entry: str, since: datetime) -> Any:
    helped = exists().where(
        handovers.c.conversation == turns.c.conversation, handovers.c.answered_at >= turns.c.at
    )
    later = turns.alias()
    found = exists().where(
        later.c.conversation == turns.c.conversation, later.c.number > turns.c.number,
        later.c.topic == f"entry:{entry}",
    )  # fmt: skip
    return (
        select(turns)
        .join(gap_turns, gap_turns.c.turn == turns.c.id)
        .where(gap_turns.c.gap == gap, turns.c.at >= since)
        .where(turns.c.channel == "telegram", turns.c.private, ~helped, ~found)
        .order_by(turns.c.number)
    )


def _note(journal: Journal, gap: str, conversation: str, at: datetime) -> bool:
    row = journal.insert(told_gaps).values(conversation=conversation, gap=gap, at=at)
    with journal.begin() as connection:
        connection.execution_options(preserve_rowcount=True)
        return bool(connection.execute(row.on_conflict_do_nothing()).rowcount > 0)


def _text(entry: Entry, language: str) -> str:
    return entry.answers.get(language) or next(iter(entry.answers.values()))


def _title(entry: Entry, language: str) -> str:
    return entry.titles.get(language) or next(iter(entry.titles.values()), entry.id)
