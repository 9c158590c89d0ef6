"""The sentences of an entry's answers, each with what stands around it, read when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from engine.grounding.reading import Reading, read
from engine.grounding.sentences import split_sentences
from engine.review.spelled import plainly
from engine.types import Entry

_NUMBER = re.compile(
    r"\d|[一二两三四五六七八九十百半每]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    r"|fourteen|twenty|thirty|half|dozen|an? (?:hour|day|week|month|year)|week(?:day|end)s?"
    r"|fortnight|quarter|daily|weekly|monthly|yearly|every|each|once|twice"
    r"|\w{3,6}day|noon|midnight)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who is told an entry, and when; a hidden one nobody yet."""

    audience: str = "everyone"
    begins: date | None = None
    ends: date | None = None
    hidden: bool = False

    def meets(self, other: Scope) -> bool:
        """Whether one shopper could be told both: the same audience, on one day at least."""
        return (
            self.audience == other.audience
            and (self.ends is None or other.begins is None or other.begins <= self.ends)
            and (other.ends is None or self.begins is None or self.begins <= other.ends)
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer. `before`: the sentence before it; `title`: what the entry is."""

    entry: str
    language: str
    text: str
    title: str
    before: str = ""
    asked: str = ""
    """The entry's first example question, which often names what the answer does not."""
    scope: Scope = Scope()
    answer: str = ""
    """The whole answer it is of."""

    @property
    def reading(self) -> Reading:
        """The sentence read."""
        return reading(self.text)

    @property
    def counts(self) -> bool:
        """Whether it may hold a quantity; quick, and wrong only towards yes."""
        return bool(_NUMBER.search(self.text))


@lru_cache(maxsize=65536)
def reading(text: str) -> Reading:
    """The reading of a sentence, kept for a whole shop; spelt lengths of time as plain ones."""
    return read(plainly(text))


@lru_cache(maxsize=65536)
def sentences(answer: str) -> tuple[str, ...]:
    """The sentences of an answer, kept for a whole shop."""
    return tuple(piece.strip() for piece in split_sentences(answer) if piece.strip())


def statements(entry: Entry) -> Iterator[Statement]:
    """All sentences of an entry's answers, language by language."""
    scope = Scope(entry.audience, entry.valid_from, entry.valid_until, entry.hidden)
    for language, answer in entry.answers.items():
        asked = next(iter(entry.questions.get(language, ())), "")
        title, before = entry.titles.get(language, ""), ""
        for text in sentences(answer):
            yield Statement(entry.id, language, text, title, before, asked, scope, answer)
            before = text
