"""Words a source only ever denies, or only ever affirms, may not be said the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from engine.grounding.clauses import Clause, clauses, whole
from engine.grounding.reading import Source
from engine.types import SourceKind

AFFIRMED, DENIED, BESIDE, RESTRICTED = 1, 2, 4, 8
"""How a source uses a word: without denial, under one, beside one, with an "only"."""
TELLING = 0.9
"""Least weight of a word that is held against its uses."""
CLEAR = 0.75
"""A source is looked at if it shares at least this part of what the closest one shares."""


LEAST_RESTRICTED = 0.5
FITTING = 0.9
"""The part of a clause beside a common verb that one source sentence must affirm to excuse it."""
PLACE = 2.0
"""The weight of a place."""
LEAST_FITTING = LEAST_SUBJECT = 1.7
COMMON_VERBS = frozenset({"store_keep", "delivery", "return", "order", "item", "process", "parcel"})

Uses = dict[str, int]


def _uses(stated: Iterable[Clause]) -> Uses:
    uses: Uses = {}
    for clause in stated:
        denied = frozenset().union(*clause.negations)
        for word in clause.words:
            use = DENIED if word in denied else BESIDE if clause.verbal else AFFIRMED
            use |= RESTRICTED if clause.only else 0
            uses[word] = uses.get(word, 0) | use
    return uses


@lru_cache(maxsize=512)
def _source_uses(source: Source) -> Uses:
    return _uses(clause for reading in source.sentences for clause in clauses(reading))


@lru_cache(maxsize=512)
def _sentence_uses(source: Source) -> tuple[Uses, ...]:
    return tuple(_uses(clauses(reading)) for reading in source.sentences)


def _closest(said: Clause, every: list[Uses]) -> Uses:
    """The joint uses of what shares nearly the most words with the clause."""
    shares = [sum(w for word, w in said.words.items() if word in uses) for uses in every]
    top = max(shares, default=0.0)
    joint: Uses = {}
    for uses, share in zip(every, shares, strict=True):
        if top and share >= CLEAR * top:
            for word, use in uses.items():
                joint[word] = joint.get(word, 0) | use
    return joint


def _fits(word: str, said: Clause, sources: tuple[Source, ...]) -> bool:
    """Whether some source sentence affirms all else that the clause says."""
    rest = {w: weight for w, weight in said.words.items() if w != word}
    if sum(rest.values()) < LEAST_FITTING:
        return False
    for reading in (r for s in sources for r in s.sentences):
        affirming = [c for c in clauses(reading) if not c.negations]
        held = sum(v for w, v in rest.items() if any(w in c.words for c in affirming))
        if held >= FITTING * sum(rest.values()):
            return True
    return False


def _telling(said: Clause) -> list[str]:
    return [c for c, w in said.words.items() if TELLING <= w < 2 and c not in said.axes]


def _denies_a_place(said: Clause, uses: Uses) -> bool:
    """Whether a denial that names no day or number reaches a place the sources only affirm."""
    plain = not any(w[0].isdigit() or uses.get(w) == DENIED for w in said.words)
    reached = frozenset().union(*said.negations)
    return plain and any(said.words.get(w, 0) >= PLACE and uses.get(w) == AFFIRMED for w in reached)


def _only_denied(said: Clause, uses: Uses, sources: tuple[Source, ...]) -> bool:
    denied = [word for word in _telling(said) if uses.get(word, 0) & ~RESTRICTED == DENIED]
    return any(w not in COMMON_VERBS or not _fits(w, said, sources) for w in denied)


def _restricts(clause: Clause) -> bool:
    return bool(clause.only or clause.negations)


def complements(one: Clause, other: Clause) -> bool:
    """Whether "only within 3 hours" meets "not after 3 hours"."""
    restricts = (one.only and other.negations) or (other.only and one.negations)
    return bool(restricts) and any(w[0].isdigit() and w in other.words for w in one.words)


def _restricted(said: Clause, sources: tuple[Source, ...]) -> bool:
    """Whether a source restricts what an "only" clause restricts."""
    stated = (r for s in sources for r in s.sentences if any(map(_restricts, clauses(r))))
    return any(said.shared(whole(r)) >= LEAST_RESTRICTED for r in stated)


def _outside(said: Clause, sources: tuple[Source, ...]) -> bool:
    """Whether a source restricts the subject to something else: "sale items only exchanged"."""
    stated = [c for s in sources for r in s.sentences for c in clauses(r)]
    for limit in (c for c in stated if c.only and not c.only & frozenset(said.words)):
        subject = {w: v for w, v in limit.words.items() if w not in limit.only}
        shared = sum(v for w, v in subject.items() if w in said.words)
        rest = [w for w in _telling(said) if w not in limit.words]
        if rest and shared >= LEAST_SUBJECT and shared >= FITTING * sum(subject.values()):
            return not any(c.shared(said) >= FITTING * said.weight for c in stated)
    return False


def _complemented(said: Clause, sources: tuple[Source, ...]) -> bool:
    return any(complements(said, c) for s in sources for r in s.sentences for c in clauses(r))


def _beyond_names(said: Clause, sources: tuple[Source, ...]) -> Clause:
    """The clause without the words that only name products."""
    named = {
        w for s in sources if s.passage.kind is SourceKind.PRODUCT for w in whole(s.title).words
    }
    return replace(said, words={w: v for w, v in said.words.items() if w not in named})


def against_the_grain(said: Clause, sources: tuple[Source, ...]) -> bool:
    """Whether a clause affirms what its closest sources only deny, or denies what they affirm."""
    if said.condition or _complemented(said, sources):
        return False
    if not said.negations and _outside(said, sources):
        return True
    if said.only and not _restricted(said, sources):
        return True
    joint = _closest(said, [_source_uses(s) for s in sources])
    if not said.negations:
        said = _beyond_names(said, sources)
        near = _closest(said, [u for s in sources for u in _sentence_uses(s)])
        known = [joint[w] for w in _telling(said) if w in joint]
        only_in_denials = bool(known) and not any(use & AFFIRMED for use in known)
        return only_in_denials or any(_only_denied(said, uses, sources) for uses in (joint, near))
    if _denies_a_place(said, joint):
        return True
    known = [joint.get(word, 0) for word in said.words]
    if any(use & (DENIED | BESIDE | RESTRICTED) for use in known):
        return False
    telling = _telling(said)
    return any(joint.get(w, 0) & ~RESTRICTED == AFFIRMED for w in said.predicates if w in telling)
