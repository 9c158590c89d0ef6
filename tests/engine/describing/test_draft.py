"""Drafted descriptions: each sentence rests on an attribute or a review, or it is struck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engine.describing.carried import REVIEW, facts_of
from engine.describing.draft import (
    LENGTHS,
    TONES,
    Draft,
    draft_description,
    judged_draft,
    rechecked,
)
from engine.errors import GeneratorError
from engine.types import Product, Prompt, Review
from knowledge_base.store import DEMO_SHOP, load

KNOWN = load(DEMO_SHOP)
BY_ID: Mapping[str, Product] = {one.id: one for one in KNOWN.products}
LAMP, SWEATER = BY_ID["nordic-desk-lamp"], BY_ID["fisherman-sweater"]
TWENTY = [one for one in KNOWN.products if one.attributes.get("en")][::6][:20]
ADDED = " It is a favourite of astronauts."
"""What no source says, as a model may add it."""


class Template:
    """A generator that words the passages it is given by a set phrase, then adds an invention."""

    name = "template"

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        for passage in prompt.passages:
            for fact in passage.text.split("; "):
                wording = "{}的{}。\n" if prompt.language == "zh" else "The {} has this: {}.\n"
                yield wording.format(passage.title, fact.rstrip("."))
        yield ADDED

    def cancel(self, request_id: str) -> None: ...

    def close(self) -> None: ...


def without(product: Product, name: str) -> Product:
    """A product that lacks an attribute, in every language; its colours and sizes likewise."""
    attributes = {c: {k: v for k, v in a.items() if k != name}
                  for c, a in product.attributes.items()}  # fmt: skip
    variants = product.variants
    if name in ("colours", "颜色"):
        variants = tuple(replace(one, colour="") for one in variants)
    if name in ("sizes", "尺码"):
        variants = tuple(replace(one, size="") for one in variants)
    return replace(product, attributes=attributes, variants=variants)


def linked(draft: Draft) -> list[tuple[str, str]]:
    """Each supported sentence with each attribute it rests on."""
    return [(one.text, source) for one in draft.sentences if one.supported
            for source in one.sources if not source.startswith(REVIEW)]  # fmt: skip


def test_there_are_twenty_products_to_try() -> None:
    assert len({one.id for one in TWENTY}) == 20


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("product", TWENTY, ids=lambda one: one.id)
def test_a_sentence_is_struck_when_the_attribute_it_is_linked_to_is_removed(
    product: Product, language: str
) -> None:
    draft = draft_description(product, KNOWN.reviews, language, "plain", "medium", Template())
    pairs = linked(draft)
    assert pairs
    for text, source in pairs:
        later = rechecked(draft, without(product, source), KNOWN.reviews, language)
        assert [one.supported for one in later.sentences if one.text == text] == [False]
        assert [one.supported for one in rechecked(draft, product, KNOWN.reviews,
                language).sentences if one.text == text] == [True]  # fmt: skip


@pytest.mark.parametrize("product", TWENTY, ids=lambda one: one.id)
def test_a_changed_attribute_strikes_what_is_linked_to_it(product: Product) -> None:
    draft = draft_description(product, (), "en", "plain", "short", Template())
    for text, source in linked(draft):
        if source in ("colours", "sizes"):
            continue
        other = {"en": {**product.attributes["en"], source: "zirconium 999 mm"}}
        changed = rechecked(draft, replace(product, attributes=other), (), "en")
        assert [one.supported for one in changed.sentences if one.text == text] == [False]


@pytest.mark.parametrize("product", TWENTY, ids=lambda one: one.id)
def test_what_no_source_says_is_struck(product: Product) -> None:
    draft = draft_description(product, KNOWN.reviews, "en", "warm", "short", Template())
    invented = [one for one in draft.sentences if one.text == ADDED.strip()]
    assert [(one.supported, one.reason.partition(":")[0]) for one in invented] == [
        (False, "unsupported")
    ]


@pytest.mark.parametrize("product", TWENTY, ids=lambda one: one.id)
def test_the_facts_of_another_product_are_struck(product: Product) -> None:
    texts = [f"It weighs {4321 + n} g." for n in range(3)] + ["It is made of solid zirconium."]
    assert not any(one.supported for one in judged_draft(texts, product, (), "en").sentences)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("It is made of ash wood and powder-coated steel and stands 48 cm tall.",
         ("material", "height")),
        ("It takes an E27 bulb of at most 40 W; no bulb is included.",
         ("bulb socket", "max bulb power", "bulb included")),
        ("It is not dimmable.", ("dimmable",)),
        ("It comes in black, white and blue.", ("colours",)),
    ],
)  # fmt: skip
def test_a_sentence_is_linked_to_what_it_says(text: str, sources: tuple[str, ...]) -> None:
    (one,) = judged_draft([text], LAMP, KNOWN.reviews, "en").sentences
    assert (one.supported, one.sources) == (True, sources)


@pytest.mark.parametrize(
    "text",
    [
        "It is dimmable.", "The cable is 48 cm long.", "Perfect for cosy evenings with friends.",
        "You will love it.", "I use it over my second monitor.", "It costs 49 euros.",
        "The bulb is included.",
    ],
)  # fmt: skip
def test_what_the_sources_deny_or_do_not_say_is_struck(text: str) -> None:
    (one,) = judged_draft([text], LAMP, KNOWN.reviews, "en").sentences
    assert not one.supported and one.reason


def test_a_medium_draft_tells_what_several_reviews_say_counted_by_code() -> None:
    draft = draft_description(SWEATER, KNOWN.reviews, "en", "plain", "medium", Template())
    (small,) = [one for one in draft.sentences if "runs small" in one.text and one.supported
                and one.text[0].isdigit()]  # fmt: skip
    assert small.text == "6 of 41 reviews say it runs small."
    assert small.sources == tuple(f"{REVIEW}R{n:04}" for n in range(239, 245))
    fewer = [one for one in KNOWN.reviews if one.id != "R0239"]
    again = rechecked(draft, SWEATER, fewer, "en")
    assert not any(one.supported for one in again.sentences if one.text == small.text)


def test_no_review_of_another_product_carries_a_sentence() -> None:
    mine = Review("X1", LAMP.id, 5, "", "Its hinge whispers.", "en", "", KNOWN.reviews[0].on)
    said = "Its hinge whispers."
    assert judged_draft([said], LAMP, [mine], "en").sentences[0].sources == ("review:X1",)
    other = replace(mine, product=SWEATER.id)
    assert not judged_draft([said], LAMP, [other], "en").sentences[0].supported


def test_tone_and_length_reach_the_generator() -> None:
    asked = set()
    for tone in TONES:
        for length in LENGTHS:
            generator = Template()
            draft_description(LAMP, KNOWN.reviews, "en", tone, length, generator)
            asked.add((generator.prompts[0].question, len(generator.prompts)))
    assert len({question for question, _ in asked}) == len(TONES)
    assert len({count for _, count in asked}) == len(LENGTHS)


def test_a_generator_that_fails_before_a_word_is_told() -> None:
    class Broken(Template):
        def stream(
            self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
        ) -> Iterator[str]:
            raise GeneratorError("no model", where="here", mend="wait")
            yield ""

    with pytest.raises(GeneratorError):
        draft_description(LAMP, (), "en", "plain", "short", Broken())


def test_facts_come_in_the_language_asked_for_else_in_another() -> None:
    assert ("material", "ash wood and powder-coated steel") in facts_of(LAMP, "en")
    only = replace(LAMP, attributes={"en": LAMP.attributes["en"]})
    assert ("material", "ash wood and powder-coated steel") in facts_of(only, "zh")


@pytest.mark.model
def test_the_default_generator_drafts_and_nothing_unsupported_stays(tmp_path: Path) -> None:
    from engine.generation.generator import build_generator
    from engine.settings import Settings

    generator = build_generator(Settings.load({"SHOPDESK_HOME": str(tmp_path)}, tmp_path / "no"))
    kept = 0
    try:
        for product in TWENTY[:5]:
            draft = draft_description(product, KNOWN.reviews, "en", "plain", "short", generator)
            kept += sum(one.supported for one in draft.sentences)
            for text, source in linked(draft):
                later = rechecked(draft, without(product, source), KNOWN.reviews, "en")
                assert not any(one.supported for one in later.sentences if one.text == text)
    finally:
        generator.close()
    assert kept >= 5
