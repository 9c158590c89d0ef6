"""What each clause of a sentence claims and denies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading, Token
from engine.grounding.text import is_han
from engine.grounding.units import CURRENCIES

SUBJECT = 0.4
_NEGATIVE_AXES = frozenset({"include", "stock", "open", "required"})
_WEIGHT = {"gram": 0.5, "light": 0.5, "neg": 0.0, "place": 2.0, "topic": 1.5}
PREDICATE_KINDS = frozenset({"plain", "topic"})
_MARKS = " ,;:，；：。.!?！？"
_CONDITION = re.compile(
    r"^(?:and |or |but )?"
    r"(?:should|if|when|once|as long as|after|before|until|where|whether|because|since)\b"
    r"|^(?:还|仍)?[没未].{1,8}就|^(?:如果?|若|只要|要是|假如|一旦|当|因为)|(?:时|后|之后|的话|之前|前|期间)$",
    re.I,
)
_WITHOUT = frozenset({"without", "free of", "无"})
_ONLY = re.compile(
    r"\bonly\b(?! (?:\d|[€$£¥]|an? |one\b|two\b))|\bsolely\b|\bexclusively\b"
    r"|[只仅](?!(?:要|需|有|重|需要)?\s*\d)|限[于用购量一]|[人单]限",
    re.I,
)
_AXIS_WEIGHT = {"when": 0.3, "required": 0.5}


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause claims: its words with weights, its axes with signs, its negations' reach."""

    words: dict[str, float]
    axes: dict[str, int]
    negations: tuple[frozenset[str], ...]
    predicates: frozenset[str] = frozenset()
    """The first word that each negation denies."""
    condition: bool = False
    """Whether it only says when something else holds."""
    verbal: bool = False
    """Whether a negation is of its verb, not only "without"."""
    priced: bool = False
    """Whether it states an amount of money."""
    only: frozenset[str] = frozenset()
    """What it restricts to: the words after "only", 只."""

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
        return replace(self, words=words)


def _reach(tokens: list[Token]) -> list[frozenset[str]]:
    """What each negation of a clause denies: what follows it, or all where nothing follows."""
    content = [t for t in tokens if t.kind != "neg"]
    out = []
    for token in tokens:
        if token.kind == "neg":
            end = token.bounded or 1_000_000
            after = [t.concept for t in content if token.start < t.start < end]
            before = [t.concept for t in content if t.start < token.start]
            if after or token.word.lower() not in _WITHOUT:
                guessed = before if is_han(token.word) else before[-1:]
                out.append(frozenset(after or guessed or ["*"]))
    return out


def _predicates(tokens: list[Token]) -> frozenset[str]:
    """The words that stand right after a negation."""
    return frozenset(
        b.concept for a, b in pairwise(tokens) if a.kind == "neg" and b.kind in PREDICATE_KINDS
    )


def _token_weight(token: Token) -> float:
    return _AXIS_WEIGHT.get(token.concept, _WEIGHT.get(token.kind, 1.0))


def _lacking(tokens: list[Token]) -> list[Token]:
    """Attributes such as 没有涂层的 as one word, "not finish", that denies nothing."""
    out: list[Token] = []
    for token in tokens:
        if out and out[-1].attribute and token.kind != "neg":
            lack = out.pop()
            token = replace(token, concept=f"not {token.concept}", start=lack.start)
        out.append(token)
    return out


def _is_slight(token: Token) -> bool:
    """Whether a negation leaves the rest of its clause affirmed: "without", 未送达的."""
    return token.bounded > 0 or token.word.lower() in _WITHOUT


def _priced(tokens: list[Token], found: list[Quantity]) -> list[Token]:
    """Delivery with its price or as free is the delivery fee: "shipping is €4.95"."""
    free = any(t.concept == "free" for t in tokens)
    if not free and not any(q.unit in CURRENCIES for q in found):
        return tokens
    return [replace(t, concept="shipfee") if t.concept == "delivery" else t for t in tokens]


def _text(reading: Reading, chosen: frozenset[int]) -> str:
    """The words of one clause; of several, nothing."""
    if len(chosen) != 1:
        return ""
    (index,) = chosen
    ends = (*reading.starts[1:], len(reading.text))
    return reading.text[reading.starts[index] : ends[index]].strip(_MARKS)


@lru_cache(maxsize=64)
def _limit(text: str) -> float:
    """Where the words that "only" restricts to begin; infinity without one."""
    found = _ONLY.search(text)
    return found.end() if found else math.inf


def _axes_of(token: Token, reading: Reading, tokens: list[Token]) -> list[str]:
    """The axes an axis word speaks of. A "before" has one for each thing it may be said of: the
    next two words, in Chinese the last."""
    if token.concept != "when":
        return [token.concept]
    items = [(t.start, t.concept) for t in tokens if t.concept != token.concept]
    items = sorted(items + [(q.start, q.key) for q in reading.quantities])
    if is_han(token.word):
        anchors = [name for start, name in items if start < token.start][-1:]
    else:
        anchors = [name for start, name in items if start > token.start][:2]
    return [f"when {name}" for name in anchors]


def _clause(reading: Reading, wanted: Iterable[int]) -> Clause:
    chosen = frozenset(wanted)
    found = [q for q in reading.quantities if reading.clause_of(q.start) in chosen]
    tokens = _priced(_lacking([t for t in reading.tokens if t.clause in chosen]), found)
    words = {t.concept: _token_weight(t) for t in tokens if t.kind != "neg"}
    negations = _reach(tokens)
    timed = any(q.unit == "clock" for q in found)
    axes: dict[str, int] = {}
    for token in tokens:
        if token.kind != "axis" or (token.concept == "open" and timed):
            continue
        flips = sum(1 for reach in negations if token.concept in reach)
        sign = token.sign * (-1) ** flips
        for axis in _axes_of(token, reading, tokens):
            axes[axis] = sign if axes.get(axis, sign) == sign else 0
        if token.sign < 0 and token.concept in _NEGATIVE_AXES:
            negations.append(frozenset(words))
    for quantity in found:
        words[quantity.key] = 0.7
        negations = [n if "*" not in n else frozenset({quantity.key}) for n in negations]
    condition = bool(_CONDITION.search(_text(reading, chosen)))
    slight = sum(t.kind == "neg" and _is_slight(t) for t in tokens)
    verbal = len(negations) > slight
    limit = _limit(reading.text)
    only = frozenset(t.concept for t in tokens if t.start >= limit)
    priced = any(q.unit in CURRENCIES for q in found)
    said = _predicates(tokens)
    return Clause(words, axes, tuple(negations), said, condition, verbal, priced, only)


def clause_at(reading: Reading, index: int) -> Clause:
    """One clause of a sentence, which may claim nothing."""
    return _clause(reading, (index,))


@lru_cache(maxsize=4096)
def clauses(reading: Reading) -> tuple[Clause, ...]:
    """The clauses of a sentence that claim something."""
    every = (clause_at(reading, n) for n in range(reading.clauses))
    return tuple(c for c in every if c.words)


@lru_cache(maxsize=4096)
def whole(reading: Reading) -> Clause:
    """A sentence as one clause, for its words."""
    return _clause(reading, range(reading.clauses))
