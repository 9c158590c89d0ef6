"""The sentences of an entry's answers, each with what stands around it, read when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.reading import Reading, read
from engine.grounding.sentences import split_sentences
from engine.types import Entry

_NUMBER = re.compile(
    r"\d|[一二两三四五六七八九十百半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    r"|fourteen|twenty|thirty|half|dozen|an? (?:hour|day|week|month|year)|week(?:day|end)s?"
    r"|\w{3,6}day|noon|midnight)",
    re.I,
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
    """The reading of a sentence, kept for a whole shop."""
    return read(text)


def statements(entry: Entry) -> Iterator[Statement]:
    """All sentences of an entry's answers, language by language."""
    for language, answer in entry.answers.items():
        asked = next(iter(entry.questions.get(language, ())), "")
        title, before = entry.titles.get(language, ""), ""
        for piece in split_sentences(answer):
            if text := piece.strip():
                yield Statement(entry.id, language, text, title, before, asked)
                before = text
