"""A shopper's rights over what is kept of them: to have it all, and to have it deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from engine.gaps import closing
from engine.gaps.answering import forget_saved_questions
from engine.journal import Journal
from engine.journal_tables import (
    corrections,
    events,
    feedback,
    handovers,
    impressions,
    links,
    turns,
)
from engine.links import Links
from engine.replay.recording import recorded_ids
from engine.sessions import SessionStore
from engine.spool import Spool
from engine.turn_record import bring_in

TURN_FIELDS = ("at", "channel", "question", "action", "answer", "route", "language")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of each kind was deleted. `conversations`: whose sessions are gone too."""

    turns: int
    feedback: int
    events: int
    conversations: int
    replays: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of each kind is kept. `since`: when the oldest turn was; None without any."""

    turns: int
    feedback: int
    events: int
    since: datetime | None


class Rights:
    """What a shopper may ask of a shop that keeps things. Every method raises StoreError."""

    def __init__(
        self,
        journal: Journal,
        sessions: SessionStore,
        *,
        spool: Spool | None = None,
        replays: Path | None = None,
        rewrite_store: Callable[[], object] = lambda: None,
    ) -> None:
        """`replays`: the folder `replay record` writes to; `rewrite_store` takes off the disk what
        is deleted from the sessions' store.
        """
        self._journal = journal
        self._sessions = sessions
        self._spool = spool
        self._replays = replays
        self._rewrite_store = rewrite_store

    def kept(self, shopper: str) -> Kept:
        """How much is kept of a shopper."""
        self._bring_in()
        names = self._names(shopper)
        with self._journal.begin() as connection:
            count, since = connection.execute(
                select(func.count(), func.min(turns.c.at)).where(turns.c.shopper == shopper)
            ).one()
            thumbs, done = (
                connection.scalar(
                    select(func.count()).select_from(table).where(table.c.shopper.in_(names))
                )
                or 0
                for table in (feedback, events)
            )
        return Kept(count, thumbs, done, since)

    def export(self, shopper: str) -> dict[str, list[dict[str, Any]]]:
        """All that the journal keeps of a shopper, masked as it lies there."""
        self._bring_in()
        names = self._names(shopper)
        fields = [turns.c[name] for name in TURN_FIELDS]
        queries: dict[str, Select[Any]] = {
            "turns": select(*fields).where(turns.c.shopper == shopper).order_by(turns.c.number),
            "feedback": select(feedback.c.at, feedback.c.verdict).where(
                feedback.c.shopper == shopper
            ),
            "events": select(events.c.at, events.c.name, events.c.product, events.c.quantity)
            .where(events.c.shopper.in_(names))
            .order_by(events.c.at),
            "links": select(links.c.since).where(links.c.shopper == shopper),
            "handovers": select(handovers.c.opened_at, handovers.c.reason).where(
                handovers.c.shopper == shopper
            ),
        }
        with self._journal.begin() as connection:
            return {
                name: [dict(row) for row in connection.execute(query).mappings()]
                for name, query in queries.items()
            }

    def forget(self, shopper: str, conversation: str = "") -> Forgotten:
        """Delete all of a shopper: turns with what they showed, thumbs, events, hand-overs,
        sessions with their vaults, kept replies, recorded replays, what gaps keep of them.

        `conversation`: one of theirs, whether a turn of it is kept or not. What was deleted is not
        left in the database's file or log either, nor, once it is rewritten, in the store's. The
        next recommender is trained without them.
        """
        self._bring_in()
        with self._journal.begin() as connection:
            rows = connection.execute(
                select(turns.c.conversation, turns.c.at, turns.c.message)
                .where(turns.c.shopper == shopper)
                .order_by(turns.c.conversation, turns.c.number)
            ).all()
        messages: dict[str, list[str]] = {conversation: []} if conversation else {}
        for row in rows:
            messages.setdefault(row.conversation, []).append(row.message)
        # Sessions first: a turn that comes meanwhile begins afresh, and is journaled after this.
        for name, said in messages.items():
            self._sessions.forget(name, said)
        Links(self._journal).forget(shopper)
        files = self._delete_replays(recorded_ids([(r.conversation, r.at) for r in rows]))
        files += self._delete_saved_questions(shopper)
        with self._journal.begin() as connection:
            counts = _delete(connection, shopper)
        self._journal.wipe_log()
        self._rewrite_store()
        return Forgotten(*counts, conversations=len(messages), replays=files)

    def _names(self, shopper: str) -> tuple[str, ...]:
        """Theirs, and that of the account they have linked."""
        account = Links(self._journal).account_of(shopper)
        return (shopper, account) if account else (shopper,)

    def _bring_in(self) -> None:
        if self._spool is not None and self._spool.has_lines():
            bring_in(self._spool, self._journal)

    def _delete_replays(self, names: frozenset[str]) -> int:
        folder = self._replays
        if folder is None or not folder.is_dir():
            return 0
        found = [path for name in names if (path := folder / f"{name}.yaml").is_file()]
        for path in found:
            path.unlink()
        return len(found)

    def _delete_saved_questions(self, shopper: str) -> int:
        """Those of gaps, in words that only this shopper used; how many."""
        folder = self._replays
        if folder is None or not folder.is_dir():
            return 0
        with self._journal.begin() as connection:
            worded = closing.wordings_of(connection, shopper)
        return sum(forget_saved_questions(folder, gap, words) for gap, words in worded.items())


def _delete(connection: Connection, shopper: str) -> tuple[int, int, int]:
    mine = select(turns.c.id).where(turns.c.shopper == shopper)
    connection.execute(delete(impressions).where(impressions.c.turn.in_(mine)))
    connection.execute(delete(handovers).where(handovers.c.shopper == shopper))
    closing.forget(connection, shopper)
    chats = select(turns.c.conversation).where(turns.c.shopper == shopper)
    connection.execute(delete(corrections).where(corrections.c.conversation.in_(chats)))
    theirs = feedback.c.turn.in_(mine) | (feedback.c.shopper == shopper)
    thumbs = connection.execute(delete(feedback).where(theirs)).rowcount
    done = connection.execute(delete(events).where(events.c.shopper == shopper)).rowcount
    said = connection.execute(delete(turns).where(turns.c.shopper == shopper)).rowcount
    return said, thumbs, done
