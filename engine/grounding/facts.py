"""The values a sentence states, each with the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.owners import owners
from engine.grounding.quantities import Quantity
from engine.grounding.reading import STATED, Reading, Source, Token
from engine.types import SourceKind

TITLE_WEIGHT = 0.3
NAME_WEIGHT = 0.7
NEIGHBOUR_WEIGHT = 0.3
DISTANCE = 0.3
CLAUSE_STEP = 0.55
KIND_WEIGHT = {"gram": 0.8, "light": 0.3, "neg": 0.3, "place": 2.0, "when": 0.3}
IN_A_NAME = 2
"""How many characters after a word must stand in a reason too for it to be part of a name."""
DURATIONS = dict.fromkeys(("minute", "month", "workday", "night"), "time")
"""Units that rival each other though they never equal: 4 weeks here, 3 months there."""

Context = dict[str, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its category ("EUR", "material") and the words around it, weighted."""

    category: str
    value: Quantity | Token
    reading: Reading
    position: int

    @property
    def owners(self) -> frozenset[str]:
        """The wares and places it is said of."""
        same = (f.position for f in facts(self.reading) if f.category == self.category)
        return owners(self.reading, self.position, frozenset(same))

    @property
    def label(self) -> str:
        """The value as the shopper would read it."""
        return self.value.text if isinstance(self.value, Quantity) else self.value.word


def facts(reading: Reading) -> Iterator[Fact]:
    """All values a sentence states."""
    for quantity in reading.quantities:
        yield Fact(DURATIONS.get(quantity.unit, quantity.unit), quantity, reading, quantity.start)
    for token in reading.tokens:
        if token.kind in STATED:
            yield Fact(token.kind, token, reading, token.start)


def named(fact: Fact, sources: Iterable[Source]) -> bool:
    """Whether a value is but a word of a passage's title, as the colour in "face cream"."""
    said = fact.reading.text.lower()
    titles = [s.title.text.lower() for s in sources]
    spans = (hit.span() for t in titles if t for hit in re.finditer(re.escape(t), said))
    if any(start <= fact.position < end for start, end in spans):
        return True
    reasons = (r.text.lower() for s in sources if not s.title.text for r in s.sentences)
    span = said[fact.position : fact.position + len(fact.label) + IN_A_NAME]
    return any(span in reason for reason in reasons)


def _items(reading: Reading) -> list[tuple[int, str, str]]:
    """Words and values in order: position, concept, kind. A size stands for its lengths."""
    sizes = {q.start for q in reading.quantities if q.unit == "size"}
    items = [
        (t.start, t.concept, t.concept if t.kind == "axis" else t.kind) for t in reading.tokens
    ]
    items += [
        (q.start, q.key, "quantity")
        for q in reading.quantities
        if q.start not in sizes or q.unit == "size"
    ]
    return sorted(items)


@lru_cache(maxsize=8192)
def near(reading: Reading, position: int) -> tuple[tuple[str, float], ...]:
    """The words and values around a place of a sentence, weighted by how near they stand."""
    items = _items(reading)
    at = sum(1 for item in items if item[0] < position)
    here = reading.clause_of(position)
    out: Context = {}
    for index, (start, concept, kind) in enumerate(items):
        if start == position:
            continue
        weight = CLAUSE_STEP ** abs(reading.clause_of(start) - here)
        weight *= KIND_WEIGHT.get(kind, 1.0) / (1 + DISTANCE * (abs(index - at) - 1))
        out[concept] = max(out.get(concept, 0.0), weight)
    return tuple(out.items())


def add_words(context: Context, readings: Iterable[Reading], weight: float) -> None:
    """Add the words of sentences to a context where it lacks them."""
    for reading in readings:
        for token in reading.tokens:
            context.setdefault(token.concept, weight * KIND_WEIGHT.get(token.kind, 1.0))


def source_facts(sources: Iterable[Source]) -> list[tuple[Fact, Context]]:
    """All values of all sources, each with its context: sentence, title, sentence before."""
    return [pair for source in sources for pair in _source_facts(source)]


@lru_cache(maxsize=512)
def _source_facts(source: Source) -> tuple[tuple[Fact, Context], ...]:
    out = []
    weight = NAME_WEIGHT if source.passage.kind == SourceKind.PRODUCT else TITLE_WEIGHT
    for index, reading in enumerate((source.title, *source.sentences)):
        for fact in facts(reading):
            context = dict(near(reading, fact.position))
            for token in source.title.tokens:
                context[token.concept] = max(context.get(token.concept, 0.0), weight)
            add_words(
                context, source.sentences[max(0, index - 2) : max(0, index - 1)], NEIGHBOUR_WEIGHT
            )
            out.append((fact, context))
    return tuple(out)
