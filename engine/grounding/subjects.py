"""Whether a value stands in a source, and whether it is said there of the same subject."""

from __future__ import annotations

from engine.grounding.facts import Context, Fact, add_words, near
from engine.grounding.quantities import Quantity
from engine.grounding.reading import STATED, Reading, Source, Token
from engine.grounding.text import is_han
from engine.grounding.units import CURRENCIES

QUESTION_WEIGHT = 0.3
BOUND_WEIGHT = 0.5
UNBOUND = 0.4
"""Taken off where a source says "from 60" and the sentence plain "60"."""
SLACK = 0.2
"""How much better a rival value may fit before a said value counts as taken from elsewhere."""
STATED_SLACK = 0.5
SUBJECT_WEIGHT = 0.9


def subjects(sources: tuple[Source, ...]) -> frozenset[str]:
    """Words that tell the passages apart: in one title, not in every title."""
    titles = [frozenset(t.concept for t in s.title.tokens) for s in sources]
    return frozenset().union(*titles) - frozenset.intersection(*titles) if titles else frozenset()


def same_value(said: Fact, stated: Fact) -> bool:
    """Whether a stated value carries the said one: same unit, same amount or end of its range."""
    a, b = said.value, stated.value
    if isinstance(a, Token) or isinstance(b, Token):
        return isinstance(a, Token) and isinstance(b, Token) and a.concept == b.concept
    if a.unit != b.unit:
        return False
    if a.unit == "count" and _other_nouns(
        a, b, is_han(said.reading.text) != is_han(stated.reading.text)
    ):
        return False
    if (a.low, a.high) == (b.low, b.high):
        return True
    if a.low != a.high:
        return False
    if a.unit == "weekday":
        return b.low <= a.low <= b.high
    return (a.low == b.high and a.bound == "high") or (a.low == b.low and a.bound == "low")


def _other_nouns(a: Quantity, b: Quantity, across: bool) -> bool:
    """Whether two counts count different things; unknown words settle nothing across languages."""
    ours, theirs = a.nouns, b.nouns
    if across:
        ours = frozenset(n for n in ours if n[0] != "~" and not is_han(n))
        theirs = frozenset(n for n in theirs if n[0] != "~" and not is_han(n))
    return bool(ours and theirs and not ours & theirs)


def opposite_bounds(said: Fact, stated: Fact) -> bool:
    """Whether one says "at least" where the other says "at most"."""
    a, b = said.value, stated.value
    if isinstance(a, Token) or isinstance(b, Token):
        return False
    opposite = bool(a.bound and b.bound and a.bound != b.bound and b.low == b.high)
    return opposite and _denied(said) == _denied(stated)


def _denied(fact: Fact) -> bool:
    """Whether its clause holds a negation: "not after 3 hours" is "within 3 hours"."""
    clause = fact.reading.clause_of(fact.position)
    return any(t.kind == "neg" and t.clause == clause for t in fact.reading.tokens)


def _score(said: Fact, context: Context, stated: Fact, around: Context) -> float:
    total = sum(w * around[c] for c, w in context.items() if c in around)
    a, b = said.value, stated.value
    if isinstance(a, Token) or isinstance(b, Token) or a.unit != b.unit:
        return total
    if a.bound and a.bound == b.bound:
        total += BOUND_WEIGHT
    loosened = b.bound == "low" and not a.bound and stated.category != "time"
    return total - UNBOUND if loosened else total


def said_context(fact: Fact, question: Reading, telling: frozenset[str]) -> Context:
    """The words around a said value; what names a passage counts wherever it stands."""
    context = dict(near(fact.reading, fact.position))
    for token in fact.reading.tokens:
        if token.concept in telling:
            context[token.concept] = max(context.get(token.concept, 0.0), SUBJECT_WEIGHT)
    add_words(context, (question,), QUESTION_WEIGHT)
    context.pop(_key(fact), None)
    return context


def wrong_subject(
    said: list[Fact],
    question: Reading,
    known: list[tuple[Fact, Context]],
    telling: frozenset[str] = frozenset(),
) -> str | None:
    """The label of the first said value that a source states of something else, or None."""
    contexts = [said_context(f, question, telling) for f in said]
    for fact, context in zip(said, contexts, strict=True):
        if _misplaced(fact, context, said, known, not telling):
            return fact.label
    return _crossed(said, contexts, known)


def _misplaced(
    fact: Fact, context: Context, said: list[Fact], known: list[tuple[Fact, Context]], alone: bool
) -> bool:
    same_kind = [(f, a) for f, a in known if f.category == fact.category]
    carriers = [(f, a) for f, a in same_kind if same_value(fact, f)]
    if not carriers:
        return False
    mine, fits = max(
        (_score(fact, context, f, a), not opposite_bounds(fact, f)) for f, a in carriers
    )
    if not fits and not _complement(fact, said):
        return True
    verdict = _owned(fact, carriers, same_kind)
    if verdict is not None:
        return not verdict
    if _loosened(fact, carriers):
        return True
    if fact.category == "place" and _beside_its_values(fact, carriers):
        return False
    if fact.category == "place" and not fact.reading.quantities and alone:
        return False
    others = [s for s in said if s is not fact and s.category == fact.category]
    slack = STATED_SLACK if fact.category in STATED else SLACK
    for rival, around in same_kind:
        if same_value(fact, rival) or any(same_value(o, rival) for o in others):
            continue
        if _score(fact, context, rival, around) > mine + slack:
            return True
    return False


def _beside_its_values(fact: Fact, carriers: list[tuple[Fact, Context]]) -> bool:
    """Whether a source names a place in one sentence with all values now said of it.

    Which of them is whose is judged of the values.
    """
    said = fact.reading.quantities
    return bool(said) and any(
        all(any(q.key == other.key for other in f.reading.quantities) for q in said)
        for f, _ in carriers
    )


def _loosened(fact: Fact, carriers: list[tuple[Fact, Context]]) -> bool:
    """Whether a plain amount of money is said as "at least" or "up to" it."""
    value = fact.value
    if isinstance(value, Token) or not value.bound or value.unit not in CURRENCIES:
        return False
    return all(isinstance(f.value, Quantity) and not f.value.bound for f, _ in carriers)


def _owned(
    fact: Fact, carriers: list[tuple[Fact, Context]], same_kind: list[tuple[Fact, Context]]
) -> bool | None:
    """Whether the sources say the value of the very ware or place; None if they leave it open."""
    mine = fact.owners
    if not mine or not isinstance(fact.value, Quantity):
        return None
    theirs = [f.owners for f, _ in carriers]
    rivalled = any(mine & f.owners for f, _ in same_kind if not same_value(fact, f))
    if any(mine & o for o in theirs):
        return True if not rivalled and any(mine <= o for o in theirs) else None
    if not all(theirs):
        return None
    known = any(c in around for c in mine for _, around in same_kind)
    return False if rivalled or not known else None


def _complement(fact: Fact, said: list[Fact]) -> bool:
    """Whether a bound is only the other side of a stated one: "below 50 it costs 4.95"."""
    free = any(t.concept == "free" for t in fact.reading.tokens)
    others = [s for s in said if s.category == fact.category and s is not fact]
    return fact.category not in STATED and bool(others) and not free


def _crossed(
    said: list[Fact], contexts: list[Context], known: list[tuple[Fact, Context]]
) -> str | None:
    """Two values of one kind, each said of the other's subject."""

    def best(index: int, value: Fact, skip: frozenset[str]) -> float:
        context = {c: w for c, w in contexts[index].items() if c not in skip}
        scores = [_score(said[index], context, f, a) for f, a in known if same_value(value, f)]
        return max(scores, default=0.0)

    for i, first in enumerate(said):
        for j, second in enumerate(said[:i]):
            if first.category != second.category or same_value(first, second):
                continue
            skip = frozenset({_key(first), _key(second)})
            straight = best(i, first, skip) + best(j, second, skip)
            if best(i, second, skip) + best(j, first, skip) > straight + SLACK:
                return first.label
    return None


def _key(fact: Fact) -> str:
    return fact.value.key if isinstance(fact.value, Quantity) else fact.value.concept
