"""What shoppers ask about a thing of the shop that was changed, as the journal keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from engine.desk import LocalDesk
from engine.journal import Journal
from engine.live import LiveAssistant
from engine.replay.conversation import Conversation, Step
from engine.replay.mutants import Kind, Mutant
from engine.replay.playing import play
from engine.replay.recording import journaled
from engine.sessions import MemorySessions
from engine.types import Message, Plan, Session
from knowledge_base.store import Knowledge

MOST_A_LANGUAGE = 6
"""Of a changed entry's questions, chosen by the seed."""
OF_THE_SHOP = 12
"""Entries that are asked about where a change concerns all of the shop."""
ABOUT_GOODS = {"en": ("How much is the {name}?", "{name} price"), "zh": ("{name}多少钱？",)}
TALK = {
    "en": ("hello", "thanks", "bye", "what can you do", "i want to talk to a human",
           "where is my order", "do you sell surfboards", "who won the match yesterday",
           "show me desk lamps under 60 euros", "a present for my mother"),
    "zh": ("你好", "谢谢", "再见", "你能做什么", "转人工", "我的订单到哪了", "有冲浪板卖吗",
           "昨天谁赢了比赛", "60 欧以下的台灯", "送妈妈的礼物"),
}  # fmt: skip
Asked = tuple[str, str]
"""A question and its language."""


def questions_about(mutant: Mutant, known: Knowledge, seed: int) -> tuple[Asked, ...]:
    """What is asked about the thing changed; for one of the whole shop, about much of it."""
    rng = Random(f"{seed} {mutant.subject}")
    if mutant.kind is Kind.PRICE:
        product = next(p for p in known.products if p.id == mutant.subject)
        return tuple(
            (form.format(name=name), language)
            for language, name in product.names.items()
            for form in ABOUT_GOODS.get(language, ())
        )
    if mutant.kind in (Kind.PHRASE, Kind.THRESHOLD, Kind.ENCODER):
        talk = [(text, language) for language, texts in TALK.items() for text in texts]
        few = rng.sample(known.entries, min(OF_THE_SHOP, len(known.entries)))
        listed = [(rng.choice(of), code) for e in few for code, of in e.questions.items() if of]
        return (*talk, *listed)
    entry = next(entry for entry in known.entries if entry.id == mutant.subject)
    chosen = [
        (text, language)
        for language, texts in entry.questions.items()
        for text in rng.sample(texts, min(MOST_A_LANGUAGE, len(texts)))
    ]
    stolen = mutant.what.partition(": ")[2] if mutant.kind is Kind.STOLEN else ""
    return tuple(dict.fromkeys([*([(stolen, mutant.language)] if stolen else []), *chosen]))


def journal_of(
    asked: Iterable[Asked], assistant: LiveAssistant, folder: Path, at: datetime,
    told: Callable[[int, int], None],
) -> dict[Asked, Conversation]:  # fmt: skip
    """Each question asked at a desk as a conversation of its own, and as the journal gives it back.

    It is masked there, as in a shop that answers shoppers.
    """
    questions = tuple(dict.fromkeys(asked))
    with closing(Journal(f"sqlite:///{folder / 'asked.sqlite3'}", durable=False)) as journal:
        with closing(LocalDesk(assistant, MemorySessions(), journal, assistant)) as desk:
            for number, (text, language) in enumerate(questions):
                asking = Conversation(f"{number:06}", (Step(text),), language=language)
                asyncio.run(play(desk, asking, at))
                told(number + 1, len(questions))
        kept = list(journaled(journal, at - timedelta(days=1)))
    return dict(zip(questions, kept, strict=True))


def planned(
    assistant: LiveAssistant, conversations: Sequence[Conversation], at: datetime
) -> Mapping[str, tuple[object, ...]]:
    """What plan() would tell to the first message of each conversation, by its id."""
    found = {}
    for one in conversations:
        message = Message(one.id, one.id, one.id, one.steps[0].say, at,
                          language_hint=one.language or None, staffed=one.staffed)  # fmt: skip
        found[one.id] = _told(assistant.plan(message, Session(one.id)))
    return found


def _told(plan: Plan) -> tuple[object, ...]:
    """All that a shopper sees of a plan where no model words it."""
    return tuple(
        (p.route, p.band, p.language, p.text, p.closing, p.citations, p.products, p.buttons,
         p.handoff)
        for p in plan.parts
    )  # fmt: skip
