"""The templates as values: topics of shop facts, wares with facts, and what is said of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "zh")
_FAQ_FILES = ("faq_money.yaml", "faq_orders.yaml", "faq_service.yaml", "faq_more.yaml")

Texts = Mapping[str, str]
Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions that want the same, with answers in other words than the passage's."""

    questions: Lists
    answers: Lists


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry a shop could have: title, sentences, and what is asked of it."""

    titles: Texts
    sentences: Lists
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """Points that a shop may settle one way or the other. `sides` of a point: sentence, ask."""

    titles: Texts
    points: tuple[tuple[tuple[Texts, Ask], tuple[Texts, Ask]], ...]

    def settle(self, draw: random.Random) -> Topic:
        """A few of its points, each settled by chance."""
        chosen = [draw.choice(point) for point in draw.sample(self.points, draw.randint(2, 4))]
        sentences = {k: tuple(sentence[k] for sentence, _ in chosen) for k in LANGUAGES}
        return Topic(self.titles, sentences, tuple(ask for _, ask in chosen))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a ware, in both languages: as attribute, sentence, phrases and question."""

    attribute: Texts
    sentence: Texts
    phrases: Lists
    question: Texts


@dataclass(frozen=True, slots=True)
class Ware:
    """A kind of product with its facts."""

    nouns: Texts
    facts: tuple[Fact, ...]


def topics() -> tuple[Topic, ...]:
    """Every family of shop facts."""
    return tuple(_topic(found) for file in _FAQ_FILES for found in _read(file))


def themes() -> tuple[Theme, ...]:
    """Every theme of points that may be settled either way."""
    return tuple(
        Theme(found["title"], tuple((_side(p, "so"), _side(p, "not")) for p in found["points"]))
        for found in _read("flips.yaml")
    )


def wares() -> tuple[Ware, ...]:
    """Every kind of product."""
    return tuple(
        Ware(found["noun"], tuple(_fact(fact) for fact in found["facts"]))
        for found in _read("goods.yaml")
    )


def bare_things() -> tuple[Ware, ...]:
    """Things of which only common facts are known."""
    return tuple(Ware(found, ()) for found in talk()["things"])


def common_facts() -> tuple[Fact, ...]:
    """Facts that any ware may have."""
    return tuple(_fact(fact) for fact in talk()["common"])


def talk() -> Any:
    """Reasons, wishes, openings and opinions, as their file has them."""
    return _read("talk.yaml")


def _topic(found: Any) -> Topic:
    asks = tuple(
        Ask({k: tuple(ask[k]["q"]) for k in LANGUAGES}, {k: tuple(ask[k]["a"]) for k in LANGUAGES})
        for ask in found["asks"]
    )
    return Topic(found["title"], {k: tuple(found[k]) for k in LANGUAGES}, asks)


def _side(point: Any, side: str) -> tuple[Texts, Ask]:
    sentence = {k: point[k][side][0] for k in LANGUAGES}
    answers = {k: tuple(point[k][side][1:]) for k in LANGUAGES}
    return sentence, Ask({k: tuple(point[k]["q"]) for k in LANGUAGES}, answers)


def _fact(found: Any) -> Fact:
    """Five texts a language: attribute, sentence, two phrases, question."""
    return Fact(
        {k: found[k][0] for k in LANGUAGES},
        {k: found[k][1] for k in LANGUAGES},
        {k: tuple(found[k][2:4]) for k in LANGUAGES},
        {k: found[k][4] for k in LANGUAGES},
    )


@cache
def _read(file: str) -> Any:
    import yaml

    return yaml.safe_load((DATA / file).read_text(encoding="utf-8"))
