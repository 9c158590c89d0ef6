"""Example questions of two entries that ask nearly the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.review.nearness import Nearness
from engine.review.same_thing import STATES, TELLING
from engine.review.statements import reading
from engine.types import Entry

NEAR_IDENTICAL = 0.93
NEIGHBOURS = 6
"""The questions nearest to one that are looked at."""


@dataclass(frozen=True, slots=True)
class Question:
    """One example question of an entry."""

    entry: str
    language: str
    text: str


def questions(entry: Entry) -> Iterator[Question]:
    """All example questions of an entry."""
    for language, asked in entry.questions.items():
        yield from (Question(entry.id, language, text) for text in asked)


def near_identical(
    asked: Sequence[Question], near: Nearness, chosen: Sequence[int] | None = None
) -> Iterator[tuple[Question, Question]]:
    """Questions of one language in two entries that differ in no telling word, state or number."""
    near.learn(((q.language, q.text) for q in asked), across=False)
    for i, j, _ in near.nearest(asked, NEIGHBOURS, chosen, across=False, least=NEAR_IDENTICAL):
        one, other = asked[i], asked[j]
        if one.entry == other.entry or one.language != other.language:
            continue
        if _core(one.text) == _core(other.text):
            yield one, other


def _core(text: str) -> tuple[frozenset[object], ...]:
    """What a question may not differ in: things, states, denials, values and unknown words."""
    read = reading(text)
    words = (t for t in read.tokens if t.kind in (*TELLING, "word", "gram", "neg", "plain"))
    states = (t for t in read.tokens if t.concept in STATES)
    return (
        frozenset(t.concept for t in words),
        frozenset((t.concept, t.sign) for t in states),
        frozenset(q.key for q in read.quantities),
    )
