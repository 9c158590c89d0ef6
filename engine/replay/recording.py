"""Conversations of the journal, masked, as ones that can be played again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from engine import wire
from engine.journal import Journal
from engine.journal_tables import turns
from engine.privacy import TOKEN
from engine.replay.answered import Answered, answered
from engine.replay.conversation import Conversation, Step
from engine.replay.proposing import proposed
from engine.types import OWN_DATA, Reply, Route

FORGOTTEN_AFTER = timedelta(days=1)
"""A session is forgotten so long after its last message: what follows is another conversation."""


def journaled(
    journal: Journal, since: datetime, names: Sequence[str] = (), *, propose: bool = False,
    most: int | None = None,
) -> Iterator[Conversation]:  # fmt: skip
    """What was asked since then, by conversation, oldest first; of those `names` only, if any.

    With `propose`, each turn expects what was answered. `most`: only so many conversations, those
    that went on last. Raises StoreError.
    """
    query = (
        select(turns.c.conversation, turns.c.at, turns.c.question, turns.c.action,
               turns.c.private, turns.c.language, turns.c.reply)
        .where(turns.c.at >= since)
        .order_by(turns.c.conversation, turns.c.number)
    )  # fmt: skip
    if names:
        query = query.where(turns.c.conversation.in_(names))
    if most is not None:
        last = func.max(turns.c.number)
        chosen = select(turns.c.conversation).where(turns.c.at >= since)
        newest = chosen.group_by(turns.c.conversation).order_by(last.desc()).limit(most)
        query = query.where(turns.c.conversation.in_(newest))
    with journal.begin() as connection:
        rows = connection.execute(query).all()
    for name, group in groupby(rows, key=lambda row: str(row.conversation)):
        for part in _split(list(group)):
            made = _conversation(name, part, propose)
            if made.steps:
                yield made


def _split(rows: Sequence[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in rows:
        if part and row.at - part[-1].at > FORGOTTEN_AFTER:
            yield part
            part = []
        part.append(row)
    if part:
        yield part


def _conversation(name: str, rows: Sequence[Any], propose: bool) -> Conversation:
    first = rows[0]
    steps = []
    for row in rows:
        if (row.action or "").partition(":")[0] in OWN_DATA:
            continue
        answer = _answer(row.reply)
        # What an order is about belongs to its owner, not into a file.
        told = answer.text if answer and answer.route != Route.ORDER else ""
        step = Step(say=row.question, press="" if row.question else row.action, said=told)
        # What was masked is not said again, so that the answer cannot be the same either.
        if propose and answer and not TOKEN.search(row.question):
            step = replace(step, expected=proposed(answer))
        if step.say or step.press:
            steps.append(step)
    return Conversation(
        id=_id(name, first.at), steps=tuple(steps), language=first.language,
        private=bool(first.private), file="journal",
    )  # fmt: skip


def recorded_ids(rows: Sequence[tuple[str, datetime]]) -> frozenset[str]:
    """The ids that conversations of these turns (conversation, time) may have been recorded by.

    A recording begins where its first day did: every turn may have been a first one.
    """
    return frozenset(_id(name, at) for name, at in rows)


def _id(conversation: str, began: datetime) -> str:
    # Whose it is must not be told by its name.
    digest = hashlib.sha256(f"{conversation}\n{began.isoformat()}".encode()).hexdigest()[:10]
    return f"{began:%Y-%m-%d}-{digest}"


def _answer(reply: str) -> Answered | None:
    try:
        return answered(wire.loads(Reply, reply))
    except wire.WireError:
        # Of another version: what was asked can still be played.
        return None
