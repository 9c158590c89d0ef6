"""A statement that denies what another affirms: the denied words stand in the other, unlimited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.clauses import clause_at
from engine.grounding.reading import Reading, Token
from engine.grounding.text import is_han
from engine.review.same_thing import STATES
from engine.review.statements import Statement
from engine.review.topics import (
    SAME_WORD,
    SAME_WORD_ACROSS,
    Word,
    WordNearness,
    around,
    words,
)

LEAST_NEAR = 0.6
"""The nearness of two statements of one language from which on one may deny the other."""
LEAST_NEAR_ACROSS = 0.42
"""The same across languages, whose sentences are never as near."""
PREFIXED_NEAR = 0.5
"""The same where one has a word of the other with a prefix that denies it."""
LEAST_COVERED = 0.5
"""The part of a denying clause's other words that the affirming entry has at least."""
_PLAIN = re.compile(
    r"(?:not|no|never|none|nothing|nobody|nor|neither|unable|impossible|forbidden|prohibited|banned"
    r"|refuses?d?|不|没|未|无|勿|禁|拒|谢绝|莫|别)",
    re.I,
)
"""Words that deny what follows; "except", "without" and the like only take something out."""
_KEPT = STATES | {"when"}
"""Axes whose words may stand in a denial; the others are opposites by themselves."""
_TERMS = re.compile(r"无理由|无条件|无线|无糖|无釉|无人|无缝|无限|不锈|不干胶|不倒翁|非常|不同|不少|不错|没收|未来|不再另|不另")
"""Chinese terms that hold a negation and deny nothing."""
_CONDITIONAL = re.compile(r"[不没未无]([^,，。；;]{0,6}?)(?:时候?|的话|的|后|之前|前|就|则)(?![\u4e00-\u9fff]?天)")
"""A negation of when something holds, or of which thing: 没电时, 未付款的."""
_EXCEPTION = re.compile(
    r"\b(?:unless|except|apart from|other than)\b|除非|除了|除外|以外", re.I
)
_REASON = re.compile(r"^(?:because|since|as|due to)\b|^(?:因为|由于|因)", re.I)
_WINDOWS = frozenset({"season", "holiday", "weekend", "weekday", "morning", "tonight", "tomorrow"})
_CALENDAR = frozenset({"weekday", "date", "monthname"})
_PREFIX = re.compile(r"^(?:un|in|im|ir|non|dis)(?=\w{3})")
_WHEN = re.compile(
    r"\b(?:if|when|once|after|before|beyond|over|under|during|while|until)\b"
    r"|如果|若|一旦|超过|之后|以后|期间|后(?!台|盖)|前(?=[，,不无]|$)|不满|未满|[的]?时(?=[，,不无可]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one clause says. `denied`: the words after its negation, `other`: those before it."""

    denies: bool
    denied: tuple[Word, ...]
    other: tuple[Word, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """All its words."""
        return self.other + self.denied


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence says, and what limits that: conditions, exceptions, states, amounts."""

    claims: tuple[Claim, ...]
    conditions: tuple[Word, ...]
    exceptions: tuple[Word, ...]
    states: frozenset[tuple[str, int]]
    limits: frozenset[str]
    conditional: bool
    windows: frozenset[str] = frozenset()
    """The days and seasons it speaks of."""
    unless: tuple[str, ...] = ()
    """Of Chinese conditions that hold a negation, what it denies: 未开瓶的."""


def opposed(one: Statement, other: Statement, near: WordNearness, cosine: float) -> bool:
    """Whether one of two statements denies what the other affirms."""
    across = is_han(one.text) != is_han(other.text)
    if not same_windows(one, other):
        return False
    prefixed = not across and cosine >= PREFIXED_NEAR and _prefixed(one, other)
    if prefixed and same_limits(one, other):
        return True
    if cosine < (LEAST_NEAR_ACROSS if across else LEAST_NEAR):
        return False
    return _denies(one, other, near, across) or _denies(other, one, near, across)


def _prefixed(one: Statement, other: Statement) -> bool:
    """Whether a word of one is the other's with a prefix that denies it: locked, unlocked."""
    ours, theirs = ({w.written for c in told(s).claims for w in c.words} for s in (one, other))
    return any(
        _PREFIX.sub("", long) in few and long not in few and _PREFIX.sub("", long) not in many
        for many, few in ((ours, theirs), (theirs, ours))
        for long in many
        if _PREFIX.match(long)
    )


def same_windows(one: Statement, other: Statement) -> bool:
    """Whether two statements may be of the same days, as far as both name any."""
    ours, theirs = told(one).windows, told(other).windows
    return not (ours and theirs) or bool(ours & theirs)


def _denies(no: Statement, yes: Statement, near: WordNearness, across: bool) -> bool:
    said, affirmed = told(no), told(yes)
    denials = [c for c in said.claims if c.denies]
    if not denials or said.states - affirmed.states or said.limits - affirmed.limits:
        return False
    match = _Match(near, across)
    everything = around(yes)
    if said.conditional and not _meets(said.conditions, everything, match):
        return False
    if any(match.named(w, everything) for w in said.exceptions):
        return False
    for denial in denials:
        of_it = [c for c in affirmed.claims if _covered(denial, c, affirmed, everything, match)]
        if of_it and not any(c.denies for c in of_it):
            return True
    return False


def _meets(conditions: Sequence[Word], everything: Sequence[Word], match: _Match) -> bool:
    """Whether what a denial is limited to is named by the other's entry too."""
    least = LEAST_COVERED if match.across else 1.0
    named = sum(match.named(w, everything) for w in conditions)
    return bool(conditions) and named >= least * len(conditions)


def _covered(
    denial: Claim, claim: Claim, affirmed: Said, everything: Sequence[Word], match: _Match
) -> bool:
    """Whether a claim is of what is denied: all of it, and of half of what it is denied of."""
    every = [w for c in affirmed.claims for w in c.words] + list(affirmed.conditions)
    rest = [match.named(w, everything) for w in denial.other]
    if sum(rest) < LEAST_COVERED * len(rest):
        return False
    if not denial.denied:
        return any(match.named(w, claim.words) for w in denial.other)
    denied = [match.named(w, every) for w in denial.denied]
    least = LEAST_COVERED if match.across else 1.0
    own = match.across or match.named(denial.denied[0], claim.words)
    return own and sum(denied) >= least * len(denied)


def same_limits(one: Statement, other: Statement) -> bool:
    """Whether two statements hold on the same conditions and of the same states and amounts."""
    ours, theirs = told(one), told(other)
    if ours.states != theirs.states:
        return False
    if ours.limits and theirs.limits and not ours.limits & theirs.limits:
        return False
    for limited, free in ((ours, theirs), (theirs, ours)):
        if any(lack in w.written for lack in limited.unless for w in free.conditions):
            return False
    mine, its = ({w.written for w in around(s)} for s in (one, other))
    return all(w.written in its for w in ours.conditions) or all(
        w.written in mine for w in theirs.conditions
    )


@dataclass(frozen=True, slots=True)
class _Match:
    near: WordNearness
    across: bool

    def named(self, word: Word, among: Sequence[Word]) -> bool:
        """Whether a word, or one that means the same, is among others."""
        if any(word.written == w.written or word.concept == w.concept for w in among):
            return True
        if is_han(word.plain) and not self.across:
            return False
        least = SAME_WORD_ACROSS if self.across else SAME_WORD
        return any(self.near.words(word.plain, w.plain) >= least for w in among)


@lru_cache(maxsize=65536)
def told(statement: Statement) -> Said:
    """What a statement says, clause by clause."""
    read = statement.reading
    text = read.text
    claims: list[Claim] = []
    conditions: list[Word] = []
    exceptions: list[Word] = []
    conditional = False
    for index in range(read.clauses):
        start, end = read.starts[index], (*read.starts[1:], len(text))[index]
        segment = text[start:end].strip(" ,;:，；：。.!?！？")
        limit = _EXCEPTION.search(segment)
        if limit:
            exceptions += words(segment)
            continue
        if _REASON.search(segment):
            continue
        if clause_at(read, index).condition:
            conditional = True
            conditions += words(segment)
            continue
        condition = _WHEN.search(segment)
        if condition and not is_han(segment):
            conditional = True
            conditions += words(segment[condition.end() :])
            segment = segment[: condition.start()]
        elif condition:
            conditional = True
            conditions += words(segment[: condition.start()])
            segment = segment[condition.end() :]
        if found := _claim(read, index, start, segment):
            claims.append(found)
    states = frozenset((t.concept, t.sign) for t in read.tokens if t.concept in STATES)
    limits = frozenset(q.key for q in read.quantities if q.unit not in ("clock", "count"))
    windows = frozenset(q.key for q in read.quantities if q.unit in _CALENDAR) | frozenset(
        t.concept for t in read.tokens if t.concept in _WINDOWS
    )
    unless = tuple(hit[1] for hit in _CONDITIONAL.finditer(text) if hit[1])
    return Said(
        tuple(claims), tuple(conditions), tuple(exceptions), states, limits, conditional, windows,
        unless,
    )  # fmt: skip


def _claim(read: Reading, index: int, start: int, segment: str) -> Claim | None:
    negations = [t for t in read.tokens if t.clause == index and _negates(read, t)]
    if len(negations) > 1:
        return None
    if not negations:
        said = words(segment)
        return Claim(False, (), said) if said else None
    if any(t.clause == index and t.kind == "axis" and t.concept not in _KEPT for t in read.tokens):
        return None
    token = negations[0]
    end = (*read.starts[1:], len(read.text))[index]
    before, after = read.text[start : token.start], read.text[token.end : end]
    return Claim(True, words(after), words(before))


def _negates(read: Reading, token: Token) -> bool:
    if token.kind != "neg" or not _PLAIN.match(token.word) or token.attribute:
        return False
    spans = [hit.span() for p in (_TERMS, _CONDITIONAL) for hit in p.finditer(read.text)]
    return not any(a <= token.start < b for a, b in spans)
