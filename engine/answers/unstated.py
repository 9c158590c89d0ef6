"""What a question asks of a product that the shop's data do not say."""

from __future__ import annotations

from engine.retrieval.text import normalise, terms
from engine.routing.cues import has, read_data
from engine.routing.understanding import Question
from engine.types import Product

ANY_PRODUCT = ("introduce", "price", "stock", "review", "others", "recommend", "follow_up")
"""Cues of what can be answered of every product, whatever its data."""
ALWAYS_STATED = frozenset({"colours", "颜色", "sizes", "尺码"})


def properties(question: Question) -> list[str]:
    """Attribute names a question asks for in other words ("how tall": height)."""
    plain = normalise(question.asked)
    asked = [
        name
        for word, names in read_data("words.yaml")["properties"].items()
        for name in names
        if (word in plain.split() if word.isascii() else word in plain)
    ]
    return [*asked, *(["colours", "颜色"] if question.constraints.colours else [])]


def unstated_property(thing: Product, question: Question, language: str) -> str:
    """The measure asked for that the product's attributes lack, in the language, or ""."""
    asked = properties(question)
    facts = {name for by_name in thing.attributes.values() for name in by_name} | ALWAYS_STATED
    if any(name in fact for name in asked for fact in facts):
        return ""
    return next((name for name in asked if name.isascii() == (language != "zh")), "")


def beyond(thing: Product, question: Question) -> bool:
    """Whether none of the question's own words stand in the product's data.

    Nothing but the product's name, or a question any product answers, is not beyond them.
    """
    if question.constraints.any or properties(question):
        return False
    if any(has(cue, question.asked) for cue in ANY_PRODUCT):
        return False
    named = set(terms(" ".join((*thing.names.values(), *thing.tags, *question.kinds))))
    asked = set(terms(question.asked)) - named
    pairs = (f"{k} {v}" for by_name in thing.attributes.values() for k, v in by_name.items())
    text = normalise(" ".join((*thing.descriptions.values(), *pairs)))
    said = set(terms(text))
    own = {word for word in asked if word.isascii() or len(word) > 1}
    return bool(own) and not any(word in said or _within(word, text) for word in own)


def _within(word: str, text: str) -> bool:
    """Whether two characters in a row of a Chinese word stand in the text."""
    pairs = (word[i : i + 2] for i in range(len(word) - 1))
    return not word.isascii() and any(pair in text for pair in pairs)
