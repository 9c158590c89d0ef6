"""A negation may not flip: clauses are held against the source clauses that say most alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.reading import Reading, Source

ALIGNED = 0.5
"""Share of the smaller clause's words that must be shared before two clauses are compared."""
NEAR_BEST = 0.9
_NEGATIVE_AXES = frozenset({"include", "refundable", "stock", "open", "required"})
_LIGHT = {"gram": 0.5, "axis": 1.0, "neg": 0.0}
_YES = re.compile(r"^\W*(?:yes|yep|yeah|certainly|of course|absolutely|sure|是的|可以的|当然可以|可以|能的|有的|对的|没错|当然)(?=[\s,，.。!！:;；]|$)", re.I)
_NO = re.compile(r"^\W*(?:no|nope|sorry, no|unfortunately,? no|不是的|不可以|不行|不能|没有的|不会|不用|不|抱歉[，,]?不(?:可以|行|能)|很遗憾[，,]?不(?:可以|行|能))(?=[\s,，.。!！:;；]|$)", re.I)


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause claims: its words with weights, its axes with signs, its negations."""

    words: tuple[tuple[str, float], ...]
    axes: tuple[tuple[str, int], ...]
    negations: int

    @property
    def odd(self) -> bool:
        """Whether the clause denies."""
        return self.negations % 2 == 1


def _clause(reading: Reading, wanted: Iterable[int]) -> Clause:
    chosen = frozenset(wanted)
    words: dict[str, float] = {}
    axes: dict[str, int] = {}
    negations = 0
    for token in reading.tokens:
        if token.clause not in chosen:
            continue
        if token.kind == "neg":
            negations += 1
            continue
        words[token.concept] = _LIGHT.get(token.kind, 1.0)
        if token.kind == "axis":
            axes[token.concept] = token.sign
    for quantity in reading.quantities:
        if reading.clause_of(quantity.start) in chosen:
            words[quantity.key] = 0.7
    flip = -1 if negations % 2 else 1
    signed = tuple((name, sign * flip) for name, sign in axes.items())
    negations += sum(1 for name, sign in axes.items() if sign < 0 and name in _NEGATIVE_AXES)
    return Clause(tuple(words.items()), signed, negations)


@lru_cache(maxsize=4096)
def clauses(reading: Reading) -> tuple[Clause, ...]:
    """The clauses of a sentence that claim something."""
    every = (_clause(reading, (n,)) for n in range(reading.clauses))
    return tuple(c for c in every if c.words)


def _overlap(a: Clause, b: Clause) -> float:
    theirs = dict(b.words)
    return sum(weight for word, weight in a.words if word in theirs)


def _weight(clause: Clause) -> float:
    return sum(weight for _, weight in clause.words) or 1.0


def _contradicts(said: Clause, stated: Clause) -> bool:
    """Whether two aligned clauses say opposite things."""
    theirs = dict(stated.axes)
    shared = [(sign, theirs[name]) for name, sign in said.axes if name in theirs]
    if shared:
        return any(mine != other for mine, other in shared)
    return said.odd != stated.odd


@dataclass(frozen=True, slots=True)
class _Aligned:
    score: float
    stated: Clause


def _align(said: Clause, whole: Clause, sources: tuple[Source, ...]) -> list[_Aligned]:
    found = []
    for source in sources:
        title = _clause(source.title, range(source.title.clauses))
        for reading in source.sentences:
            sentence = _clause(reading, range(reading.clauses))
            for stated in clauses(reading):
                shared = _overlap(said, stated)
                share = shared / min(_weight(said), _weight(stated))
                if shared < 0.9 or share < ALIGNED:
                    continue
                score = shared + 0.3 * _overlap(whole, sentence) + 0.2 * _overlap(whole, title)
                found.append(_Aligned(score + 0.5 * shared / _weight(stated), stated))
    return sorted(found, key=lambda aligned: -aligned.score)


def _flipped(said: Clause, whole: Clause, sources: tuple[Source, ...]) -> bool:
    found = _align(said, whole, sources)
    if not found:
        return False
    best = [a for a in found if a.score >= NEAR_BEST * found[0].score]
    return all(_contradicts(said, a.stated) for a in best)


def _opening(sentence: Reading, question: Reading) -> Clause | None:
    """What a leading yes or no claims about the question."""
    yes, no = _YES.search(sentence.text), _NO.search(sentence.text)
    if not (yes or no) or not question.tokens:
        return None
    asked = _clause(question, range(question.clauses))
    if yes:
        return asked
    axes = tuple((name, -sign) for name, sign in asked.axes)
    return Clause(asked.words, axes, asked.negations + 1)


def flipped(sentence: Reading, question: Reading, sources: tuple[Source, ...]) -> bool:
    """Whether the sentence denies what its closest source affirms, or the other way round."""
    whole = _clause(sentence, range(sentence.clauses))
    bare = [c for c in clauses(sentence) if _weight(c) > 0]
    claims = [(c, whole) for c in bare]
    opening = _opening(sentence, question)
    if opening is not None:
        claims.append((opening, opening))
    return any(_flipped(claim, around, sources) for claim, around in claims)
