"""Messages as they should have been typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.spelling import Speller, mend_typos, simplified, spell_out

SHOP = ["退货", "退货怎么办理", "退货要钱吗", "退货地址", "优惠码"] + ["快递到了 密码忘了"] * 4
KNOWN = {"ship", "dress", "bitcoin", "jumper", "company", "want"}
SPELLER = Speller([*SHOP, "shipping address guarantee"], KNOWN)


def test_only_words_nobody_knows_are_mended() -> None:
    shop, known = {"shipping", "address"}, {"ship", "dress", "bitcoin"}
    assert mend_typos("shiping adress bitcoin", shop, known) == "shipping address bitcoin"


def test_names_keep_their_capitals_and_known_words_their_endings() -> None:
    text = "Jumpers for Oslo, the company's garantee?"
    assert SPELLER.mend(text) == "Jumpers for Oslo, the company's guarantee?"


def test_chat_words_are_spelt_out() -> None:
    assert spell_out("do u ship 2day w/ dhl") == "do you ship today with dhl"
    assert SPELLER.mend("咋整啊") == "怎么办啊"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("怎么推货", "怎么退货"),
        ("快第呢", "快递呢"),
        ("蜜码是什么", "密码是什么"),
        ("退貨", "退货"),
    ],
)
def test_a_homophone_or_a_traditional_character_is_read_as_the_shops_word(
    typed: str, meant: str
) -> None:
    assert SPELLER.mend(typed) == meant


@pytest.mark.parametrize("text", ["有寄香港吗", "买的退货", "优惠马上结束", "推荐一下", "付完钱了"])
def test_what_makes_sense_as_it_stands_is_left_alone(text: str) -> None:
    assert SPELLER.mend(text) == text


def test_traditional_characters_become_simplified_and_nothing_else_changes() -> None:
    assert simplified("請問可以換貨嗎? A-12") == "请问可以换货吗? A-12"
    assert simplified("Where is it?") == "Where is it?"


@given(st.text(max_size=200))
def test_any_text_is_mended_without_an_error(text: str) -> None:
    assert isinstance(SPELLER.mend(text), str)


@given(st.text(alphabet="abc ⟦email:1⟧JJ-0123456789", max_size=60))
def test_masked_values_and_numbers_survive(text: str) -> None:
    mended = SPELLER.mend(text)
    assert [c for c in mended if c.isdigit()] == [c for c in text if c.isdigit()]
