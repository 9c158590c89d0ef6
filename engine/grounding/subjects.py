"""Whether a value stands in a source, and whether it is said there of the same subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.quantities import Quantity
from engine.grounding.reading import STATED, Reading, Source, Token

TITLE_WEIGHT = 0.6
NEIGHBOUR_WEIGHT = 0.15
QUESTION_WEIGHT = 0.3
BOUND_WEIGHT = 0.25
DISTANCE = 0.3
CLAUSE_STEP = 0.55
KIND_WEIGHT = {"gram": 0.5, "neg": 0.4}
MARGIN = 1.2
SLACK = 0.06

Context = dict[str, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its category ("EUR", "material") and the words around it, weighted."""

    category: str
    value: Quantity | Token
    reading: Reading
    position: int

    @property
    def label(self) -> str:
        """The value as the shopper would read it."""
        return self.value.text if isinstance(self.value, Quantity) else self.value.word


def facts(reading: Reading) -> Iterator[Fact]:
    """All values a sentence states."""
    for quantity in reading.quantities:
        yield Fact(quantity.unit, quantity, reading, quantity.start)
    for token in reading.tokens:
        if token.kind in STATED:
            yield Fact(token.kind, token, reading, token.start)


def _items(reading: Reading) -> list[tuple[int, str, str, str]]:
    """Words and values in order: position, concept, kind, category."""
    items = [
        (t.start, t.concept, t.kind, t.kind if t.kind in STATED else "") for t in reading.tokens
    ]
    items += [(q.start, q.key, "quantity", q.unit) for q in reading.quantities]
    return sorted(items)


@lru_cache(maxsize=8192)
def _near(reading: Reading, position: int, category: str) -> tuple[tuple[str, float], ...]:
    items = _items(reading)
    at = sum(1 for item in items if item[0] < position)
    here = reading.clause_of(position)
    out: Context = {}
    for index, (start, concept, kind, kind_category) in enumerate(items):
        if start == position or kind_category == category:
            continue
        weight = CLAUSE_STEP ** abs(reading.clause_of(start) - here)
        weight *= KIND_WEIGHT.get(kind, 1.0) / (1 + DISTANCE * (abs(index - at) - 1))
        out[concept] = max(out.get(concept, 0.0), weight)
    return tuple(out.items())


def _add(context: Context, readings: Iterable[Reading], weight: float) -> None:
    for reading in readings:
        for token in reading.tokens:
            context.setdefault(token.concept, weight * KIND_WEIGHT.get(token.kind, 1.0))


def source_facts(sources: Iterable[Source]) -> list[tuple[Fact, Context]]:
    """All values of all sources, each with its context: sentence, title, sentence before."""
    return [pair for source in sources for pair in _source_facts(source)]


@lru_cache(maxsize=512)
def _source_facts(source: Source) -> tuple[tuple[Fact, Context], ...]:
    out = []
    for index, reading in enumerate((source.title, *source.sentences)):
        for fact in facts(reading):
            context = dict(_near(reading, fact.position, fact.category))
            _add(context, (source.title,), TITLE_WEIGHT)
            _add(context, source.sentences[max(0, index - 2) : max(0, index - 1)], NEIGHBOUR_WEIGHT)
            out.append((fact, context))
    return tuple(out)


def same_value(said: Fact, stated: Fact) -> bool:
    """Whether a stated value carries the said one: same unit, same amount or end of its range."""
    a, b = said.value, stated.value
    if isinstance(a, Token) or isinstance(b, Token):
        return isinstance(a, Token) and isinstance(b, Token) and a.concept == b.concept
    if a.unit != b.unit:
        return False
    if a.unit == "count" and a.nouns and b.nouns and not a.nouns & b.nouns:
        return False
    if (a.low, a.high) == (b.low, b.high):
        return True
    if a.low != a.high:
        return False
    if a.unit == "weekday":
        return b.low <= a.low <= b.high
    return (a.low == b.high and a.bound == "high") or (a.low == b.low and a.bound == "low")


def opposite_bounds(said: Fact, stated: Fact) -> bool:
    """Whether one says "at least" where the other says "at most"."""
    a, b = said.value, stated.value
    if isinstance(a, Token) or isinstance(b, Token):
        return False
    return bool(a.bound and b.bound and a.bound != b.bound and b.low == b.high)


def _score(said: Fact, context: Context, stated: Fact, around: Context) -> float:
    total = sum(w * around[c] for c, w in context.items() if c in around)
    a, b = said.value, stated.value
    if isinstance(a, Quantity) and isinstance(b, Quantity) and a.bound and a.bound == b.bound:
        total += BOUND_WEIGHT
    return total


def said_context(fact: Fact, question: Reading) -> Context:
    """The words around a value in the drafted sentence; the question's count less."""
    context = dict(_near(fact.reading, fact.position, fact.category))
    _add(context, (question,), QUESTION_WEIGHT)
    return context


def _beaten(mine: float, theirs: float) -> bool:
    return theirs > mine * MARGIN + SLACK


def wrong_subject(
    said: list[Fact], question: Reading, known: list[tuple[Fact, Context]]
) -> str | None:
    """The label of the first said value that a source states of something else, or None."""
    for fact in said:
        context = said_context(fact, question)
        same_kind = [(f, a) for f, a in known if f.category == fact.category]
        carriers = [(f, a) for f, a in same_kind if same_value(fact, f)]
        if not carriers:
            continue
        mine = max((_score(fact, context, f, a), not opposite_bounds(fact, f)) for f, a in carriers)
        if not mine[1]:
            return fact.label
        others = [s for s in said if s is not fact and s.category == fact.category]
        for rival, around in same_kind:
            if same_value(fact, rival) or any(same_value(o, rival) for o in others):
                continue
            if _beaten(mine[0], _score(fact, context, rival, around)):
                return fact.label
    return _crossed(said, question, known)


def _crossed(
    said: list[Fact], question: Reading, known: list[tuple[Fact, Context]]
) -> str | None:
    """Two values of one kind, each said of the other's subject."""
    contexts = [said_context(f, question) for f in said]

    def best(index: int, value: Fact) -> float:
        scores = [
            _score(said[index], contexts[index], f, a) for f, a in known if same_value(value, f)
        ]
        return max(scores, default=0.0)

    for i, first in enumerate(said):
        for j, second in enumerate(said[:i]):
            if first.category != second.category or same_value(first, second):
                continue
            straight = best(i, first) + best(j, second)
            if _beaten(straight, best(i, second) + best(j, first)):
                return first.label
    return None
