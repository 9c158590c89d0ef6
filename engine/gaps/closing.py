"""Closed gaps in the journal: answered or dismissed, and which turns belonged to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from engine.errors import ShopdeskError
from engine.gaps.collecting import ANSWERED, DISMISSED, bare
from engine.journal import Journal
from engine.journal_tables import closed_gaps, gap_turns, told_gaps, turns

if TYPE_CHECKING:
    from engine.gaps.clustering import Gap


@dataclass(frozen=True, slots=True)
class Closed:
    """A gap somebody has dealt with. `entry`: what answers it; "" where it was dismissed."""

    gap: str
    step: str
    entry: str
    by: str
    at: datetime


def dismiss(journal: Journal, gap: Gap, by: str, at: datetime) -> None:
    """No entry is wanted for it: what it asks is not shown again. Raises StoreError."""
    close(journal, gap, Closed(gap.id, DISMISSED, "", by, at))


def close(journal: Journal, gap: Gap, closed: Closed) -> None:
    """Note what became of a gap, with the turns in it; again the same is no change.

    Raises StoreError.
    """
    insert = journal.insert
    row = insert(closed_gaps).values(gap=closed.gap, step=closed.step, entry=closed.entry,
                                     by=closed.by, at=closed.at)  # fmt: skip
    new = {name: row.excluded[name] for name in ("step", "entry", "by", "at")}
    mine = [{"turn": one.turn, "gap": closed.gap} for one in gap.asked]
    with journal.begin() as connection:
        connection.execute(row.on_conflict_do_update(index_elements=["gap"], set_=new))
        # Who was forgotten since the gap was listed stays so.
        kept = set(connection.scalars(select(turns.c.id).where(
            turns.c.id.in_([line["turn"] for line in mine]))))  # fmt: skip
        if lines := [line for line in mine if line["turn"] in kept]:
            connection.execute(insert(gap_turns).on_conflict_do_nothing(), lines)


def read_closed(journal: Journal, gap: str) -> Closed:
    """What became of a gap. Raises ShopdeskError where nobody has dealt with it, StoreError."""
    query = select(*(closed_gaps.c[name] for name in Closed.__dataclass_fields__))
    with journal.begin() as connection:
        row = connection.execute(query.where(closed_gaps.c.gap == gap)).mappings().first()
    if row is None or row["step"] != ANSWERED:
        raise ShopdeskError(
            f"gap {gap!r} is not answered", where="gaps",
            mend=f"answer it first: `shopdesk gaps answer {gap} --entry FILE.md`.",
        )  # fmt: skip
    return Closed(**row)


def answered_since(journal: Journal, since: datetime, most: int) -> tuple[Closed, ...]:
    """The gaps answered since then, the newest first. Raises StoreError."""
    query = (
        select(*(closed_gaps.c[name] for name in Closed.__dataclass_fields__))
        .where(closed_gaps.c.step == ANSWERED, closed_gaps.c.at >= since)
        .order_by(closed_gaps.c.at.desc())
        .limit(most)
    )
    with journal.begin() as connection:
        return tuple(Closed(**row) for row in connection.execute(query).mappings())


def bring_back(journal: Journal, gap: str) -> bool:
    """What a dismissed gap asks is shown again; False where it is not dismissed.

    Raises StoreError.
    """
    mine = (closed_gaps.c.gap == gap) & (closed_gaps.c.step == DISMISSED)
    with journal.begin() as connection:
        there = connection.scalar(select(closed_gaps.c.gap).where(mine)) is not None
        if there:
            connection.execute(delete(gap_turns).where(gap_turns.c.gap == gap))
            connection.execute(delete(closed_gaps).where(mine))
    return there


def wordings_of(connection: Connection, shopper: str) -> dict[str, set[str]]:
    """How a shopper, and nobody else who is left, worded questions of closed gaps, by gap."""
    query = (
        select(gap_turns.c.gap, turns.c.question, turns.c.shopper)
        .join(turns, turns.c.id == gap_turns.c.turn)
        .where(gap_turns.c.gap.in_(_gaps_of(shopper)))
    )
    own: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for gap, question, who in connection.execute(query):
        (own if who == shopper else others).setdefault(gap, set()).add(bare(question))
    return {gap: words - others.get(gap, set()) for gap, words in own.items()}


def forget(connection: Connection, shopper: str) -> None:
    """Delete which gaps a shopper asked about and was told of; before their turns are deleted."""
    mine = select(turns.c.id).where(turns.c.shopper == shopper)
    chats = select(turns.c.conversation).where(turns.c.shopper == shopper)
    connection.execute(delete(gap_turns).where(gap_turns.c.turn.in_(mine)))
    connection.execute(delete(told_gaps).where(told_gaps.c.conversation.in_(chats)))


def _gaps_of(shopper: str) -> Any:
    mine = select(turns.c.id).where(turns.c.shopper == shopper)
    return select(gap_turns.c.gap).where(gap_turns.c.turn.in_(mine))
