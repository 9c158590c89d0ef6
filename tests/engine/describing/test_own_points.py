"""A shopper's review holds what they said, all of it, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.describing.own_points import own_review, plain, points_in
from engine.types import Passage, SourceKind

LAMP, LAMP_ZH = "Nordic desk lamp", "北欧台灯"
SUBJECTS = ("the light", "the cable", "the foot", "its colour", "the switch")
CLAIMS = (
    "is warm",
    "is too short",
    "does not wobble",
    "looks cheap",
    "was broken",
    "never flickers",
)
SUBJECTS_ZH = ("灯光", "电线", "底座", "颜色", "开关")
CLAIMS_ZH = ("很温馨", "太短", "不晃", "有点廉价", "坏了", "不闪")
INVENTED = (
    "I love it.", "It is the best lamp ever.", "Buyers love it.", "★★★★★", "5 stars!", "10/10.",
    "It never breaks.", "The price is great.", "I will buy it again.", "Highly recommended!",
    "Thank you!", "It arrived quickly.", "It always works perfectly.", "😍",
    "我很喜欢。", "五星好评！", "物流很快。", "永远不会坏。", "强烈推荐。", "性价比高。",
)  # fmt: skip


def passages(*points: str, name: str = LAMP) -> list[Passage]:
    return [Passage(f"own:{n}", SourceKind.REVIEW, name, one, "en") for n, one in enumerate(points)]


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


english = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(CLAIMS)).map(" ".join)
chinese = st.tuples(st.sampled_from(SUBJECTS_ZH), st.sampled_from(CLAIMS_ZH)).map("".join)


@given(st.lists(st.text(min_size=1, max_size=60), max_size=8))
def test_as_plain_sentences_a_review_is_the_points_letter_by_letter(lines: list[str]) -> None:
    points = points_in("\n".join(lines))
    assert letters(own_review(passages(*points)).text) == letters("".join(points))


@given(
    st.one_of(st.lists(english, min_size=1, max_size=5, unique=True),
              st.lists(chinese, min_size=1, max_size=5, unique=True)),
    st.lists(
        st.lists(st.one_of(st.sampled_from(INVENTED), english.map(plain), chinese.map(plain)),
                 max_size=4).map(" ".join),
        max_size=5),
)  # fmt: skip
def test_a_review_holds_only_what_the_shopper_said_and_all_of_it(
    points: list[str], drafted: list[str]
) -> None:
    told = own_review(passages(*points), drafted[: len(points)])
    assert letters(told.text) == letters("".join(points))


@pytest.mark.parametrize("sentence", INVENTED)
def test_what_a_model_adds_is_struck(sentence: str) -> None:
    points = ("warm light", "灯光很温馨")
    told = own_review(passages(*points), [f"The light is warm. {sentence}", sentence])
    assert told.text == "The light is warm. 灯光很温馨。"
    assert [check.passed for check in told.checks] == [True, False, False]


@pytest.mark.parametrize(
    ("point", "name", "drafted"),
    [
        ("warm light", LAMP, "The light of the Nordic desk lamp is warm."),
        ("cable too short", LAMP, "The cable is too short."),
        ("warm light, but not bright", LAMP, "I find the light warm, but it is not bright."),
        ("doesn't flicker", LAMP, "It does not flicker."),
        ("灯光很温馨", LAMP_ZH, "我觉得北欧台灯的灯光很温馨。"),
    ],
)
def test_a_sentence_that_a_point_carries_takes_its_place(
    point: str, name: str, drafted: str
) -> None:
    told = own_review(passages(point, name=name), [drafted])
    assert (told.text, told.drafted) == (drafted, True)


@pytest.mark.parametrize(
    ("point", "drafted"),
    [
        ("The light is warm, the cable is short.", "The cable is warm."),
        ("The light is warm, not harsh.", "The light is harsh."),
        ("The light is warm.", "The light is not warm."),
        ("It does not flicker.", "It flickers."),
        ("a bit too dark", "It is dark."),
        ("good light", "The light is very good."),
        ("灯光温馨，电线太短", "电线温馨。"),
        ("灯光不刺眼", "灯光刺眼。"),
        ("灯光不错", "灯光很好。"),
        ("would not buy again", "The Nordic desk lamp would not buy again."),
        ("happy with it", "The Nordic desk lamp is happy with it."),
        ("sturdy", "The desk is sturdy."),
        ("warm light", "Our Nordic desk lamp has a warm light."),
    ],
)  # fmt: skip
def test_a_sentence_that_says_something_else_of_it_does_not(point: str, drafted: str) -> None:
    assert own_review(passages(point), [drafted]).text == plain(point)


def test_what_no_sentence_says_stays_in_the_shoppers_own_words() -> None:
    points = passages("warm light", "the cable is too short", "sturdy")
    told = own_review(points, ["The light is warm.", "The cable is fine."])
    assert told.text == "The light is warm. The cable is too short. Sturdy."


def test_it_is_only_said_of_what_the_sentence_before_is_about() -> None:
    drafted = [f"The {LAMP} has a warm light.", "The cable is short.", f"The {LAMP} is sturdy."]
    told = own_review(passages("warm light", "short cable", "sturdy"), drafted)
    assert told.text == " ".join(drafted)


def test_the_product_is_named_once() -> None:
    drafted = [f"The {LAMP} has a warm light.", f"This {LAMP} is sturdy."]
    told = own_review(passages("warm light", "sturdy"), drafted)
    assert told.text == f"The {LAMP} has a warm light. It is sturdy."
    chinese = [f"这款{LAMP_ZH}的灯光很温馨。", f"{LAMP_ZH}底座很稳。"]
    told = own_review(passages("灯光很温馨", "底座很稳", name=LAMP_ZH), chinese)
    assert told.text == f"这款{LAMP_ZH}的灯光很温馨。底座很稳。"


def test_points_are_lines_and_sentences_without_their_bullets() -> None:
    text = "- warm light\n2. sturdy; cable short\n\n• looks good! Would buy again\n...\nsturdy"
    assert points_in(text) == (
        "warm light", "sturdy", "cable short", "looks good!", "Would buy again",
    )  # fmt: skip
