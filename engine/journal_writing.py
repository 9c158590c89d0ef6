"""What happened, as values that can wait in a file, and how each becomes rows of the journal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select, update

from engine import wire
from engine.journal_tables import events, feedback, handovers, impressions, turns
from engine.types import ActionKind, Band, Event, Message, Reply, Route

EVENTS_AT_ONCE = 5000
UNSURE = "unsure"
"""The topic of a turn that only offered entries."""
PRODUCT = "product:"
NOTHING_ASKED = (Route.SMALLTALK, Route.OWN_REVIEW)
"""Kinds of help of which no question is answered or left open."""
TURN_ID = re.compile(r"[0-9a-f]{16}")
Insert = Callable[..., Any]


class Verdict(StrEnum):
    """A thumb under an answer."""

    UP = "up"
    DOWN = "down"


class Step(StrEnum):
    """What became of a conversation handed to a person."""

    OPENED = "opened"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TurnDone:
    """A turn that was answered. The message holds the masked words, and no opened link's secret."""

    message: Message
    reply: Reply
    took_s: float


@dataclass(frozen=True, slots=True)
class Thumb:
    """A verdict on a turn."""

    turn: str
    shopper: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class EventsTold:
    """Events of shoppers."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """A step of a conversation a person has, had or shall have. `reason`: of its opening."""

    conversation: str
    shopper: str
    step: Step
    at: datetime
    reason: str = ""


Happening = TurnDone | Thumb | EventsTold | HandOver
KINDS: dict[str, type[Happening]] = {
    kind.__name__: kind for kind in (TurnDone, Thumb, EventsTold, HandOver)
}


def turn_id(message: Message) -> str:
    """The id of the turn that answers a message: the same message always has the same turn."""
    name = f"{message.conversation}\n{message.id}".encode("utf-8", "replace")
    return hashlib.sha256(name).hexdigest()[:16]


def write(connection: Connection, insert: Insert, happening: Happening) -> None:
    """Write one; what was written before stays as it is, so that writing again does nothing."""
    match happening:
        case TurnDone():
            write_turn(connection, insert, happening)
        case Thumb():
            write_thumb(connection, insert, happening)
        case EventsTold():
            add_events(connection, insert, happening.events)
        case HandOver():
            write_handover(connection, insert, happening)


def write_turn(connection: Connection, insert: Insert, done: TurnDone) -> None:
    """A turn, and the products it showed. A message recorded before keeps its first reply."""
    name, reply = turn_id(done.message), done.reply
    row = insert(turns).values(_turn_row(done)).on_conflict_do_nothing()
    connection.execute(row)
    chosen_by = reply.receipt.recommender
    shown = [
        {"turn": name, "slot": slot, "product": product, "recommender": chosen_by}
        for slot, product in enumerate(_products(reply))
    ]
    if shown:
        connection.execute(insert(impressions).on_conflict_do_nothing(), shown)


def write_thumb(connection: Connection, insert: Insert, thumb: Thumb) -> bool:
    """A shopper's verdict, the last one counts; False when there is no such turn."""
    there = select(turns.c.id).where(turns.c.id == thumb.turn)
    if not TURN_ID.fullmatch(thumb.turn) or connection.scalar(there) is None:
        return False
    row = insert(feedback).values(
        turn=thumb.turn, shopper=thumb.shopper, verdict=thumb.verdict.value, at=thumb.at
    )
    told = {"verdict": row.excluded.verdict, "at": row.excluded.at}
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["turn", "shopper"], set_=told,
            where=feedback.c.at <= row.excluded.at,
        )
    )  # fmt: skip
    return True


def add_events(connection: Connection, insert: Insert, told: Iterable[Event]) -> int:
    """Events, each once however often it is told; how many were new."""
    connection.execution_options(preserve_rowcount=True)
    row = insert(events).on_conflict_do_nothing()
    new, left = 0, iter(told)
    names = ("shopper", "at", "name", "product", "quantity")
    while rows := [{n: getattr(e, n) for n in names} for e in islice(left, EVENTS_AT_ONCE)]:
        new += connection.execute(row, rows).rowcount
    return new


def write_handover(connection: Connection, insert: Insert, step: HandOver) -> None:
    """The opening of a case, or what became of the conversation's newest one."""
    if step.step is Step.OPENED:
        row = insert(handovers).values(
            conversation=step.conversation, shopper=step.shopper, opened_at=step.at,
            reason=step.reason,
        )  # fmt: skip
        connection.execute(row.on_conflict_do_nothing())
        return
    newest = (
        select(handovers.c.number)
        .where(handovers.c.conversation == step.conversation, handovers.c.opened_at <= step.at)
        .order_by(handovers.c.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    column = handovers.c.answered_at if step.step is Step.ANSWERED else handovers.c.closed_at
    change = update(handovers).where(handovers.c.number == newest, column.is_(None))
    connection.execute(change.values({column.name: step.at}))


def turn_done(message: Message, question: str, reply: Reply, took_s: float) -> TurnDone:
    """A turn with the masked question in place of the words, as it may be kept."""
    kept = Message(
        id=message.id, conversation=message.conversation, shopper=message.shopper,
        text=clean(question), at=message.at, action=_kept_action(message.action),
        language_hint=message.language_hint, channel=message.channel,
        private=message.private, staffed=message.staffed,
    )  # fmt: skip
    return TurnDone(kept, reply, took_s)


def clean(words: str) -> str:
    """Without what neither database can store: NUL and halves of surrogate pairs."""
    return words.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def now() -> datetime:
    """The time here, in UTC."""
    return datetime.now(UTC)


def _turn_row(done: TurnDone) -> dict[str, Any]:
    message, reply = done.message, done.reply
    return {
        "id": turn_id(message),
        "message": message.id,
        "conversation": message.conversation,
        "shopper": message.shopper,
        "channel": message.channel,
        "at": message.at,
        "took_s": done.took_s,
        "question": message.text,
        "answer": clean(reply.text),
        "route": reply.route.value,
        "band": reply.band.value if reply.band else None,
        "confidence": reply.confidence,
        "language": reply.language,
        "worded_by": reply.receipt.worded_by.value,
        "handoff": reply.handoff.value if reply.handoff else None,
        "snapshot": reply.receipt.snapshot,
        "reply": clean(wire.dumps(reply)),
        "action": message.action or "",
        "private": message.private,
        "topic": _topic(reply),
    }


def _topic(reply: Reply) -> str:
    """What a turn is about: the first thing cited, else the kind of help; "" where nothing is."""
    if reply.band is Band.UNSURE:
        return UNSURE
    if reply.citations:
        return reply.citations[0].id
    return "" if reply.route in NOTHING_ASKED else reply.route.value


def _products(reply: Reply) -> tuple[str, ...]:
    """The ids of the products whose cards were shown, in their order."""
    cited = (c.id for c in reply.citations if c.id.startswith(PRODUCT)) if reply.products else ()
    return tuple(name.removeprefix(PRODUCT) for name in cited)


def _kept_action(action: str | None) -> str:
    """A pressed button; of a link that was opened only that it was: it may carry a secret."""
    start = f"{ActionKind.START}:"
    return start if (action or "").startswith(start) else clean(action or "")
