"""A statement that denies what another affirms: the denied words stand in the other, unlimited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.grounding.text import is_han
from engine.review.qualifiers import EVERYWHERE
from engine.review.sayings import Claim, Said, told
from engine.review.statements import Statement
from engine.review.topics import (
    SAME_WORD,
    SAME_WORD_ACROSS,
    Word,
    WordNearness,
    around,
)

LEAST_NEAR = 0.5
"""The nearness of two statements of one language from which on one may deny the other."""
LEAST_NEAR_ACROSS = 0.38
"""The same across languages, whose sentences are never as near."""
PREFIXED_NEAR = 0.5
"""The same where one has a word of the other with a prefix that denies it."""
LEAST_COVERED = 0.5
"""The part of a denying clause's other words that the affirming entry has at least."""
_PREFIX = re.compile(r"^(?:un|in|im|ir|non|dis)(?=\w{3})")


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
    denials = [c for c in denials if not c.limits - affirmed.limits]
    if not denials or said.states - affirmed.states:
        return False
    match = _Match(near, across)
    everything = around(yes)
    if said.conditional and not _meets(said.conditions, everything, match):
        return False
    if any(match.named(w, everything) for w in said.exceptions):
        return False
    known = around(no)
    when = affirmed.situation if is_han(yes.text) and not across else affirmed.situation[:1]
    if not all(match.named(w, known) for w in when):
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
    return named >= least * len(conditions)


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
    if all(w.concept in EVERYWHERE for w in denial.denied):
        return False
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
            return any(word.written in w.written for w in among)
        least = SAME_WORD_ACROSS if self.across else SAME_WORD
        return any(self.near.words(word.plain, w.plain) >= least for w in among)
