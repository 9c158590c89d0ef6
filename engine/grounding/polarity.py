"""A negation may not flip: clauses are held against the source clauses that say most alike."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.grounding.clauses import Clause, clauses, whole
from engine.grounding.denial import against_the_grain, complements
from engine.grounding.reading import Reading, Source
from engine.grounding.text import is_han
from engine.types import SourceKind

ALIGNED = 0.45
"""Share of the smaller clause's words that must be shared before two clauses are compared."""
ALIGNED_ACROSS = 0.5
"""The same across languages, of the larger clause: half-known words align by chance."""
LEAST_SHARED = 0.7
PREDICATE = 0.5
NEAR_BEST = 0.9
NEAR_CONDITION = 0.7
"""The same of a condition, which says little by itself."""
ANSWERED = 0.45
"""A yes or no is judged by itself unless its sentence repeats this part of the question."""
STATES = frozenset({"unopened", "unused", "open", "stock", "include"})
"""Axes of what a thing is like: a clause that names one is held against those that do too."""
SPOKEN_OF = 0.6
"""The part of a question that one clause must hold for a bare yes or no to answer it."""
CONTEXT = 0.25
TITLE = 0.15
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|certainly|of course|absolutely|sure|是的|可以的|当然可以|可以|会的|需要的"
    r"|能的|有的|对的|没错|当然|能|会|有|对|支持)(?=[\s,，.。!！:;；]|$)",
    re.I,
)
_SORRY = r"(?:抱歉|对不起|很遗憾|不好意思|您好|亲)?[,，]?"
_NO = re.compile(
    r"^\W*(?:no(?=\W*$|[,.!:;]| (?:we|it|they|you|this|that)\b)|nope"
    r"|sorry,? no|unfortunately,? no"
    rf"|{_SORRY}(?:不是的?|不可以|不行|不能|没有的?|不会的?|不用|不需要|不支持|不))"
    r"(?=[\s,，.。!！:;；]|$)",
    re.I,
)

_OPEN_QUESTION = re.compile(
    r"\b(?:what|how|when|where|which|who|whose|why)\b|怎么|什么|哪|几|多少|多久|多长|多大|为何|谁",
    re.I,
)


def _denials(clause: Clause, shared: frozenset[str], axes: frozenset[str]) -> int:
    """How many negations reach a shared word, those spent on a shared axis left out."""
    return sum(1 for reach in clause.negations if reach & shared and not reach & axes)


def _lacks(one: Clause, other: Clause) -> bool:
    """Whether one speaks of something without what the other's has."""
    return any(w.startswith("not ") and w[4:] in other.words for w in one.words)


def contradicts(said: Clause, stated: Clause) -> bool:
    """Whether two aligned clauses say opposite things."""
    axes = frozenset(a for a in said.axes if said.axes[a] and stated.axes.get(a))
    if any(said.axes[a] != stated.axes[a] for a in axes):
        return True
    if said.axes.get("free") == 1 and stated.priced and "free" not in stated.axes:
        return True
    if _lacks(said, stated) or _lacks(stated, said):
        return True
    shared = frozenset(said.words) & frozenset(stated.words)
    if said.negations and stated.only and not said.predicates & shared:
        return False
    ours, theirs = _denials(said, shared, axes), _denials(stated, shared, axes)
    if (ours + theirs) % 2 == 0:
        return False
    return not (said.verbal and stated.verbal) and not complements(said, stated)


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
                near = not across or _anchored(claim, other)
                least = ALIGNED * min(both) if near else ALIGNED_ACROSS * max(both)
                if shared < least or not _predicate(claim, other):
                    continue
                likeness = shared / (claim.weight * other.weight) ** 0.5
                found.append((likeness * 2 + context, stated))
    return sorted(found, key=lambda pair: -pair[0])


def _anchored(claim: Clause, stated: Clause) -> bool:
    """Whether two clauses share a quantity and speak of the same axis."""
    return any(w[0].isdigit() and w in stated.words for w in claim.words) and any(
        axis in stated.axes for axis in claim.axes
    )


def _predicate(claim: Clause, stated: Clause) -> bool:
    """Whether enough is shared, and more than a place."""
    shared = [w for c, w in claim.words.items() if c in stated.words]
    return sum(shared) >= LEAST_SHARED and any(PREDICATE <= w <= 1.5 for w in shared)


def _same_axis(said: Clause, stated: Clause) -> bool:
    return any(axis in STATES and axis in stated.axes for axis in said.axes)


def _flipped(said: Clause, around: Clause, sources: tuple[Source, ...], han: bool = False) -> bool:
    found = _align(said, around, sources, han)
    top = [pair for pair in found[:1] if pair[1].negations or pair[1].only]
    found = [pair for pair in found if _same_axis(said, pair[1])] or found
    found = [pair for pair in found if said.predicates & frozenset(pair[1].words)] or found
    near = NEAR_CONDITION if said.condition else NEAR_BEST
    best = [stated for score, stated in found + top if score >= near * found[0][0]]
    return bool(best) and all(contradicts(said, stated) for stated in best)


def bare_answer(sentence: Reading, question: Reading, sources: tuple[Source, ...]) -> bool:
    """Whether a sentence says but yes or no, and no source speaks of what was asked."""
    said = any(t.kind != "neg" for t in sentence.tokens) or sentence.quantities
    if said or not opens_with_answer(sentence.text):
        return False
    asked = whole(question)
    stated = (c for s in sources for r in s.sentences for c in clauses(r))
    return not any(asked.shared(c) >= SPOKEN_OF * asked.weight for c in stated)


def opens_with_answer(sentence: str) -> bool:
    """Whether a folded sentence begins with a yes or no."""
    return bool(_YES.search(sentence) or _NO.search(sentence))


def _opening(sentence: Reading, question: Reading) -> Clause | None:
    """What a leading yes or no claims about the question."""
    yes, no = _YES.search(sentence.text), _NO.search(sentence.text)
    if not (yes or no) or not question.tokens or _OPEN_QUESTION.search(question.text):
        return None
    asked = whole(question)
    if asked.negations or asked.shared(whole(sentence)) >= ANSWERED * asked.weight:
        return None
    if yes:
        return asked
    axes = {name: -sign for name, sign in asked.axes.items()}
    return Clause(asked.words, axes, (*asked.negations, frozenset(asked.words)))


def _joined(one: Clause, other: Clause) -> Clause:
    return Clause(one.words | other.words, one.axes | other.axes, ())


def _echoes(clause: Clause, every: tuple[Clause, ...]) -> bool:
    """Whether it only denies the rest of an "only": "can only be exchanged, not returned"."""
    limited = any(c.only for c in every if c is not clause)
    return limited and clause.verbal and len(clause.words) == 1


def _whole_claims(told: tuple[Clause, ...]) -> list[Clause]:
    """The clauses as claims: a "before" or "after" together with the clause that it limits."""
    claims = []
    for index, clause in enumerate(told):
        timed = clause.condition and any(axis.startswith("when ") for axis in clause.axes)
        if timed and len(told) > 1:
            main = told[index - 1] if index else told[1]
            words, axes = main.words | clause.words, main.axes | clause.axes
            clause = replace(main, words=words, axes=axes)
        claims.append(clause)
    return claims


def flipped(sentence: Reading, question: Reading, sources: tuple[Source, ...]) -> bool:
    """Whether the sentence denies what its closest source affirms, or the other way round."""
    around = whole(sentence)
    told = tuple(c for c in clauses(sentence) if not _echoes(c, clauses(sentence)))
    claims = [(c, around) for c in _whole_claims(told)]
    opening = _opening(sentence, question)
    if opening is not None:
        claims.append((opening, _joined(opening, around)))
    han = is_han(sentence.text)
    if any(against_the_grain(c, sources) for c in told):
        return True
    return any(_flipped(claim, near, sources, han) for claim, near in claims)
