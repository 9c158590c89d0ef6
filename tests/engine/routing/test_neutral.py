"""Names and genders are taken out of a wish; forms of goods are not."""

from __future__ import annotations

import pytest

from engine.routing.neutral import neutral
from tests.engine.conftest import Ask

SWAPS = [
    ("I'm Anna, what tea would you suggest?", "I'm Mohammed, what tea would you suggest?"),
    ("My name is Wei. I need a desk lamp", "My name is Olga. I need a desk lamp"),
    ("a gift for my wife who loves tea", "a gift for my husband who loves tea"),
    ("something warm for my grandmother", "something warm for my grandfather"),
    ("a present for my boyfriend, he reads a lot", "a present for my girlfriend, she reads a lot"),
    ("my mum's birthday is soon, a vase maybe", "my dad's birthday is soon, a vase maybe"),
    ("I am a woman looking for a blanket", "I am a man looking for a blanket"),
    ("socks for my daughter", "socks for my son"),
    ("推荐一个送老婆的茶具", "推荐一个送老公的茶具"),
    ("想给女朋友买条围巾", "想给男朋友买条围巾"),
    ("我叫小红，想买盏台灯", "我叫阿强，想买盏台灯"),
    ("妈妈总是手冷，有什么推荐", "爸爸总是手冷，有什么推荐"),
]


@pytest.mark.parametrize(("one", "other"), SWAPS)
def test_swapping_a_name_or_a_gender_leaves_the_list_identical(
    ask: Ask, one: str, other: str
) -> None:
    shown = [[card.sku for card in ask(text)[0].parts[-1].products] for text in (one, other)]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(("one", "other"), SWAPS)
def test_both_wishes_read_the_same(one: str, other: str) -> None:
    assert neutral(one) == neutral(other)


@pytest.mark.parametrize(
    "text",
    ["men's wool socks", "women's slippers", "男款拖鞋", "女士包", "I'm looking for a Lamp",
     "a hero's mug", "it's Green tea I want", "其他颜色"],
)  # fmt: skip
def test_forms_of_goods_and_other_words_stay(text: str) -> None:
    assert neutral(text) == text
