"""A shopper's rights over what is kept of them: to have it all, and to have it deleted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select

from engine.journal import Journal
from engine.journal_tables import events, feedback, impressions, turns
from engine.replay.recording import recorded_ids
from engine.sessions import SessionStore

TURN_FIELDS = ("at", "channel", "question", "action", "answer", "route", "language")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of each kind was deleted. `conversations`: whose sessions are gone too."""

    turns: int
    feedback: int
    events: int
    conversations: int
    replays: int


def kept_of(journal: Journal, shopper: str) -> dict[str, list[dict[str, Any]]]:
    """All that the journal keeps of a shopper, masked as it lies there. Raises StoreError."""
    fields = [turns.c[name] for name in TURN_FIELDS]
    mine = select(*fields).where(turns.c.shopper == shopper).order_by(turns.c.number)
    thumbs = select(feedback.c.at, feedback.c.verdict).where(feedback.c.shopper == shopper)
    done = (
        select(events.c.at, events.c.name, events.c.product, events.c.quantity)
        .where(events.c.shopper == shopper)
        .order_by(events.c.at)
    )
    with journal.begin() as connection:
        return {
            name: [dict(row) for row in connection.execute(query).mappings()]
            for name, query in (("turns", mine), ("feedback", thumbs), ("events", done))
        }


def forget(
    journal: Journal, sessions: SessionStore, shopper: str, replays: Path | None = None
) -> Forgotten:
    """Delete all of a shopper: turns, thumbs, events, sessions with their vaults, recorded replays.

    `replays`: the folder `replay record` writes to. What was deleted is not left in the
    database's file or log either. The next recommender is trained without them. Raises StoreError.
    """
    with journal.begin() as connection:
        rows = connection.execute(
            select(turns.c.conversation, turns.c.at, turns.c.message)
            .where(turns.c.shopper == shopper)
            .order_by(turns.c.conversation, turns.c.number)
        ).all()
    messages: dict[str, list[str]] = {}
    for row in rows:
        messages.setdefault(row.conversation, []).append(row.message)
    # Sessions first: a turn that comes meanwhile begins afresh, and is journaled after this.
    for conversation, said in messages.items():
        sessions.forget(conversation, said)
    files = _delete_replays(replays, recorded_ids([(r.conversation, r.at) for r in rows]))
    with journal.begin() as connection:
        counts = _delete(connection, shopper)
    journal.wipe_log()
    return Forgotten(*counts, conversations=len(messages), replays=files)


def _delete(connection: Connection, shopper: str) -> tuple[int, int, int]:
    mine = select(turns.c.id).where(turns.c.shopper == shopper)
    connection.execute(delete(impressions).where(impressions.c.turn.in_(mine)))
    theirs = feedback.c.turn.in_(mine) | (feedback.c.shopper == shopper)
    thumbs = connection.execute(delete(feedback).where(theirs)).rowcount
    done = connection.execute(delete(events).where(events.c.shopper == shopper)).rowcount
    said = connection.execute(delete(turns).where(turns.c.shopper == shopper)).rowcount
    return said, thumbs, done


def _delete_replays(folder: Path | None, names: frozenset[str]) -> int:
    if folder is None or not folder.is_dir():
        return 0
    found = [path for name in names if (path := folder / f"{name}.yaml").is_file()]
    for path in found:
        path.unlink()
    return len(found)
