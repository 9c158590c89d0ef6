"""What carries a sentence of a description: attributes first, else one review, else nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.answers.cards import shown_colour, shown_size
from engine.describing.words import FREE
from engine.grounding.attributes import phrase
from engine.grounding.reading import Reading, Source, read, read_passage
from engine.grounding.reply import Sources, check_sentence
from engine.types import Passage, Product, Review, SourceKind

REVIEW = "review:"
"""What the id of a review begins with among sources; attributes go by their names."""
OWN_VOICE = re.compile(r"\b(?:I|I'm|I've|my|mine|me|myself)\b|我(?!们)")
"""A buyer's own voice: nothing is ever written in a shopper's name."""
MOST_SOURCES = 4
"""Attributes that one sentence may rest on."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One source of sentences. `holds`: all that its words and quantities say, as concepts."""

    id: str
    passage: Passage
    holds: frozenset[str]

    @property
    def is_review(self) -> bool:
        """Whether a buyer says it, not the shop."""
        return self.passage.kind is SourceKind.REVIEW


@dataclass(frozen=True, slots=True)
class Judgement:
    """What carries a sentence, or why it is struck."""

    sources: tuple[str, ...]
    reason: str = ""


def grounds_of(product: Product, reviews: Sequence[Review], language: str) -> tuple[Ground, ...]:
    """A product's attributes, colours and sizes, then what its buyers say, each by itself."""
    title = product.names.get(language) or next(iter(product.names.values()))
    told = ((name, _attribute(product, title, name, value))
            for name, value in facts_of(product, language))  # fmt: skip
    said = (Passage(f"{REVIEW}{one.id}", SourceKind.REVIEW, one.title, one.text, one.language)
            for one in reviews if one.product == product.id)  # fmt: skip
    return (
        *(Ground(name, one, _held(read_passage(one))) for name, one in told),
        *(Ground(one.id, one, _held(read_passage(one), title=True)) for one in said),
    )


def facts_of(product: Product, language: str) -> tuple[tuple[str, str], ...]:
    """A product's attributes in a language, else another, with the colours and sizes it has."""
    written = product.attributes.get(language) or next(iter(product.attributes.values()), {})
    joint, colours, sizes = (
        ("、", "颜色", "尺码") if language == "zh" else (", ", "colours", "sizes")
    )
    made = (
        (colours, joint.join(shown_colour(one, language) for one in product.colours)),
        (sizes, joint.join(shown_size(one, language) for one in product.sizes)),
    )
    return (*written.items(), *((name, value) for name, value in made if value))


def judge(
    sentence: str, product: Product, grounds: Sequence[Ground], only: Sequence[str] | None = None
) -> Judgement:
    """What carries a sentence. `only`: it may rest on these sources alone, and on each of them.

    It is struck with a reason where a word or quantity in it stands in no attribute of the
    product and not all of the rest in one review, or where grounding refuses it.
    """
    if only is not None:
        known = {one.id for one in grounds}
        if gone := [name for name in only if name not in known]:
            return Judgement(tuple(only), f"gone:{gone[0]}")
    may_carry = [one for one in grounds if only is None or one.id in only]
    if own := OWN_VOICE.search(sentence):
        return Judgement((), f"voice:{own.group()}")
    names = (*product.names.values(), product.brand)
    known_names = frozenset[str]().union(*(_said(read(name)) for name in names))
    wanted = _said(read(sentence)) - known_names - FREE
    linked, left = _linked(wanted, may_carry)
    if left:
        return Judgement(tuple(one.id for one in linked), f"unsupported:{min(left)}")
    if not linked:
        return Judgement((), "unsupported:no source")
    about = [one.passage for one in grounds if not one.is_review or one in linked]
    check = check_sentence(sentence, Sources(tuple(about), names=frozenset(filter(None, names))))
    return Judgement(tuple(one.id for one in linked), "" if check.passed else check.reason)


def _linked(wanted: frozenset[str], grounds: Sequence[Ground]) -> tuple[list[Ground], list[str]]:
    """The fewest attributes that hold the most of it, one review for the rest; what is left."""
    linked: list[Ground] = []
    left = set(wanted)
    own = [one for one in grounds if not one.is_review]
    while left and len(linked) < MOST_SOURCES:
        best = max(own, key=lambda one: len(left & one.holds), default=None)
        if best is None or not left & best.holds:
            break
        linked.append(best)
        left -= best.holds
    if left:
        telling = (one for one in grounds if one.is_review and left <= one.holds)
        if review := next(telling, None):
            linked.append(review)
            left.clear()
    return linked, sorted(left)


def _attribute(product: Product, title: str, name: str, value: str) -> Passage:
    words = phrase(name, value)
    return Passage(f"product:{product.id}", SourceKind.PRODUCT, title, words, "")


def _held(source: Source, *, title: bool = False) -> frozenset[str]:
    readings = (source.title, *source.sentences) if title else source.sentences
    return frozenset[str]().union(*(_said(reading) for reading in readings))


def _said(reading: Reading) -> frozenset[str]:
    """What a text claims: the concepts of its words, and its quantities with their units."""
    words = {token.concept for token in reading.tokens if token.kind not in ("neg", "light")}
    return frozenset(words | {f"{q.low.normalize():f}-{q.high.normalize():f} {q.unit}"
                              for q in reading.quantities})  # fmt: skip
