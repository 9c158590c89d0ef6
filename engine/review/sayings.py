"""What a sentence says clause by clause: what it denies, on what conditions, of which days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.clauses import clause_at
from engine.grounding.reading import Reading, Token
from engine.grounding.text import is_han
from engine.review.same_thing import STATES
from engine.review.statements import Statement
from engine.review.topics import Word, words

_PLAIN = re.compile(
    r"(?:not|no|never|none|nothing|nobody|nor|neither|unable|impossible|forbidden|prohibited|banned"
    r"|refuses?d?|不|没|未|无|勿|禁|拒|谢绝|莫|别)",
    re.I,
)
"""Words that deny what follows; "except", "without" and the like only take something out."""
MARKS = " ,;:，；：。.!?！？"
_KEPT = STATES | {"when"}
"""Axes whose words may stand in a denial; the others are opposites by themselves."""
_TERMS = re.compile(
    r"无理由|无条件|无线|无糖|无釉|无人|无缝|无限|不锈|不干胶|不倒翁|非常|不同|不少|不错|没收|未来|不再另|不另"
)
"""Chinese terms that hold a negation and deny nothing."""
_CONDITIONAL = re.compile(
    r"[不没未无]([^,，。；;]{0,6}?)(?:时候?|的话|的|后|之前|前|就|则)(?![\u4e00-\u9fff]?天)"
)
"""A negation of when something holds, or of which thing: 没电时, 未付款的."""
_EXCEPTION = re.compile(r"\b(?:unless|except|apart from|other than)\b|除非|除了|除外|以外", re.I)
_REASON = re.compile(r"^(?:because|since|as)\b|^(?:因为|由于|因)", re.I)
_WINDOWS = frozenset({"season", "holiday", "weekend", "weekday", "morning", "tonight", "tomorrow"})
_CALENDAR = frozenset({"weekday", "date", "monthname"})
_WHEN = re.compile(
    r"\b(?:if|when|once|after|before|beyond|over|under|during|while|until)\b"
    r"|如果|若|一旦|超过|之后|以后|期间|后(?!台|盖)|前(?=[，,不无]|$)|不满|未满|[的]?时(?=[，,不无可]|$)",
    re.I,
)


_SITUATION = re.compile(
    r"\b(?:when|once|after|before|during|while|until)\b|时|期间|之?[前后](?![台盖门轮])", re.I
)
_NEED = re.compile(r"\b(?:needed|necessary|required)\b", re.I)
"""What is not needed is not denied."""
_MODAL = re.compile(
    r"\b(?:can|could|will|would|may|must|is|are|do|does)(?: no)?(?: not| longer)", re.I
)
"""Where the denial begins in a sentence that opens with a condition and has no comma."""
_STEPS = frozenset({"order", "item", "售出", "购买", "下单"})
"""What has happened to all that was sold: no condition at all."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one clause says. `denied`: the words after its negation, `other`: those before it."""

    denies: bool
    denied: tuple[Word, ...]
    other: tuple[Word, ...]
    limits: frozenset[str] = frozenset()
    """The amounts and days in its clause."""

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
    situation: tuple[Word, ...] = ()
    """Of its conditions those that say when: "after the parcel was sent"."""


@lru_cache(maxsize=65536)
def told(statement: Statement) -> Said:
    """What a statement says, clause by clause."""
    read = statement.reading
    text = read.text
    claims: list[Claim] = []
    conditions: list[Word] = []
    exceptions: list[Word] = []
    situation: list[Word] = []
    conditional = False
    for index in range(read.clauses):
        start, end = read.starts[index], (*read.starts[1:], len(text))[index]
        whole = text[start:end].strip(MARKS)
        segment = _REASON.sub("", whole).strip()
        if _EXCEPTION.search(segment):
            exceptions += words(segment)
            continue
        start, limit = _unlimited(read, index, segment, reason=segment != whole)
        conditional = conditional or limit is not None
        found = [w for w in words(limit or "") if w.concept not in _STEPS]
        conditions += found
        situation += found if _SITUATION.search(whole) else []
        if start >= 0:
            claims += _claims(read, index, start)
    states = frozenset((t.concept, t.sign) for t in read.tokens if t.concept in STATES)
    limits = _limits(read, 0, len(text))
    windows = frozenset(q.key for q in read.quantities if q.unit in _CALENDAR) | frozenset(
        t.concept for t in read.tokens if t.concept in _WINDOWS
    )
    unless = tuple(hit[1] for hit in _CONDITIONAL.finditer(text) if hit[1])
    return Said(
        tuple(claims), tuple(conditions), tuple(exceptions), states, limits, conditional, windows,
        unless, tuple(situation),
    )  # fmt: skip


def _unlimited(read: Reading, index: int, segment: str, *, reason: bool) -> tuple[int, str | None]:
    """Where the claim of a clause starts, or -1, and the words of the condition it holds on."""
    start = read.text.index(segment, read.starts[index]) if segment else -1
    if not segment:
        return -1, None
    if clause_at(read, index).condition and not reason:
        modal = _MODAL.search(segment)
        end = (*read.starts[1:], len(read.text))[index]
        last = not read.text[end:].strip(MARKS)
        if modal and last and not is_han(segment):
            before = segment[: modal.start()].rstrip().rfind(" ") + 1
            return start + before, segment[:before]
        return -1, segment
    condition = _WHEN.search(segment)
    if condition is None:
        return start, None
    if is_han(segment):
        return start + condition.end(), segment[: condition.start()]
    return start, segment[condition.end() :]


def _claims(read: Reading, index: int, start: int) -> Iterator[Claim]:
    """The claims of a clause: one, or one for each of its negations."""
    end = (*read.starts[1:], len(read.text))[index]
    limits = _limits(read, read.starts[index], end)
    negations = [t for t in read.tokens if start <= t.start < end and _negates(read, t)]
    if not negations:
        condition = None if is_han(read.text) else _WHEN.search(read.text, start, end)
        said = words(read.text[start : condition.start() if condition else end])
        if said:
            yield Claim(False, (), said, limits)
        return
    opposite = any(
        t.clause == index and t.kind == "axis" and t.concept not in _KEPT for t in read.tokens
    )
    if opposite or _NEED.search(read.text, start, end):
        return
    before = words(read.text[start : negations[0].start])
    ends = [*(t.start for t in negations[1:]), end]
    for token, until in zip(negations, ends, strict=True):
        yield Claim(True, words(read.text[token.end : until]), before, limits)


def _limits(read: Reading, start: int, end: int) -> frozenset[str]:
    found = (q for q in read.quantities if start <= q.start < end)
    return frozenset(q.key for q in found if q.unit not in ("clock", "count"))


def _negates(read: Reading, token: Token) -> bool:
    if token.kind != "neg" or not _PLAIN.match(token.word) or token.attribute:
        return False
    spans = [hit.span() for p in (_TERMS, _CONDITIONAL) for hit in p.finditer(read.text)]
    return not any(a <= token.start < b for a, b in spans)
