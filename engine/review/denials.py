"""Two statements about one thing of which one says yes and the other no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from engine.grounding.clauses import Clause, clause_at
from engine.grounding.clauses import clauses as all_clauses
from engine.grounding.lexicon import lexicon
from engine.grounding.polarity import contradicts
from engine.grounding.reading import Reading, Token
from engine.grounding.text import fold, is_han, stem
from engine.grounding.units import CURRENCIES
from engine.review.same_thing import STATES, About, about_clause, likeness, same_thing
from engine.review.statements import Statement

LEAST_WEIGHT = 1.4
"""What two clauses must share: one telling word, or two plain ones."""
LEAST_LIKE = 0.5
"""The part of both clauses' words that must be in both."""
_WORD = re.compile(r"[a-z\u00c0-\u024f']+")
NO_CLAIM = frozenset({"stay", "contact", "delivery", "order", "item", "pay", "parcel", "customer"})
"""Words too common for a denial of one of them alone to settle anything."""
TRANSLATED_AXES = ("free", "include", "required")
"""Axes of which a translation keeps the sign."""
_EXCEPTED = re.compile(
    r"\b(?:unless|except|apart from|other than|only|until|otherwise|as long as)\b|除非|除了"
    r"|除外|只[有能限]|仅",
    re.I,
)
_PLAINLY = re.compile(r"(?:not|no|never)\b|[不没未无]", re.I)
_NEGATIVE = re.compile(r"\b(?:not|no|never|without)\b|n't\b|[不没未无非勿]", re.I)
_CONDITION = re.compile(
    r"\b(?:if|when|once|after|before|beyond|over|above|under|below|without)\b|如果|若|一旦|超过|之后|以后"
    r"|后(?!台|盖)|前(?=[，,不无])|没有.{1,6}[的时]|不满|未满",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Denial:
    """One statement says yes where the other says no. `telling`: of a thing both name."""

    key: str
    telling: bool


@dataclass(frozen=True, slots=True)
class _Claim:
    clause: Clause
    about: About
    limits: frozenset[str]
    zero: bool
    denies: bool
    """Whether its sentence denies anything: clauses of two languages begin in different places."""


def denial(one: Statement, other: Statement) -> Denial | None:
    """Whether one statement denies what the other affirms of the same thing."""
    if not (_may_deny(one.text) or _may_deny(other.text)):
        return None
    ours, theirs = _claims(one), _claims(other)
    if not any(c.clause.negations or c.clause.axes for c in (*ours, *theirs)):
        return None
    for mine in ours:
        rivals = [c for c in theirs if _against(mine, c)]
        if rivals and not any(_agrees(mine, c, rivals) for c in theirs):
            free = any("free" in c.clause.axes for c in (mine, *rivals))
            telling = any(mine.about.names & c.about.names for c in rivals)
            return Denial("free" if free else "denial", telling)
    return None


def axes_differ(one: Statement, other: Statement) -> bool:
    """Whether one of two translations says it is free, included or needed and the other not."""
    ours, theirs = (
        {axis: sign for c in all_clauses(s.reading) for axis, sign in c.axes.items()}
        for s in (one, other)
    )
    return any(ours[a] * theirs.get(a, 0) < 0 for a in TRANSLATED_AXES if a in ours)


def flatly_denied(one: Statement, other: Statement) -> bool:
    """Whether one of two translations denies something and the other has no word against it."""
    if _excepts(one) or _excepts(other):
        return False
    ours, theirs = (all_clauses(s.reading) for s in (one, other))
    if len(ours) != 1 or len(theirs) != 1:
        return False
    plainly = [any(_PLAINLY.match(t.word) for t in _negated(s)) for s in (one, other)]
    affirming, said = (theirs[0], other) if plainly[0] else (ours[0], one)
    opposed = affirming.negations or affirming.only or affirming.axes
    return any(plainly) and not opposed and not _NEGATIVE.search(said.text)


def negative(statement: Statement) -> bool:
    """Whether a sentence has any word that denies."""
    return bool(_NEGATIVE.search(statement.text))


def _negated(statement: Statement) -> list[Token]:
    return [t for t in statement.reading.tokens if t.kind == "neg" and not t.bounded]


def _excepts(statement: Statement) -> bool:
    text = statement.reading.text
    return bool(_EXCEPTED.search(text) or _CONDITION.search(text))


@lru_cache(maxsize=65536)
def _may_deny(text: str) -> bool:
    """Whether a text holds a word that denies or has an opposite; quick, without reading it."""
    words, characters = _opposing()
    folded = fold(text).lower()
    if any(stem(word) in words for word in _WORD.findall(folded)):
        return True
    return is_han(folded) and any(word in folded for word in characters)


@lru_cache(maxsize=1)
def _opposing() -> tuple[frozenset[str], tuple[str, ...]]:
    """Stems of English words, the longest of each phrase, and Chinese words: any denial has one."""
    table = lexicon()
    english = frozenset(
        stem(max(phrase, key=len))
        for phrases in (table.english, table.exact)
        for phrase, concept in phrases.items()
        if concept.kind in ("neg", "axis") and concept.name not in ("when", *STATES)
    )
    han = (w for w, c in table.chinese.items() if c.kind in ("neg", "axis") and c.name != "when")
    return english | {"pay"}, tuple(han)


@lru_cache(maxsize=65536)
def _claims(statement: Statement) -> tuple[_Claim, ...]:
    return tuple(_claims_of(statement))


def _claims_of(statement: Statement) -> Iterator[_Claim]:
    reading = statement.reading
    excepted = _EXCEPTED.search(reading.text) is not None
    denies = any(t.kind == "neg" for t in reading.tokens)
    for index in range(reading.clauses):
        clause = clause_at(reading, index)
        if not clause.words or clause.condition:
            continue
        if clause.negations and (excepted or _CONDITION.search(reading.text)):
            continue
        limits = frozenset(
            q.key
            for q in reading.quantities
            if reading.clause_of(q.start) == index and q.unit not in ("clock", "count")
        )
        yield _Claim(clause, about_clause(statement, index), limits, _zero(reading, index), denies)


def _zero(reading: Reading, index: int) -> bool:
    """Whether a clause names a price of nothing."""
    priced = [q for q in reading.quantities if reading.clause_of(q.start) == index]
    return any(q.unit in CURRENCIES and q.high == Decimal(0) for q in priced)


def _against(one: _Claim, other: _Claim) -> bool:
    if not _aligned(one, other) or not contradicts(one.clause, other.clause):
        return False
    if any(
        axis in STATES or axis.startswith("when ")
        for axis in (*one.clause.axes, *other.clause.axes)
    ):
        return False
    if one.zero or other.zero:
        return False
    if one.clause.negations and other.clause.negations:
        return False
    if "free" in (*one.clause.axes, *other.clause.axes) and one.about.acts - {
        "pay"
    } != other.about.acts - {"pay"}:
        return False
    if likeness(one.about, other.about) < LEAST_LIKE:
        return False
    for no, yes in ((one, other), (other, one)):
        same_language = no.about.han == yes.about.han
        if no.clause.negations and (yes.clause.only or (yes.denies and not same_language)):
            return False
        if no.clause.negations and no.limits - yes.limits:
            return False
        if no.clause.axes.get("free") == 1 and no.limits:
            return False
    return same_thing(one.about, other.about)


def _aligned(one: _Claim, other: _Claim) -> bool:
    common = {w: v for w, v in one.clause.words.items() if w in other.clause.words}
    telling = sum(v for w, v in common.items() if w not in NO_CLAIM)
    if len(common) == len(one.clause.words) == len(other.clause.words) and telling >= 1:
        return True
    return sum(common.values()) >= LEAST_WEIGHT and telling >= 0.5


def _agrees(one: _Claim, other: _Claim, rivals: list[_Claim]) -> bool:
    """Whether a clause says the same of what is contested."""
    if not _aligned(one, other) or contradicts(one.clause, other.clause):
        return False
    contested: set[str] = set()
    for rival in rivals:
        contested |= set(one.clause.axes) & set(rival.clause.axes)
        for a, b in ((one, rival), (rival, one)):
            contested |= {w for reach in a.clause.negations for w in reach if w in b.clause.words}
    return bool(contested & set(other.clause.words)) or not contested
