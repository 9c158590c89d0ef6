"""The demo shop is a whole small shop: enough of everything, in both languages, consistent."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, Knowledge, load

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


@pytest.fixture(scope="module")
def demo() -> Knowledge:
    return load(DEMO_SHOP)


def test_it_has_enough_of_everything(demo: Knowledge) -> None:
    assert len(demo.products) >= 120
    assert len({product.category for product in demo.products}) >= 8
    assert len(demo.entries) >= 60
    assert len(demo.reviews) >= 300
    assert demo.orders
    assert demo.events


def test_every_entry_is_asked_and_answered_in_both_languages(demo: Knowledge) -> None:
    for entry in demo.entries:
        for language in ("en", "zh"):
            assert len(entry.questions[language]) >= 3, entry.id
            assert entry.answers[language], entry.id
            assert entry.titles[language], entry.id


def test_both_languages_of_an_entry_state_the_same_numbers(demo: Knowledge) -> None:
    for entry in demo.entries:
        english, chinese = (Counter(NUMBER.findall(entry.answers[c])) for c in ("en", "zh"))
        assert set(english) == set(chinese), entry.id


def test_no_question_leads_to_two_entries(demo: Knowledge) -> None:
    asked = Counter(
        question.lower()
        for entry in demo.entries
        for questions in entry.questions.values()
        for question in questions
    )
    assert [question for question, count in asked.items() if count > 1] == []


def test_every_product_is_whole(demo: Knowledge) -> None:
    for product in demo.products:
        assert set(product.names) == {"en", "zh"}, product.id
        assert set(product.descriptions) == {"en", "zh"}, product.id
        assert product.attributes["en"], product.id
        assert product.url.startswith("https://"), product.id
        assert (DEMO_SHOP / product.image).is_file(), product.id


def test_orders_hold_known_variants(demo: Knowledge) -> None:
    skus = {variant.sku for product in demo.products for variant in product.variants}
    assert {line.sku for order in demo.orders for line in order.lines} <= skus


def test_a_shops_own_phrases_cover_the_standard_ones(demo: Knowledge) -> None:
    standard = load(EMPTY_SHOP).replies.texts
    for key, texts in standard.items():
        for language in ("en", "zh"):
            placeholders = set(re.findall(r"{\w+}", demo.replies.texts[key][language]))
            assert placeholders == set(re.findall(r"{\w+}", texts[language])), key


def test_no_standard_phrase_speaks_of_the_demo_shop() -> None:
    text = (EMPTY_SHOP / "replies.yaml").read_text("utf-8").lower()
    assert not re.search("juniper|jade|杜松|jj-", text)
