"""A yes or no is said only where the sentence after it bears it out; nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.opening import borne_out, without_opening


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("带不带床垫的", "带的，不含床垫。"),
        ("租的礼服滴了酱油要赔钱不", "要的，破损按修补费扣。"),
        ("会先给我发现货吗？", "会，标着“预售”的款式要等7到15天。"),
        ("櫃腳的墊子不見一塊，寄張照片行嗎", "抱歉，螺丝、毛毡垫等小配件免费。"),
        ("can this be left outside?", "Yes, it can be used indoors."),
        ("Is someone on the line at 8?", "Yes, we are open from 9:00 to 17:30."),
        ("is returning free", "No, sorry, you are welcome."),
    ],
)
def test_an_opening_that_nothing_bears_out_goes(question: str, sentence: str) -> None:
    assert not borne_out(sentence, question)
    assert without_opening(sentence) in (sentence, *_ends(sentence))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("can I return it?", "Yes, you can return it within 30 days."),
        ("Do you ship to Norway?", "Yes, we ship to Norway for €14.95."),
        ("Can I send back swimwear?", "No, swimwear cannot be sent back once opened."),
        ("白茶要放冰箱吗", "不用，白茶不要放冰箱。"),
        ("能开发票吗", "可以，下单时选开发票就行。"),
        ("how long is the cable", "The cable is 2 m long."),
        ("有盖子吗", "没有盖子。"),
    ],
)
def test_what_is_borne_out_or_opens_with_no_answer_stays(question: str, sentence: str) -> None:
    assert borne_out(sentence, question)


def test_what_is_left_begins_with_a_capital_and_is_never_nothing() -> None:
    assert without_opening("Yes, sure, it is made of oak.") == "It is made of oak."
    assert without_opening("抱歉，不行，打包后不能改。") == "打包后不能改。"
    for bare in ("Yes.", "No, ", "可以。", "抱歉，"):
        assert without_opening(bare) == bare


@given(st.text(max_size=60))
def test_only_a_beginning_is_ever_taken_away(text: str) -> None:
    left = without_opening(text)
    assert text.casefold().endswith(left[1:].casefold())


def _ends(sentence: str) -> list[str]:
    ends = [sentence[i:] for i in range(len(sentence))]
    return [end[:1].upper() + end[1:] for end in ends]
