"""A person's name, said as one, is left out; brands, places and goods stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.text import stop_words
from engine.routing.said_names import given_names, surnames, without_names
from engine.types import Band
from tests.engine.conftest import Ask

SAID = [
    ("Hi, I'm {}. Do you deliver on Sundays?", "Hi. Do you deliver on Sundays?"),
    ("My name is {} and I want to return a lamp", "I want to return a lamp"),
    ("My friend {} wants to know how long the warranty is",
     "My friend wants to know how long the warranty is"),
    ("something for my sister {}, who loves tea", "something for my sister, who loves tea"),
    ("Can I return this? Regards, {}", "Can I return this? Regards"),
    ("{} here, can I pay by card?", "can I pay by card?"),
]  # fmt: skip
SAID_IN_CHINESE = [
    ("我叫{}，想问一下怎么退货", "想问一下怎么退货"),
    ("我是{}，怎么退货", "怎么退货"),
    ("我朋友{}想买台灯", "我朋友想买台灯"),
    ("帮{}买个杯子", "帮朋友买个杯子"),
    ("{}想问保修多久", "朋友想问保修多久"),
]
STRANGE = [
    "Do you ship to Ruritania", "do you sell Lego", "Is Klarna possible", "Can I pay with Klarna?",
    "I'm German, do you ship?", "I'm Vegan, which tea is for me?", "I'm Looking for a Lamp",
    "a gift for my son Nike shoes", "Dear Juniper & Jade, how do I pay?", "is Rose in stock",
    "a vase with Lily and Iris", "the name is wrong on my order", "my name is misspelled",
    "How do I pay?\n\nKlarna", "my friend will want it by May", "Thanks, how do I pay?",
    "我叫了外卖", "我叫你们退货", "白茶要怎么泡", "给白茶配什么杯子", "方便问一下吗",
    "任何人都能退货吗",
    "我是高中生，有折扣吗", "我是金卡会员，有折扣吗", "我女儿明天过生日",
    "帮忙看看", "送到鲁里坦尼亚吗",
]  # fmt: skip


@pytest.mark.parametrize("name", ["Mohammed", "Guadalupe", "Rose", "Xiuying", "Zorblax Meer"])
@pytest.mark.parametrize(("said", "left"), SAID)
def test_a_name_said_as_one_is_left_out(said: str, left: str, name: str) -> None:
    assert without_names(said.format(name)) == left


@pytest.mark.parametrize("name", ["王建国", "古丽", "张伟", "欧阳建国", "王女士"])
@pytest.mark.parametrize(("said", "left"), SAID_IN_CHINESE)
def test_a_chinese_name_said_as_one_is_left_out(said: str, left: str, name: str) -> None:
    assert without_names(said.format(name)) == left


@pytest.mark.parametrize("text", STRANGE)
def test_brands_places_goods_and_other_words_stay(text: str) -> None:
    assert without_names(text) == text


def test_a_thing_of_the_shop_stays_though_it_has_a_persons_name() -> None:
    asked = "Can Hugo be used outdoors?"
    assert without_names(asked) != asked
    assert without_names(asked, {"hugo"}.__contains__) == asked


@pytest.mark.parametrize("text", ["I'm Mohammed", "Regards, Olga", "我叫古丽", "Anna"])
def test_a_message_is_never_left_without_words(text: str) -> None:
    assert any(char.isalnum() for char in without_names(text))


@given(st.text(max_size=80))
def test_any_text_can_be_read_and_a_second_time_nothing_breaks(text: str) -> None:
    assert bool(without_names(without_names(text)).strip()) == bool(text.strip())


@given(st.sampled_from(sorted(name for name in given_names() if name.isascii())))
def test_every_listed_name_is_left_out_in_small_letters_too(name: str) -> None:
    assert without_names(f"my cousin {name} wants a refund") == "my cousin wants a refund"


def test_the_lists_hold_no_word_that_is_ordinary_or_a_thing() -> None:
    ordinary = {"will", "grace", "rose", "may", "mark", "hope", "joy", "amber", "jade", "ruby",
                "olive", "ivy", "lily", "daisy", "summer", "autumn", "iris", "jasmine"}  # fmt: skip
    assert not given_names() & (ordinary | stop_words("en") | stop_words("zh"))
    assert len(surnames()) == len(set(surnames()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My friend Anna wants to know how long the warranty on lamps is",
         "My friend Guadalupe wants to know how long the warranty on lamps is"),
        ("I'm Zorblax, how long does delivery take?", "I'm Kate, how long does delivery take?"),
        ("我叫古丽，灯保修多久？", "我是王建国，灯保修多久？"),
    ],
)  # fmt: skip
def test_whoever_asks_gets_the_same_entry_in_the_same_band(ask: Ask, one: str, other: str) -> None:
    first, second = (ask(text)[0].parts[-1] for text in (one, other))
    assert (first.route, first.band, first.text) == (second.route, second.band, second.text)


@pytest.mark.parametrize(
    "text", ["Do you ship to Ruritania?", "do you sell Lego", "Is Afterpay possible?"]
)
def test_a_strange_place_or_brand_makes_no_certain_answer(ask: Ask, text: str) -> None:
    assert ask(text)[0].parts[-1].band is not Band.CERTAIN
