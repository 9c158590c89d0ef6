"""What a question asks of a product that the shop's data do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.retrieval.text import normalise, terms
from engine.routing.cues import has, read_data
from engine.routing.understanding import Question
from engine.types import Product

ANY_PRODUCT = ("introduce", "price", "stock", "review", "others")
"""Cues of what can be answered of every product, whatever its data."""
ALWAYS_STATED = frozenset({"colours", "颜色", "sizes", "尺码"})

ANSWERS, NEARLY, UNLIKE = 0.5, 0.4, 0.3
"""Likeness of a piece of a product's data to a question from which it answers it, from which it
may, and below which it has nothing to do with it: read off 28 questions about six products in
both languages."""


@dataclass(frozen=True, slots=True)
class Near:
    """The pieces of a product's data that answer a question, and the likeness of the best."""

    facts: tuple[str, ...] = ()
    best: float = 0.0
    nearest: str = ""
    """The best piece itself, where it may have to do with the question."""

    @classmethod
    def of(cls, pieces: Sequence[str], likeness: Sequence[float]) -> Near:
        """Out of all pieces with their likeness to the question."""
        facts = (p for p, like in zip(pieces, likeness, strict=True) if like >= ANSWERS)
        best = max(likeness, default=0.0)
        nearest = pieces[list(likeness).index(best)] if best >= NEARLY else ""
        return cls(tuple(facts), best, nearest)


def properties(question: Question) -> list[str]:
    """Attribute names a question asks for in other words ("how tall": height)."""
    plain = normalise(question.asked)
    asked = [
        name
        for word, names in read_data("words.yaml")["properties"].items()
        for name in names
        if (word in plain.split() if word.isascii() else word in plain)
    ]
    return [*asked, *(["colours", "颜色"] if question.own_constraints.colours else [])]


def unstated_property(thing: Product, question: Question, language: str) -> str:
    """The measure asked for that the product's attributes lack, in the language, or ""."""
    asked = properties(question)
    facts = {name for by_name in thing.attributes.values() for name in by_name} | ALWAYS_STATED
    if any(name in fact for name in asked for fact in facts):
        return ""
    return next((name for name in asked if name.isascii() == (language != "zh")), "")


def own_words(thing: Product, question: Question) -> frozenset[str]:
    """What a question asks of a product in words of its own.

    None where it only names the product, or asks what any product answers.
    """
    if any(has(cue, question.asked) for cue in ANY_PRODUCT):
        return frozenset()
    named = set(terms(" ".join((*thing.names.values(), *thing.tags, *question.kinds))))
    asked = set(terms(question.asked)) - named
    return frozenset(word for word in asked if word.isascii() or len(word) > 1)


def beyond(thing: Product, question: Question, near: Near) -> bool:
    """Whether a product's data answer nothing of a question, by their words or by likeness."""
    asked = question.asked
    if question.own_constraints.any or properties(question) or has("recommend", asked):
        return False
    if near.best >= UNLIKE:
        return False
    pairs = (f"{k} {v}" for by_name in thing.attributes.values() for k, v in by_name.items())
    text = normalise(" ".join((*thing.descriptions.values(), *pairs)))
    said = set(terms(text))
    own = own_words(thing, question)
    return bool(own) and not any(word in said or _within(word, text) for word in own)


def _within(word: str, text: str) -> bool:
    """Whether two characters in a row of a Chinese word stand in the text."""
    pairs = (word[i : i + 2] for i in range(len(word) - 1))
    return not word.isascii() and any(pair in text for pair in pairs)
