"""Words that narrow down what a claim is about: subjects, objects, modifiers, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from engine.grounding.clauses import clause_at
from engine.grounding.reading import Reading, Token
from engine.grounding.text import is_han
from engine.review.acts import ACTS

EVERYWHERE = frozenset(
    {"shipfee", "receipt", "order", "item", "parcel", "customer", "number", "price"}
)
"""Words of every entry."""
GENERIC = ACTS | EVERYWHERE
"""Words that set no two claims apart: what is done is judged by itself, the rest is everywhere."""
PHRASE = 3
"""Words that a preposition's object has at most."""
_SILENT = frozenset({"neg", "quantity", "when", "light", "axis", "mark"})
_UNKNOWN = frozenset({"word", "gram"})
_PREPOSITION = re.compile(
    r"\b(?:for|to|in|of|on|with|without|from|by|at|via|under|inside|outside|as|after|before)"
    r"(?: (?:the|a|an|our|your|their|its|all|any|every|each|this|these|most|both))* $",
    re.I,
)
_MEANS = re.compile(r"\b(?:with|on|in)(?: [\w'-]+){1,4}$", re.I)
_INNER = re.compile(r"^[ -]$")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|can|may|will|must|should|do|does|has|have|costs?|takes?|gets?|pays?"
    r"|receives?|needs?|lasts?|comes?|runs?|ends?|starts?|keeps?|stays?|enjoys?|earns?)\b",
    re.I,
)
_PRONOUN = re.compile(r"\b(?:we|you|i|it|they|there|this|that|please|yes|no|not)\b", re.I)
_AFTER_VERBAL = re.compile(r"\b(?:we|you|i|they|to|can|will|must|may|should|not|please) $", re.I)


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """What narrows a claim. `heads`: the words right before a word, by that word."""

    words: frozenset[str]
    known: frozenset[str]
    heads: Mapping[str, frozenset[str]]


@lru_cache(maxsize=65536)
def qualifiers(reading: Reading, clause: int, position: int = -1) -> Qualifiers:
    """The qualifiers of a clause and of its sentence's conditions; of a value at `position`."""
    own = [t for t in reading.tokens if t.clause == clause and _tells(t)]
    if is_han(reading.text):
        telling = [t for t in own if position < 0 or t.start < position]
    else:
        telling = [*_objects(reading, own), *_subject(reading, clause, own)]
    telling += [t for t in reading.tokens if _tells(t) and t.clause in _conditions(reading, clause)]
    telling = [t for t in telling if t.concept not in GENERIC]
    return Qualifiers(
        frozenset(t.concept for t in telling),
        frozenset(t.concept for t in telling if t.kind not in _UNKNOWN),
        _heads(reading, own),
    )


def in_means(reading: Reading, token: Token) -> bool:
    """Whether a word only says with, on or in what: "with a valid card" is about no expiry."""
    return bool(_MEANS.search(reading.text, reading.starts[token.clause], token.end))


def _tells(token: Token) -> bool:
    short = token.kind == "gram" and len(token.concept) < 2
    return token.kind not in _SILENT and not short


def _objects(reading: Reading, tokens: list[Token]) -> Iterator[Token]:
    """The words after a preposition, as far as they stand side by side."""
    left = 0
    for before, token in pairwise([None, *tokens]):
        assert token is not None
        if _PREPOSITION.search(reading.text[: token.start]):
            left = PHRASE
        elif before is None or not _INNER.match(reading.text[before.end : token.start]):
            left = 0
        if left:
            left -= 1
            yield token


def _subject(reading: Reading, clause: int, tokens: list[Token]) -> Iterator[Token]:
    """The words before a clause's verb, unless a pronoun stands there."""
    start = reading.starts[clause]
    end = (*reading.starts[1:], len(reading.text))[clause]
    verb = _FINITE.search(reading.text, start, end)
    if verb and not _PRONOUN.search(reading.text, start, verb.start()):
        yield from (t for t in tokens if t.start < verb.start())


def _heads(reading: Reading, tokens: list[Token]) -> Mapping[str, frozenset[str]]:
    heads: dict[str, frozenset[str]] = {}
    run: list[Token] = []
    for token in tokens:
        gap = reading.text[run[-1].end : token.start] if run else ""
        beside = not gap or gap == "的" if is_han(reading.text) else _INNER.match(gap)
        if run and beside:
            heads[token.concept] = frozenset(t.concept for t in run)
            run.append(token)
        else:
            verbal = _AFTER_VERBAL.search(reading.text[: token.start])
            run = [] if verbal else [token]
    return heads


@lru_cache(maxsize=65536)
def _conditions(reading: Reading, clause: int) -> frozenset[int]:
    """The other clauses of a sentence that say when or of what it holds: "frozen, …"."""
    return frozenset(
        index
        for index in range(reading.clauses)
        if index != clause and (clause_at(reading, index).condition or _verbless(reading, index))
    )


def _verbless(reading: Reading, index: int) -> bool:
    """Whether an English sentence begins with a clause that has no verb."""
    if index or is_han(reading.text) or reading.clauses < 2:
        return False
    opening = reading.text[: reading.starts[1]]
    return not _FINITE.search(opening) and not _PRONOUN.search(opening)
