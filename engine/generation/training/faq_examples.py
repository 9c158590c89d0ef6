"""Examples of the faq task: a question, one to three entries, an answer in other words."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.generation.training.example import Example, Turn
from engine.generation.training.families import Ask, Theme, Topic
from engine.generation.training.slots import Slots
from engine.generation.training.typos import messy
from engine.types import Passage, Prompt, Route, SourceKind

MESSY, ACROSS, FOLLOW_UP, MISPLACED = 0.25, 0.15, 0.1, 0.12
TURNS = 3
COUNTS = (1, 1, 1, 1, 2, 2, 2, 3)
"""How many passages an example may have; the engine shows one, seldom two."""


def faq_example(families: Sequence[Topic | Theme], draw: random.Random, language: str) -> Example:
    """Questions about one of `families`, answered from its passage."""
    topics = [f.settle(draw) if isinstance(f, Theme) else f for f in families]
    topic = draw.choice(topics)
    asks = draw.sample(topic.asks, min(TURNS, len(topic.asks)))
    written = _other(language) if draw.random() < ACROSS else language
    slots = Slots(draw, written)
    passages = [_passage(topic, slots, written, draw)]
    passages += _distractors(topic, topics, draw, written, draw.choice(COUNTS) - 1)
    if draw.random() < MISPLACED:
        draw.shuffle(passages)
    said: tuple[str, ...] = ()
    if draw.random() < FOLLOW_UP:
        said = _turn(topic, topics, draw, language)
    turns = [_asked(ask, slots, draw, language) for ask in asks]
    question, answer = turns[0]
    prompt = Prompt(Route.FAQ, language, question, tuple(passages), said)
    return Example(prompt, answer, topic.titles["en"], "faq", tuple(turns[1:]))


def _other(language: str) -> str:
    return "zh" if language == "en" else "en"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _passage(topic: Topic, slots: Slots, written: str, draw: random.Random) -> Passage:
    sentences = list(topic.sentences[written])
    if draw.random() < 0.3:
        draw.shuffle(sentences)
    gap = "" if written == "zh" else " "
    text = gap.join(_capital(slots.fill(s, written)) for s in sentences)
    title = topic.titles[written]
    return Passage(f"entry:{topic.titles['en']}", SourceKind.ENTRY, title, text, written)


def _distractors(
    topic: Topic, topics: Sequence[Topic], draw: random.Random, written: str, count: int
) -> list[Passage]:
    """Other entries, with numbers of their own."""
    others = draw.sample([t for t in topics if t.titles != topic.titles], count)
    return [_passage(other, Slots(draw, written), written, draw) for other in others]


def _question(ask: Ask, slots: Slots, draw: random.Random, language: str) -> str:
    question = slots.fill(draw.choice(ask.questions[language]), language)
    return messy(question, language, draw) if draw.random() < MESSY else question


def _asked(ask: Ask, slots: Slots, draw: random.Random, language: str) -> Turn:
    answer = slots.fill(draw.choice(ask.answers[language]), language)
    return _question(ask, slots, draw, language), _capital(answer)


def _turn(topic: Topic, topics: Sequence[Topic], draw: random.Random, language: str) -> Turn:
    """The turn before, answered from another entry."""
    other = draw.choice([t for t in topics if t.titles != topic.titles])
    return _asked(draw.choice(other.asks), Slots(draw, language), draw, language)
