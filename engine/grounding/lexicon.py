"""The bilingual word list: which words say the same, and what kind of claim they carry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from engine.grounding.text import stem


@dataclass(frozen=True, slots=True)
class Concept:
    """What a word stands for. `sign` is +1 or -1 on an axis such as free/paid, else 0."""

    name: str
    kind: str
    sign: int = 0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """English phrases as tuples of words and of stems, and Chinese words, with their concepts."""

    exact: dict[tuple[str, ...], Concept]
    english: dict[tuple[str, ...], Concept]
    chinese: dict[str, Concept]
    longest_english: int
    longest_chinese: int


def _concept(name: str, kind: str) -> Concept:
    sign = {"+": 1, "-": -1}.get(name[-1:], 0) if kind == "axis" else 0
    return Concept(name.rstrip("+-") if sign else name, kind, sign)


def parse(text: str) -> Lexicon:
    """The lexicon written in `text`; a later line overrules an earlier one."""
    exact: dict[tuple[str, ...], Concept] = {}
    english: dict[tuple[str, ...], Concept] = {}
    chinese: dict[str, Concept] = {}
    kind = "plain"
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("["):
            kind = line.strip("[] ")
            continue
        name, _, words = line.partition(" = ")
        concept = _concept(name.strip(), kind)
        left, _, right = words.partition("|")
        for phrase in filter(None, (p.strip() for p in left.split(","))):
            spelt = phrase.lower().replace("-", " ").split()
            exact[tuple(spelt)] = concept
            english[tuple(stem(w) for w in spelt)] = concept
        for word in right.split():
            chinese[word] = concept
    return Lexicon(exact, english, chinese, max(map(len, english)), max(map(len, chinese)))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    source = files("engine.grounding").joinpath("lexicon.txt")
    return parse(source.read_text(encoding="utf-8"))
