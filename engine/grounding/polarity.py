"""A negation may not flip: clauses are held against the source clauses that say most alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.reading import Reading, Source, Token
from engine.grounding.text import is_han
from engine.types import SourceKind

ALIGNED = 0.45
"""Share of the smaller clause's words that must be shared before two clauses are compared."""
ALIGNED_ACROSS = 0.5
"""The same across languages, of the larger clause: half-known words align by chance."""
LEAST_SHARED = 0.7
NEAR_BEST = 0.9
SUBJECT = 0.4
CONTEXT = 0.25
TITLE = 0.15
_NEGATIVE_AXES = frozenset({"include", "stock", "open", "required"})
_WEIGHT = {"gram": 0.5, "neg": 0.0, "place": 2.0, "topic": 1.5}
_AXIS_WEIGHT = {"when": 0.3, "required": 0.5}
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|certainly|of course|absolutely|sure|是的|可以的|当然可以|可以|会的|需要的"
    r"|能的|有的|对的|没错|当然|能|会|有|对|支持)(?=[\s,，.。!！:;；]|$)",
    re.I,
)
_SORRY = r"(?:抱歉|对不起|很遗憾|不好意思|您好|亲)?[,，]?"
_NO = re.compile(
    rf"^\W*(?:no|nope|sorry,? no|unfortunately,? no|{_SORRY}(?:不是的?|不可以|不行|不能|没有的?|不会的?|不用"
    r"|不需要|不支持|不))(?=[\s,，.。!！:;；]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause claims: its words with weights, its axes with signs, its negations' reach."""

    words: dict[str, float]
    axes: dict[str, int]
    negations: tuple[frozenset[str], ...]

    @property
    def weight(self) -> float:
        """The weight of all its words."""
        return sum(self.words.values()) or 1.0

    def shared(self, other: Clause) -> float:
        """The weight of the words both clauses have."""
        return sum(w for word, w in self.words.items() if word in other.words)

    def without(self, subject: frozenset[str]) -> Clause:
        """The clause with the words that only name its subject counting little."""
        words = {c: w * SUBJECT if c in subject else w for c, w in self.words.items()}
        return Clause(words, self.axes, self.negations)

    def denied(self) -> tuple[Clause, ...]:
        """What each negation denies, as a claim of its own where it is but a part."""
        return tuple(
            Clause({c: self.words[c] for c in reach if c in self.words}, self.axes, (reach,))
            for reach in self.negations
            if 0 < len(reach & frozenset(self.words)) < len(self.words)
        )


def _reach(tokens: list[Token]) -> list[frozenset[str]]:
    """What each negation of a clause denies: what follows it, or all where nothing follows."""
    content = [t for t in tokens if t.kind != "neg"]
    out = []
    for token in tokens:
        if token.kind == "neg":
            end = token.bounded or 1_000_000
            after = [t.concept for t in content if token.start < t.start < end]
            out.append(frozenset(after or [t.concept for t in content] or ["*"]))
    return out


def _token_weight(token: Token) -> float:
    return _AXIS_WEIGHT.get(token.concept, _WEIGHT.get(token.kind, 1.0))


def _clause(reading: Reading, wanted: Iterable[int]) -> Clause:
    chosen = frozenset(wanted)
    tokens = [t for t in reading.tokens if t.clause in chosen]
    words = {t.concept: _token_weight(t) for t in tokens if t.kind != "neg"}
    negations = _reach(tokens)
    axes: dict[str, int] = {}
    for token in tokens:
        if token.kind != "axis":
            continue
        flips = sum(1 for reach in negations if token.concept in reach)
        sign = token.sign * (-1) ** flips
        axes[token.concept] = sign if axes.get(token.concept, sign) == sign else 0
        if token.sign < 0 and token.concept in _NEGATIVE_AXES:
            negations.append(frozenset(words))
    for quantity in reading.quantities:
        if reading.clause_of(quantity.start) in chosen:
            words[quantity.key] = 0.7
            negations = [n if "*" not in n else frozenset({quantity.key}) for n in negations]
    return Clause(words, axes, tuple(negations))


@lru_cache(maxsize=4096)
def clauses(reading: Reading) -> tuple[Clause, ...]:
    """The clauses of a sentence that claim something."""
    every = (_clause(reading, (n,)) for n in range(reading.clauses))
    return tuple(c for c in every if c.words)


@lru_cache(maxsize=4096)
def whole(reading: Reading) -> Clause:
    """A sentence as one clause, for its words."""
    return _clause(reading, range(reading.clauses))


def _denials(clause: Clause, shared: frozenset[str], axes: frozenset[str]) -> int:
    """How many negations reach a shared word, those spent on a shared axis left out."""
    return sum(1 for reach in clause.negations if reach & shared and not reach & axes)


def _contradicts(said: Clause, stated: Clause) -> bool:
    """Whether two aligned clauses say opposite things."""
    axes = frozenset(a for a in said.axes if said.axes[a] and stated.axes.get(a))
    if any(said.axes[a] != stated.axes[a] for a in axes):
        return True
    shared = frozenset(said.words) & frozenset(stated.words)
    return (_denials(said, shared, axes) + _denials(stated, shared, axes)) % 2 == 1


def _align(
    said: Clause, around: Clause, sources: tuple[Source, ...], han: bool = False
) -> list[tuple[float, Clause]]:
    found = []
    for source in sources:
        named = whole(source.title)
        product = source.passage.kind == SourceKind.PRODUCT
        subject = frozenset(named.words) if product else frozenset()
        claim = said.without(subject)
        across = han != is_han(source.passage.text)
        for reading in source.sentences:
            context = CONTEXT * around.shared(whole(reading)) + TITLE * around.shared(named)
            for stated in clauses(reading):
                other = stated.without(subject)
                shared = claim.shared(other)
                both = (claim.weight, other.weight)
                least = ALIGNED * min(both) if not across else ALIGNED_ACROSS * max(both)
                if shared < least or not _predicate(claim, other):
                    continue
                likeness = shared / (claim.weight * other.weight) ** 0.5
                found.append((likeness * 2 + context, stated))
    return sorted(found, key=lambda pair: -pair[0])


def _predicate(claim: Clause, stated: Clause) -> bool:
    """Whether more is shared than a place or a subject."""
    return any(LEAST_SHARED <= w <= 1.5 and c in stated.words for c, w in claim.words.items())


def _flipped(
    said: Clause, around: Clause, sources: tuple[Source, ...], han: bool = False
) -> bool:
    found = _align(said, around, sources, han)
    best = [stated for score, stated in found if score >= NEAR_BEST * found[0][0]]
    if bool(best) and all(_contradicts(said, stated) for stated in best):
        return True
    covered = frozenset().union(*(frozenset(s.words) for s in best))
    return any(
        _flipped(part, around, sources, han)
        for part in said.denied()
        if not covered & frozenset(part.words)
    )


def _opening(sentence: Reading, question: Reading) -> Clause | None:
    """What a leading yes or no claims about the question."""
    yes, no = _YES.search(sentence.text), _NO.search(sentence.text)
    if not (yes or no) or not question.tokens:
        return None
    asked = whole(question)
    if yes:
        return asked
    axes = {name: -sign for name, sign in asked.axes.items()}
    return Clause(asked.words, axes, (*asked.negations, frozenset(asked.words)))


def flipped(sentence: Reading, question: Reading, sources: tuple[Source, ...]) -> bool:
    """Whether the sentence denies what its closest source affirms, or the other way round."""
    around = whole(sentence)
    claims = [(c, around) for c in clauses(sentence)]
    opening = _opening(sentence, question)
    if opening is not None:
        claims.append((opening, opening))
    han = is_han(sentence.text)
    return any(_flipped(claim, near, sources, han) for claim, near in claims)
