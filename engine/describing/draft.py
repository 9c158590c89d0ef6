"""A description drafted by the generator, sentence by sentence tied to what carries it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.describing.carried import REVIEW, Ground, facts_of, grounds_of, judge
from engine.describing.points import review_points
from engine.errors import GeneratorError
from engine.generation.generator import Generator
from engine.grounding.sentences import split_sentences
from engine.types import Passage, Product, Prompt, Review, Route, SourceKind

TONES = ("plain", "warm", "playful")
LENGTHS = ("short", "medium")
SENTENCES = {"short": 3, "medium": 6}
FACTS_A_PROMPT = 2
"""A small model words two facts at a time; of a longer list it leaves out most."""
PROMPTS = {"short": 2, "medium": 4}
MAX_TOKENS = 90
DEADLINE_S = 60.0
LEAST_REVIEWS = 3
"""Reviews that must make a point before a description tells it."""
ASKED = {
    "en": {
        "plain": "Tell me about the {}.",
        "warm": "Tell me warmly about the {}.",
        "playful": "Tell me playfully about the {}.",
    },
    "zh": {
        "plain": "介绍一下{}。",
        "warm": "请亲切地介绍一下{}。",
        "playful": "请俏皮地介绍一下{}。",
    },
}


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence: the attributes (by name) and reviews ("review:R1") it rests on.

    A struck one has a reason: "unsupported:WORD", "gone:SOURCE", or grounding's own.
    """

    text: str
    sources: tuple[str, ...]
    supported: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted description; a person takes what they approve of its supported sentences."""

    sentences: tuple[DraftSentence, ...]


def draft_description(
    product: Product, reviews: Sequence[Review], language: str, tone: str, length: str,
    generator: Generator,
) -> Draft:  # fmt: skip
    """Let the generator word a product's attributes and reviews; code judges each sentence.

    Points that several reviews make are counted and worded by code. Raises GeneratorError where
    the model fails before its first sentence.
    """
    own = [one for one in reviews if one.product == product.id]
    written = list(dict.fromkeys(_written(product, own, language, tone, length, generator)))
    judged = judged_draft(written, product, own, language)
    kept = [one for one in judged.sentences if one.supported][: SENTENCES[length]]
    shown = tuple(one for one in judged.sentences if not one.supported or one in kept)
    return Draft((*shown, *(_counted(own, language) if length == "medium" else ())))


def judged_draft(
    texts: Sequence[str], product: Product, reviews: Sequence[Review], language: str
) -> Draft:
    """These sentences with what carries each, or struck."""
    grounds = grounds_of(product, reviews, language)
    return Draft(tuple(_judged(text, product, grounds) for text in texts))


def rechecked(draft: Draft, product: Product, reviews: Sequence[Review], language: str) -> Draft:
    """A draft held against a product as it is now: each sentence needs all that it rests on."""
    grounds = grounds_of(product, reviews, language)
    counted = {one.text: one.sources for one in _counted(reviews, language)}

    def again(one: DraftSentence) -> DraftSentence:
        if not one.supported or counted.get(one.text) == one.sources:
            return one
        return _judged(one.text, product, grounds, one.sources)

    return Draft(tuple(again(one) for one in draft.sentences))


def _judged(
    text: str, product: Product, grounds: Sequence[Ground], only: Sequence[str] | None = None
) -> DraftSentence:
    found = judge(text, product, grounds, only)
    return DraftSentence(text, found.sources, not found.reason, found.reason)


def _counted(reviews: Sequence[Review], language: str) -> tuple[DraftSentence, ...]:
    """What several reviews say, counted: "6 of 41 reviews say it runs small"."""
    end = "。" if language == "zh" else "."
    return tuple(
        DraftSentence(f"{point.text}{end}", tuple(f"{REVIEW}{one}" for one in point.reviews), True)
        for point in review_points(reviews, language) if point.count >= LEAST_REVIEWS
    )  # fmt: skip


def _written(
    product: Product, reviews: Sequence[Review], language: str, tone: str, length: str,
    generator: Generator,
) -> Iterator[str]:  # fmt: skip
    written = False
    for number, prompt in enumerate(_prompts(product, reviews, language, tone, length)):
        try:
            pieces = generator.stream(prompt, request_id=f"draft:{product.id}:{number}",
                                      deadline_s=DEADLINE_S, max_tokens=MAX_TOKENS)  # fmt: skip
            text = "".join(pieces)
        except GeneratorError:
            if not written:
                raise
            return
        for sentence in split_sentences(text):
            if sentence.strip():
                written = True
                yield " ".join(sentence.split())


def _prompts(
    product: Product, reviews: Sequence[Review], language: str, tone: str, length: str
) -> Iterator[Prompt]:
    """A short description words the first facts; a medium one more, and what buyers say."""
    name = product.names.get(language) or next(iter(product.names.values()))
    asked = ASKED.get(language, ASKED["en"])[tone].format(name)
    facts = facts_of(product, language)
    groups = [facts[at : at + FACTS_A_PROMPT] for at in range(0, len(facts), FACTS_A_PROMPT)]
    passage = Passage(f"product:{product.id}", SourceKind.PRODUCT, name, "", language)
    for group in groups[: PROMPTS[length]]:
        text = "; ".join(f"{key}: {value}" for key, value in group)
        yield Prompt(Route.DESCRIBE, language, asked, (replace(passage, text=text),))
    praise = [one for one in reviews if one.language == language and one.rating >= 4]
    if length == "medium" and praise:
        told = [Passage(f"{REVIEW}{one.id}", SourceKind.REVIEW, one.title, one.text, language)
                for one in praise[:3]]  # fmt: skip
        yield Prompt(Route.REVIEW, language, asked, tuple(told))
