"""Whether two claims speak of the same thing: shared words, and no name on one side only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.grounding.facts import Fact, near
from engine.grounding.reading import Token
from engine.grounding.text import is_han
from engine.review.acts import SAME, acts
from engine.review.qualifiers import Qualifiers, in_means, qualifiers
from engine.review.statements import Statement, reading, sentences

LEAST_SHARED = 0.5
"""Part of the shorter claim's words that both must have."""
LEAST_SHARED_ACROSS = 0.6
"""The same where the claims are in two languages."""
TELLING = frozenset({"ware", "place", "material", "colour", "fit", "topic"})
"""Kinds of words that say of which thing a claim is."""
STATES = frozenset({"unopened", "unused", "temperature"})
"""Axes that say in which state a thing is: opened, used, hot."""
_SILENT = frozenset({"neg", "quantity", "when", "light", "mark"})


@dataclass(frozen=True, slots=True)
class About:
    """What a claim is about. `around`: what its entry names beside it."""

    words: Mapping[str, float]
    names: frozenset[str]
    acts: frozenset[str]
    states: Mapping[str, int]
    whole_states: Mapping[str, int]
    """Those of its whole sentence."""
    around: frozenset[str]
    title: frozenset[str]
    han: bool
    qualified: Qualifiers
    done: frozenset[str] = frozenset()
    """Of a value, the acts named before it in its clause."""


def about_fact(statement: Statement, fact: Fact) -> About:
    """What a value is said of. Of a list of places and goods, of those that stand nearest."""
    read = fact.reading
    clause = read.clause_of(fact.position)
    tokens = [t for t in read.tokens if t.clause == clause and t.start != fact.position]
    shared = [t for t in tokens if t.kind in ("ware", "place")]
    own = fact.owners
    tokens = [t for t in tokens if t not in shared or t.concept in own]
    silent = {t.concept for t in read.tokens if t.kind in _SILENT or t.concept == "when"}
    words = {
        SAME.get(c, c): w
        for c, w in near(read, fact.position)
        if c not in silent and not c[0].isdigit() and c != "contact"
    }
    before = acts(t for t in read.tokens if t.clause == clause and t.start < fact.position)
    about = _about(statement, words, tokens, qualifiers(read, clause, fact.position))
    return replace(about, done=before - {"pay"})


def about_clause(statement: Statement, clause: int) -> About:
    """What a clause is about."""
    tokens = [t for t in statement.reading.tokens if t.clause == clause]
    words = {SAME.get(t.concept, t.concept): 1.0 for t in tokens if t.kind not in _SILENT}
    words.pop("when", None)
    return _about(statement, words, tokens, qualifiers(statement.reading, clause))


def _about(
    statement: Statement,
    words: Mapping[str, float],
    tokens: Iterable[Token],
    qualified: Qualifiers,
) -> About:
    tokens = [t for t in tokens if t.kind not in ("neg", "light")]
    titled = reading(statement.title).tokens if statement.title else ()
    named = frozenset(t.concept for t in titled if t.kind in TELLING)
    return About(
        words,
        named | frozenset(t.concept for t in tokens if t.kind in TELLING),
        acts(t for t in tokens if not in_means(statement.reading, t)),
        _states(tokens),
        _states(statement.reading.tokens),
        _around(statement),
        frozenset(SAME.get(t.concept, t.concept) for t in titled if t.kind in ("plain", *TELLING)),
        is_han(statement.text),
        qualified,
    )


def _states(tokens: Iterable[Token]) -> Mapping[str, int]:
    """In which states a thing is; none where it is said to be in both."""
    found: dict[str, set[int]] = defaultdict(set)
    for token in tokens:
        if token.concept in STATES:
            found[token.concept].add(token.sign)
    return {state: min(signs) for state, signs in found.items() if len(signs) == 1}


@lru_cache(maxsize=65536)
def _around(statement: Statement) -> frozenset[str]:
    told = (statement.text, statement.title, statement.before, statement.asked)
    texts = [*told, *sentences(statement.answer)]
    return frozenset(t.concept for text in texts if text for t in reading(text).tokens)


def shared(one: About, other: About) -> float:
    """The part of the shorter claim's words that the other has too."""
    both = sum(min(w, other.words[c]) for c, w in one.words.items() if c in other.words)
    return both / (min(sum(one.words.values()), sum(other.words.values())) or 1.0)


def likeness(one: About, other: About) -> float:
    """The part of both claims' words that is in both."""
    both = sum(min(w, other.words[c]) for c, w in one.words.items() if c in other.words)
    return 2 * both / ((sum(one.words.values()) + sum(other.words.values())) or 1.0)


def same_thing(one: About, other: About, *, sure: bool = False) -> bool:
    """Whether two claims are about the same thing, as far as their words tell.

    `sure`: their sentences are so near in meaning that they need not share words.
    """
    across = one.han != other.han
    if not sure and shared(one, other) < (LEAST_SHARED_ACROSS if across else LEAST_SHARED):
        return False
    lacking = (bool(one.names - other.around), bool(other.names - one.around))
    if all(lacking) or (any(lacking) and not (sure and across)):
        return False
    if _other_state(one, other) or _other_state(other, one):
        return False
    ours, theirs = one.acts - other.acts, other.acts - one.acts
    if ours - other.around and theirs - one.around:
        return False
    if one.done and other.done and not one.done & other.done:
        return False
    if one.title - other.around and other.title - one.around:
        return False
    return not _qualified_otherwise(one, other)


def _other_state(one: About, other: About) -> bool:
    """Whether a clause is of a state that the other sentence does not speak of."""
    return any(
        other.states.get(state, other.whole_states.get(state)) != sign
        for state, sign in one.states.items()
    )


def _qualified_otherwise(one: About, other: About) -> bool:
    """Whether both are narrowed down, each by what the other's entry never names."""
    ours, theirs = one.qualified, other.qualified
    if one.han != other.han:
        return bool(ours.known - other.around) and bool(theirs.known - one.around)
    if ours.words - other.around and theirs.words - one.around:
        return True
    return any(
        modified - theirs.heads[head] - other.around and theirs.heads[head] - modified - one.around
        for head, modified in ours.heads.items()
        if head in theirs.heads
    )
