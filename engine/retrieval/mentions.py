"""What an entry mentions: names a question turns on, words of a follow-up."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from collections.abc import Iterable
from functools import cached_property

from engine.grounding.reading import read
from engine.retrieval.text import normalise, stop_words, terms, words

NAME = re.compile(r"(?<![.!?…]\s)(?<!^)(?<=[\s(\"'])[A-Z][a-z]{2,}\b")
MONTHS_AND_DAYS = frozenset(name.lower() for name in (*month_name, *day_name) if name)
TAIL_COVERED = 0.5


class Mentions:
    """What one entry says, in all its languages, for asking whether a question fits it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)
        self._words = frozenset(word for text in self._texts for word in words(text))
        self._terms = frozenset(term for text in self._texts for term in terms(text))

    @cached_property
    def _concepts(self) -> frozenset[str]:
        """Read when a question first names a place: few do, and the reading takes long."""
        return frozenset(t.concept for text in self._texts for t in read(text).tokens)

    def strange_names(self, question: str) -> tuple[str, ...]:
        """Places and names the question turns on and the entry never mentions."""
        places = tuple(
            token.word
            for token in read(question).tokens
            if token.kind == "place" and token.concept not in self._concepts
        )
        named = (found.group(0) for found in NAME.finditer(question) if not question.isupper())
        strange = (
            name
            for name in named
            if normalise(name) not in self._words
            and normalise(name) not in MONTHS_AND_DAYS
            and normalise(name) not in stop_words("en")
        )
        return (*places, *strange)

    def carries(self, asked: str) -> bool:
        """Whether the entry holds enough of a follow-up's own words to be what it asks about."""
        said = terms(asked)
        if not said:
            return True
        return sum(term in self._terms for term in said) / len(said) >= TAIL_COVERED
