"""Pairs of statements that cannot both be true: of two entries, or of one in two languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.review.charges import free_or_priced
from engine.review.classes import other_members
from engine.review.denials import axes_differ, denial, flatly_denied, negative
from engine.review.moments import at_other_steps
from engine.review.nearness import Nearness
from engine.review.needed import needed_or_not
from engine.review.numbers import Clash, between, clash
from engine.review.opposed import opposed, same_limits, same_windows
from engine.review.statements import Statement
from engine.review.topics import two_topics

LEAST_COSINE = 0.38
"""Statements less near than this are not compared."""
NEAR = 1.0
"""What the nearness of two statements and that of their entries' questions come to at least."""
NEAR_BY_NAME = 0.55
"""The nearness that is enough where both name the same thing."""
NEAR_ALONE = 0.6
"""The nearness of two statements that is enough whatever their entries' questions are."""
NEAR_ACROSS = 0.48
"""The same for two of two languages."""
NEAR_WHOLE = 0.95
"""What the nearness of two statements and of their questions come to where values stand alone."""
NEEDED_NEAR = 0.6
"""The nearness of two statements from which on they may need and not need one thing."""
SURE = 0.7
"""The nearness of statements, and of questions too, from which on they need not share words."""
TRANSLATED = 0.5
"""The nearness of two sentences of one entry from which on one translates the other."""
IN_PLACE = 0.33
"""The same for sentences that stand at one place of answers of as many."""
NEIGHBOURS = 12
"""The statements nearest to one that are compared with it."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements, the key of the wording, and the two values that differ, if any."""

    one: Statement
    other: Statement
    key: str
    values: tuple[str, str] = ("", "")


def between_entries(
    told: Sequence[Statement], near: Nearness, asked: Sequence[int] | None = None
) -> Iterator[Contradiction]:
    """Contradictions of different entries; `asked`: only those of these statements."""
    near.learn((s.language, text) for s in told for text in (s.text, s.asked))
    for i, j, cosine in near.nearest(told, NEIGHBOURS, asked, least=LEAST_COSINE):
        one, other = told[i], told[j]
        if one.entry == other.entry or not one.scope.meets(other.scope):
            continue
        whole = cosine + near.cosine((one.language, one.asked), (other.language, other.asked))
        if whole < NEAR and cosine < NEAR_BY_NAME:
            continue
        sure = cosine >= SURE and whole >= 2 * SURE
        close = whole >= NEAR or cosine >= NEAR_ALONE
        across = one.language != other.language
        alone = cosine >= (NEAR_ACROSS if across else NEEDED_NEAR) and whole >= NEAR_WHOLE
        found = _compared(one, other, near, close=close, sure=sure, alone=alone)
        if not found and close and _opposed(one, other, near, cosine):
            found = Contradiction(one, other, "denial")
        priced = cosine >= NEAR_ALONE or (cosine >= NEAR_BY_NAME and whole >= NEAR)
        if not found and priced and _charged(one, other):
            found = Contradiction(one, other, "free")
        if not found and cosine >= NEEDED_NEAR and at_other_steps(one, other):
            found = Contradiction(one, other, "step")
        if found and not other_members(one, other) and not two_topics(one, other, near):
            yield found


def _opposed(one: Statement, other: Statement, near: Nearness, cosine: float) -> bool:
    if cosine >= NEEDED_NEAR and needed_or_not(one, other) and _alike_limited(one, other):
        return True
    return opposed(one, other, near, cosine)


def _charged(one: Statement, other: Statement) -> bool:
    return free_or_priced(one, other) and _alike_limited(one, other)


def _alike_limited(one: Statement, other: Statement) -> bool:
    return same_windows(one, other) and same_limits(one, other)


def _compared(
    one: Statement, other: Statement, near: Nearness, *, close: bool, sure: bool, alone: bool
) -> Contradiction | None:
    counted = one.counts and other.counts
    if close and counted and (found := clash(one, other, sure=sure, near=near if alone else None)):
        return Contradiction(one, other, found.key, _values(found))
    if (denied := denial(one, other)) and (close or denied.telling):
        return Contradiction(one, other, denied.key)
    return None


def _values(found: Clash) -> tuple[str, str]:
    return found.one.label, found.other.label


def within_entry(told: Sequence[Statement], near: Nearness | None) -> Iterator[Contradiction]:
    """Contradictions of one entry's languages; of yes and no only where nearness is known."""
    by_language: dict[str, list[Statement]] = defaultdict(list)
    for statement in told:
        by_language[statement.language].append(statement)
    for ours, theirs in combinations(by_language.values(), 2):
        for one, other, found in between(ours, theirs):
            yield Contradiction(one, other, found.key, _values(found))
        if near is not None:
            yield from _denials(ours, theirs, near)


def _untrue(one: Statement, other: Statement, near: Nearness, cosine: float) -> bool:
    """Whether one of two translations denies what the other, without any denial, affirms."""
    if flatly_denied(one, other):
        return True
    if negative(one) and negative(other):
        return False
    return axes_differ(one, other) or opposed(one, other, near, cosine)


def _denials(
    ours: Sequence[Statement], theirs: Sequence[Statement], near: Nearness
) -> Iterator[Contradiction]:
    near.learn((s.language, s.text) for s in (*ours, *theirs))

    def nearness(one: Statement, other: Statement) -> float:
        return near.cosine((one.language, one.text), (other.language, other.text))

    for place, one in enumerate(ours):
        other = max(theirs, key=lambda s: nearness(one, s))
        mutual = max(ours, key=lambda s: nearness(s, other)) is one
        ordered = len(ours) == len(theirs) and other is theirs[place]
        if not mutual:
            continue
        if denied := denial(one, other):
            yield Contradiction(one, other, denied.key)
        least, cosine = IN_PLACE if ordered else TRANSLATED, nearness(one, other)
        if not denied and cosine >= least and _untrue(one, other, near, cosine):
            yield Contradiction(one, other, "denial")
