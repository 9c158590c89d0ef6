"""Who was told an entry's wrong version, and what is right: told from the snapshots of then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from redis import Redis
from sqlalchemy import or_, select

from engine.errors import KnowledgeError, ShopdeskError
from engine.journal import Journal
from engine.journal_tables import corrections, turns
from engine.notices import Notice, NoticeKind, queue_notices
from engine.retrieval.snapshot import read_live
from engine.types import Band, Entry
from knowledge_base.store import Knowledge, load

TOLD = (Band.CERTAIN.value, Band.LIKELY.value)


@dataclass(frozen=True, slots=True)
class ToldWrong:
    """A turn whose answer was of a text that is another one now. `right`: today's, "" for none."""

    turn: str
    at: datetime
    conversation: str
    channel: str
    language: str
    question: str
    answer: str
    title: str
    right: str


def told_wrong(journal: Journal, home: Path, entry: str, since: datetime) -> tuple[ToldWrong, ...]:
    """Every turn since a moment that was told another text of the entry, oldest first.

    A snapshot that is gone is taken for wrong where the answer does not hold today's text. Raises
    ShopdeskError for an entry neither live nor in any snapshot, StoreError.
    """
    versions = _Versions(home, entry)
    cited = turns.c.reply.contains(f'"entry:{entry}"', autoescape=True)
    query = (
        select(turns)
        .where(turns.c.at >= since, or_(turns.c.topic == f"entry:{entry}", cited))
        .where(turns.c.band.in_(TOLD))
        .order_by(turns.c.number)
    )
    with journal.begin() as connection:
        rows = connection.execute(query).all()
    if versions.live is None and not any(versions.of(row.snapshot) for row in rows):
        raise ShopdeskError(
            f"no entry {entry!r}", where=str(home), mend="see the entries' ids in the shop's files."
        )
    return tuple(
        ToldWrong(
            row.id, row.at, row.conversation, row.channel, row.language, row.question, row.answer,
            versions.title(row.language), versions.right(row.language),
        )
        for row in rows
        if versions.differs(row.snapshot, row.language, row.answer)
    )  # fmt: skip


def live_entries(home: Path) -> Mapping[str, Entry]:
    """The entries of the live snapshot, by id; none before the first publish."""
    folder = home / "snapshots" / (read_live(home) or "none") / "knowledge"
    return {entry.id: entry for entry in load(folder).entries} if folder.is_dir() else {}


class _Versions:
    """An entry in the live snapshot and in those before it."""

    def __init__(self, home: Path, entry: str) -> None:
        self._home = home
        self._entry = entry
        self._known: dict[str, Entry | None] = {}
        live = read_live(home)
        self.live = self.of(live) if live else None

    def of(self, snapshot: str) -> Entry | None:
        """The entry in a snapshot; None where it or the snapshot is gone."""
        if snapshot not in self._known:
            folder = self._home / "snapshots" / snapshot / "knowledge"
            found: Knowledge | None = None
            with suppress(KnowledgeError, OSError):
                found = load(folder) if snapshot and folder.is_dir() else None
            entries = found.entries if found else ()
            self._known[snapshot] = next((e for e in entries if e.id == self._entry), None)
        return self._known[snapshot]

    def right(self, language: str) -> str:
        """Today's text, in the language where there is one; "" where the entry is gone."""
        answers: Mapping[str, str] = self.live.answers if self.live else {}
        return answers.get(language) or next(iter(answers.values()), "")

    def title(self, language: str) -> str:
        """The entry's title."""
        known = self.live or next((entry for entry in self._known.values() if entry), None)
        titles: Mapping[str, str] = known.titles if known else {}
        return titles.get(language) or next(iter(titles.values()), self._entry)

    def differs(self, snapshot: str, language: str, answer: str) -> bool:
        """Whether an answer of then was of another text than today's."""
        then, right = self.of(snapshot), self.right(language)
        if then is None:
            return not right or " ".join(right.split()) not in " ".join(answer.split())
        told = then.answers.get(language) or next(iter(then.answers.values()), "")
        return told != right


@dataclass(frozen=True, slots=True)
class Queued:
    """`queued`: conversations that get the correction now; `before`: those that had it already;
    `elsewhere`: of a channel in which nobody can be written to.
    """

    queued: int
    before: int
    elsewhere: int


def send_corrections(
    journal: Journal, redis: Redis, entry: str, told: Sequence[ToldWrong], at: datetime
) -> Queued:
    """Queue the correction for the Telegram bot, once for each conversation and text.

    Those who asked to be forgotten are in no journal, and so not among `told`. Raises StoreError.
    """
    last = {turn.conversation: turn for turn in told if turn.channel == "telegram"}
    new = [turn for turn in last.values() if _note(journal, entry, turn, at)]
    queue_notices(redis, [_notice(turn) for turn in new])
    elsewhere = {turn.conversation for turn in told} - last.keys()
    return Queued(len(new), len(last) - len(new), len(elsewhere))


def _notice(turn: ToldWrong) -> Notice:
    kind = NoticeKind.CORRECTION if turn.right else NoticeKind.WITHDRAWN
    return Notice(turn.conversation, turn.language, kind, turn.title, turn.right)


def _note(journal: Journal, entry: str, turn: ToldWrong, at: datetime) -> bool:
    digest = hashlib.sha256(turn.right.encode()).hexdigest()[:16]
    row = journal.insert(corrections).values(
        conversation=turn.conversation, entry=entry, text=digest, at=at
    )
    with journal.begin() as connection:
        connection.execution_options(preserve_rowcount=True)
        return bool(connection.execute(row.on_conflict_do_nothing()).rowcount > 0)


def by_conversation(told: Iterable[ToldWrong]) -> dict[str, list[ToldWrong]]:
    """The turns of each conversation."""
    found: dict[str, list[ToldWrong]] = {}
    for turn in told:
        found.setdefault(turn.conversation, []).append(turn)
    return found
