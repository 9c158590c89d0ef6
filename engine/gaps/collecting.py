"""Questions of the journal that were not answered well, and that nobody has dealt with since."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import and_, or_, select

from engine import wire
from engine.journal import Journal, Verdict
from engine.journal_tables import closed_gaps, feedback, gap_turns, handovers, turns
from engine.privacy import TOKEN
from engine.retrieval.text import normalise
from engine.types import ActionKind, Band, Reply, Route

WAITS = timedelta(days=14)
"""Who asked longer ago is not written to any more."""
PICKED_WITHIN = timedelta(hours=1)
"""An offer that is picked so soon was the answer."""
MOST_QUESTIONS = 3000
"""Distinct ones, the newest: what can be grouped in seconds."""
ENTRY = f"{ActionKind.ENTRY}:"
DISMISSED, ANSWERED = "dismissed", "answered"
SPACES = re.compile(r"\s+")


class Kind(StrEnum):
    """In which way a question was not answered."""

    UNKNOWN = "unknown"
    UNSURE = "unsure"
    THUMBS_DOWN = "thumbs_down"


@dataclass(frozen=True, slots=True)
class Now:
    """What the live snapshot says to a question. `topic`: what is cited; `near`: entry ids."""

    answered: bool
    topic: str = ""
    near: tuple[str, ...] = ()


class Live(Protocol):
    """The live snapshot, asked again."""

    def ask(self, question: str, language: str) -> Now:
        """What it says to a question that stands alone."""

    def says_otherwise(self, topic: str, snapshot: str, language: str) -> bool:
        """Whether it tells another text of what was cited than a snapshot of then did."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One turn that left a shopper without a good answer, masked.

    `words`: the question without masked values; `near`: the entries nearest to it now; `offered`:
    those shown as buttons then; `waits`: the shopper can and may be sent an answer.
    """

    turn: str
    at: datetime
    conversation: str
    shopper: str
    language: str
    words: str
    kind: Kind
    near: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    waits: bool = False


def plain_words(question: str) -> str:
    """A masked question without the places where values stood."""
    return SPACES.sub(" ", TOKEN.sub(" ", question)).strip()


def bare(question: str) -> str:
    """What makes two wordings the same: letters and digits alone."""
    return "".join(letter for letter in normalise(plain_words(question)) if letter.isalnum())


def collect(
    journal: Journal, live: Live, since: datetime, at: datetime, waits: timedelta = WAITS
) -> tuple[Asked, ...]:
    """What was asked in vain since then, oldest first. Raises StoreError.

    Left out is what belongs to a closed gap, what a dismissed one asks word for word, an offer
    that was picked, and what is answered by now.
    """
    rows = _rows(journal, since)
    picked, helped, dismissed = (
        _picked(journal, since),
        _helped(journal, since),
        _dismissed(journal),
    )
    found: list[tuple[Any, str]] = []
    for row in rows:
        key = bare(row.question)
        soon = any(row.at <= when <= row.at + PICKED_WITHIN for when in picked[row.conversation])
        if key and key not in dismissed and not (_kind(row) is Kind.UNSURE and soon):
            found.append((row, key))
    newest = dict.fromkeys(key for _, key in reversed(found))
    kept = frozenset(list(newest)[:MOST_QUESTIONS])
    asked, answers = [], dict[tuple[str, str], Now]()
    for row, key in found:
        if key not in kept:
            continue
        words = plain_words(row.question)
        now = answers.get((key, row.language))
        if now is None:
            now = answers[key, row.language] = live.ask(words, row.language)
        if not _settled(row, now, live):
            person = any(when >= row.at for when in helped[row.conversation])
            may = row.channel == "telegram" and row.private and row.at >= at - waits and not person
            asked.append(_asked(row, words, now, waits=bool(may)))
    return tuple(asked)


def _rows(journal: Journal, since: datetime) -> Sequence[Any]:
    down = feedback.c.verdict == Verdict.DOWN.value
    mine = and_(feedback.c.turn == turns.c.id, feedback.c.shopper == turns.c.shopper, down)
    unanswered = or_(
        # A turn that failed has no band: it tells nothing of what the shop knows.
        and_(turns.c.route == Route.UNKNOWN.value, turns.c.band.is_not(None)),
        turns.c.band.in_((Band.UNSURE.value, Band.UNKNOWN.value)),
        feedback.c.verdict.is_not(None),
    )
    query = (
        select(turns, feedback.c.verdict)
        .select_from(turns.outerjoin(feedback, mine))
        .where(turns.c.at >= since, turns.c.question != "", turns.c.action == "", unanswered)
        .where(turns.c.id.not_in(select(gap_turns.c.turn)))
        .order_by(turns.c.number)
    )
    with journal.begin() as connection:
        return connection.execute(query).all()


def _picked(journal: Journal, since: datetime) -> Mapping[str, list[datetime]]:
    query = select(turns.c.conversation, turns.c.at).where(
        turns.c.at >= since, turns.c.action.startswith(ENTRY)
    )
    return _moments(journal, query)


def _helped(journal: Journal, since: datetime) -> Mapping[str, list[datetime]]:
    query = select(handovers.c.conversation, handovers.c.answered_at).where(
        handovers.c.answered_at >= since
    )
    return _moments(journal, query)


def _moments(journal: Journal, query: Any) -> Mapping[str, list[datetime]]:
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    with journal.begin() as connection:
        for conversation, when in connection.execute(query):
            found[conversation].append(when)
    return found


def _dismissed(journal: Journal) -> frozenset[str]:
    query = (
        select(turns.c.question)
        .join(gap_turns, gap_turns.c.turn == turns.c.id)
        .join(closed_gaps, closed_gaps.c.gap == gap_turns.c.gap)
        .where(closed_gaps.c.step == DISMISSED)
    )
    with journal.begin() as connection:
        return frozenset(bare(question) for question in connection.scalars(query))


def _kind(row: Any) -> Kind:
    if row.verdict is not None:
        return Kind.THUMBS_DOWN
    return Kind.UNSURE if row.band == Band.UNSURE.value else Kind.UNKNOWN


def _settled(row: Any, now: Now, live: Live) -> bool:
    """Whether who asks today is answered, and after a thumb down with something else."""
    if not now.answered or _kind(row) is not Kind.THUMBS_DOWN:
        return now.answered
    other = now.topic != row.topic
    return other or live.says_otherwise(row.topic, row.snapshot, row.language)


def _asked(row: Any, words: str, now: Now, *, waits: bool) -> Asked:
    return Asked(
        row.id, row.at, row.conversation, row.shopper, row.language, words, _kind(row),
        now.near, _offered(row.reply), waits,
    )  # fmt: skip


def _offered(reply: str) -> tuple[str, ...]:
    try:
        buttons = wire.loads(Reply, reply).buttons
    except wire.WireError:
        return ()
    return tuple(b.action.removeprefix(ENTRY) for b in buttons if b.action.startswith(ENTRY))
