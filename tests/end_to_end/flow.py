"""Messages that flow in, and what became of each: answered, repeated, in order, by whom."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.telegram import render
from bot.telegram.parts import Delivery
from engine import wire
from engine.types import Reply, Route, WordedBy
from knowledge_base.store import DEMO_SHOP, Knowledge, load
from tests.emulator import Call, EmulatorClient, User

SENDS = ("sendMessage", "sendPhoto")


@dataclass(frozen=True, slots=True)
class Asked:
    """One message and who sent it."""

    chat: int
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A journaled turn."""

    question: str
    reply: Reply
    took_s: float

    @property
    def generated(self) -> bool:
        """Whether the model was asked and wrote at least one sentence, used or refused."""
        return bool(self.reply.receipt.checks)

    @property
    def failed(self) -> bool:
        """Whether the shopper got an apology instead of an answer."""
        reply = self.reply
        return reply.route is Route.UNKNOWN and reply.band is None and not reply.confidence


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all messages. `lost`: their texts."""

    messages: int
    answered: int
    repeats: int
    model_asked: int
    worded_by_model: int
    apologies: int
    in_order: bool
    lost: tuple[str, ...]


def shop() -> Knowledge:
    """The demo shop."""
    return load(DEMO_SHOP)


def small_questions(count: int) -> list[str]:
    """For the small assistant; a third takes its time."""
    return [f"question {n:02}" + (" wait 0.4" if n % 3 == 0 else "") for n in range(count)]


def model_questions(count: int) -> list[str]:
    """For the real engine: three in five about products, for the model to describe."""
    known = shop()
    names = [product.names for product in known.products]
    entries = [entry for entry in known.entries if entry.id != known.shop.contact_entry]
    made = []
    for n in range(count):
        if n % 5 < 3:
            zh = n % 2
            made.append(
                f"介绍一下{names[n]['zh']}" if zh else f"Tell me about the {names[n]['en']}"
            )
        else:
            made.append(entries[n].questions["en"][0])
    return made


async def say(person: User, text: str) -> Asked:
    """Send a message."""
    await person.send(text)
    return Asked(person.id, text)


def turns(home: Path) -> dict[str, Turn]:
    """The journal's turns by message: what came close together while the bot was away is one."""
    with sqlite3.connect(f"file:{home}/journal.sqlite3?mode=ro", uri=True) as journal:
        rows = journal.execute("select question, reply, took_s from turns").fetchall()
    journal.close()
    made = [Turn(row[0], wire.loads(Reply, row[1]), row[2]) for row in rows]
    return {line: turn for turn in made for line in turn.question.split("\n")}


async def until_answered(
    tg: EmulatorClient, home: Path, asked: Sequence[Asked], timeout_s: float
) -> Outcome:
    """Wait until every message has its whole answer, or the time is over."""
    deadline = time.monotonic() + timeout_s
    while True:
        made, calls = turns(home), await tg.calls()
        found = outcome(asked, made, calls)
        if found.answered == len(asked) or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.3)


def outcome(asked: Sequence[Asked], made: dict[str, Turn], calls: Iterable[Call]) -> Outcome:
    """Judge what was sent by what the journal says was to be sent."""
    sent = [call for call in calls if call.ok and call.method in SENDS]
    shown = Counter((call.chat_id, call.text) for call in sent)
    whole = [message for message in asked if _whole(message, made, shown)]
    replies = {made[m.text].question: made[m.text] for m in asked if m.text in made}.values()
    return Outcome(
        messages=len(asked),
        answered=len(whole),
        repeats=(shown - _expected(asked, made)).total(),
        model_asked=sum(turn.generated for turn in replies),
        worded_by_model=sum(t.reply.receipt.worded_by is WordedBy.MODEL for t in replies),
        apologies=sum(turn.failed for turn in replies),
        in_order=_in_order(asked, made, sent),
        lost=tuple(message.text for message in asked if message not in whole),
    )


def _whole(message: Asked, made: dict[str, Turn], shown: Counter[tuple[int, str]]) -> bool:
    turn = made.get(message.text)
    return (
        turn is not None
        and not turn.failed
        and all(shown[message.chat, text] for text in _texts(turn))
    )


def _expected(asked: Sequence[Asked], made: dict[str, Turn]) -> Counter[tuple[int, str]]:
    """How often each text was to be sent to each chat; two questions may have one answer."""
    turns = {(m.chat, made[m.text].question): made[m.text] for m in asked if m.text in made}
    return Counter((chat, text) for (chat, _), turn in turns.items() for text in _texts(turn))


def _texts(turn: Turn) -> list[str]:
    said = render.reply(turn.reply, Delivery(0), lambda key: key)
    return [delivery.text for delivery in said]


def _in_order(asked: Sequence[Asked], made: dict[str, Turn], sent: Sequence[Call]) -> bool:
    """Whether each chat's first pieces came in the order of its messages."""
    first: dict[tuple[int, str], int] = {}
    for number, call in enumerate(sent):
        first.setdefault((call.chat_id, call.text), number)
    for chat in {message.chat for message in asked}:
        mine = [m for m in asked if m.chat == chat and m.text in made]
        places = [first.get((chat, _texts(made[m.text])[0]), -1) for m in mine]
        if places != sorted(places):
            return False
    return True
