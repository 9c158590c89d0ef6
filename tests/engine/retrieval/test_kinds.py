"""Kinds of product, read from a catalogue's own names."""

from __future__ import annotations

import pytest

from engine.retrieval.kinds import Kinds
from knowledge_base.store import DEMO_SHOP, load

SHOP = load(DEMO_SHOP)
KINDS = Kinds(SHOP.products, SHOP.shop)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("any jumpers?", "fisherman-sweater"),
        ("a tea pot please", "clay-teapot"),
        ("a notebook for my diary", "lined-notebook-a5"),
        ("有没有围巾", "silk-scarf-ginkgo"),
        ("有椅子卖吗", "balcony-chair"),
        ("红色的包", "canvas-tote"),
    ],
)
def test_people_s_words_for_a_kind_mean_its_products(text: str, product: str) -> None:
    assert any(product in products for products in KINDS.said_in(text).values())


@pytest.mark.parametrize(
    "text", ["能帮我包得漂亮一点吗", "包装要多少钱", "can I return it", "包邮吗"]
)
def test_a_verb_or_part_of_another_word_is_no_kind(text: str) -> None:
    assert "包" not in KINDS.said_in(text)


def test_the_longest_kind_counts() -> None:
    assert set(KINDS.said_in("desk lamps")) == {"desk lamp"}
