"""A yes or no is said only where the sentence after it bears it out; nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.opening import borne_out, opening_judged, without_opening
from engine.grounding.reply import Sources
from engine.types import Passage, SourceKind


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


@pytest.mark.parametrize(
    ("question", "passage", "sentence", "said"),
    [
        (
            "can I rent a cello for 1 month",
            "Instruments can be rented from three months. You pay a deposit of one month.",
            "No, instruments can be rented from three months.",
            "Instruments can be rented from three months.",
        ),
        (
            "刀叉要自己买吗",
            "市区配送20元。蜡烛、餐具免费，可写8字祝福。",
            "不用，蜡烛和餐具免费。",
            "蜡烛和餐具免费。",
        ),
        (
            "do you ship to Spain?",
            "We ship to Spain within 5 days.",
            "Yes, we ship to Spain within 5 days.",
            "Yes, we ship to Spain within 5 days.",
        ),
    ],
)
def test_a_sound_sentence_is_said_without_a_no_that_nothing_settles(
    question: str, passage: str, sentence: str, said: str
) -> None:
    language = "en" if question.isascii() else "zh"
    entry = Passage("entry:x", SourceKind.ENTRY, "", passage, language)
    check = opening_judged(sentence, Sources((entry,), question, language), sure=True)
    assert check.passed
    assert check.sentence == said


def test_without_its_yes_a_false_sentence_stays_false() -> None:
    entry = Passage("entry:x", SourceKind.ENTRY, "", "Sale items cannot be returned.", "en")
    sources = Sources((entry,), "can I return sale items?", "en")
    assert not opening_judged("Yes, sale items can be returned.", sources, sure=True).passed
    assert not opening_judged("No, sale items can be returned.", sources, sure=False).passed


def test_a_yes_the_model_was_not_sure_of_is_not_said() -> None:
    entry = Passage("entry:x", SourceKind.ENTRY, "", "The slot takes phones up to 12 mm.", "en")
    sources = Sources((entry,), "does the slot take my phone of 14 mm", "en")
    check = opening_judged("Yes, the slot takes phones up to 12 mm.", sources, sure=False)
    assert check.passed
    assert check.sentence == "The slot takes phones up to 12 mm."


@given(st.text(max_size=60))
def test_only_a_beginning_is_ever_taken_away(text: str) -> None:
    left = without_opening(text)
    assert text.casefold().endswith(left[1:].casefold())


def _ends(sentence: str) -> list[str]:
    ends = [sentence[i:] for i in range(len(sentence))]
    return [end[:1].upper() + end[1:] for end in ends]
