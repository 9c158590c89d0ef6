"""Names, links, polarity, courtesy and the independent second judge."""

from __future__ import annotations

import pytest

from engine.evaluation import second_extractor
from engine.grounding.reply import Sources, check_sentence
from engine.types import Passage, SourceKind
from tests.engine.grounding.drafts import load


def sources(*passages: tuple[SourceKind, str, str], question: str = "", links: str = "") -> Sources:
    made = tuple(
        Passage(f"{kind}:{n}", kind, title, text, "en")
        for n, (kind, title, text) in enumerate(passages)
    )
    return Sources(made, question, "en", links=frozenset(links.split()))


ENTRY = (
    SourceKind.ENTRY,
    "Contact",
    "Write to care@jj.example or see https://jj.example/help for help.",
)
REVIEW = (SourceKind.REVIEW, "Nice", "Pictures of the mugs at www.bad.example and bad@bad.example.")
PRODUCT = (SourceKind.PRODUCT, "Harbour Mugs", "Mugs. Pictures of the mugs at www.evil.example.")


@pytest.mark.parametrize("kind", [REVIEW, PRODUCT])
def test_a_link_in_a_review_or_description_is_never_passed_on(
    kind: tuple[SourceKind, str, str],
) -> None:
    link = "www.bad.example" if kind is REVIEW else "www.evil.example"
    check = check_sentence(f"Pictures of the mugs at {link}.", sources(kind))
    assert check.reason == f"link:{link}"


def test_a_link_of_an_entry_or_a_product_page_is_passed_on() -> None:
    assert check_sentence("See jj.example/help for help.", sources(ENTRY)).passed
    shop = sources(PRODUCT, links="https://jj.example/p/mugs")
    assert check_sentence("See the mugs at https://jj.example/p/mugs.", shop).passed


def test_an_address_in_no_entry_is_refused() -> None:
    assert check_sentence("Write to care@jj.example.", sources(ENTRY)).passed
    assert (
        check_sentence("Write to sales@jj.example.", sources(ENTRY)).reason
        == "email:sales@jj.example"
    )


def test_nothing_but_courtesy_passes_without_sources() -> None:
    assert check_sentence("Happy to help!", sources()).passed
    assert check_sentence("不客气！", sources()).passed
    assert not check_sentence("Returns are free.", sources()).passed


def test_14_days_may_not_be_taken_from_14_colours() -> None:
    shop = sources((SourceKind.PRODUCT, "Dune", "It comes in 14 colours and can be returned."))
    assert check_sentence("It can be returned within 14 days.", shop).reason == "quantity:14 days"


def test_each_product_keeps_its_own_price() -> None:
    one = (SourceKind.PRODUCT, "Nordic Lamp", "A lamp for €49.90.")
    two = (SourceKind.PRODUCT, "Luna Lamp", "A lamp for €129.00.")
    for shop in (sources(one, two), sources(two, one)):
        assert check_sentence("The Nordic Lamp costs €49.90.", shop).passed
        assert not check_sentence("The Nordic Lamp costs €129.", shop).passed
        assert not check_sentence("The Luna Lamp is €49.90.", shop).passed


def test_the_second_judge_finds_what_no_source_holds() -> None:
    text = "The Nordic lamp costs €59 and ships in 3 weeks, see www.x.example or ask Walter."
    found = second_extractor.unsupported(text, ["The Nordic lamp costs €49 and ships in 3 days."])
    assert found == ["quantity:59 eur", "quantity:3 week", "link:www.x.example", "name:Walter"]
    assert (
        second_extractor.unsupported("两周内退款50欧元。", ["Refund of €50 within 14 days."]) == []
    )


def test_the_second_judge_shares_no_code_with_grounding() -> None:
    assert "engine" not in vars(second_extractor)
    loaded = [getattr(v, "__module__", "") or "" for v in vars(second_extractor).values()]
    assert not any(name.startswith("engine") for name in {*loaded} - {second_extractor.__name__})


def test_the_second_judge_agrees_on_nearly_all_faithful_english() -> None:
    same = [
        d for d in load("faithful") if d.language == "en" and d.sources.passages[0].language == "en"
    ]
    clean = [
        d
        for d in same
        if not second_extractor.unsupported(
            d.sentence, [d.sources.question, *(f"{p.title} {p.text}" for p in d.sources.passages)]
        )
    ]
    assert len(clean) >= 0.85 * len(same)


def test_attribute_lists_are_read_as_facts() -> None:
    text = "A knife. blade length: 20 cm; dishwasher: no; parts: 3"
    shop = sources((SourceKind.PRODUCT, "Chef's Knife", text))
    assert check_sentence("It has a 20 cm blade and does not go in the dishwasher.", shop).passed
    assert check_sentence("It may go in the dishwasher.", shop).reason == "polarity"
    assert check_sentence("It comes in 4 parts.", shop).reason == "quantity:4"


def test_a_sentence_of_a_source_passes_as_it_stands() -> None:
    text = "We never call you. Sale items are exchanged only, save for gifts of 3 pounds or more."
    shop = sources((SourceKind.ENTRY, "Sale", text))
    assert check_sentence("We never call you.", shop).passed
    assert check_sentence(text.partition(". ")[2], shop).passed


def test_a_value_belongs_to_the_ware_that_stands_nearest() -> None:
    shop = sources(
        (SourceKind.ENTRY, "Warranty", "Furniture has a 5-year warranty, lamps have 2 years.")
    )
    assert check_sentence("Lamps have a 2-year warranty.", shop).passed
    assert not check_sentence("Lamps have a 5-year warranty.", shop).passed
    assert not check_sentence("Rugs have a 5-year warranty.", shop).passed


def test_a_restriction_needs_one_in_a_source() -> None:
    shop = sources((SourceKind.ENTRY, "Payment", "You can pay by card or bank transfer."))
    assert check_sentence("You can pay by bank transfer.", shop).passed
    assert check_sentence("You can only pay by bank transfer.", shop).reason == "polarity"


def test_what_has_a_price_is_not_free() -> None:
    shop = sources(
        (SourceKind.ENTRY, "Returns", "Returns cost €4.95. Registering an account is free.")
    )
    assert check_sentence("Registering is free.", shop).passed
    assert not check_sentence("Returns are free.", shop).passed
