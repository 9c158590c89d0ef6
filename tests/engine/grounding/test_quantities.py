"""Quantities are read the same however they are written."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.grounding.quantities import quantities
from engine.grounding.reply import Sources, check_sentence
from engine.grounding.text import fold
from engine.types import Passage, SourceKind
from tests.engine.grounding.drafts import Draft, load


def keys(text: str) -> list[str]:
    return [q.key for q in quantities(fold(text))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30 days", "thirty days"),
        ("14天", "two weeks"),
        ("１４ 天", "14 days"),
        ("3–5 working days", "三到五个工作日"),
        ("between 3 and 5 days", "3至5天"),
        ("€1,200.50", "1200.50欧元"),
        ("4,95 €", "EUR 4.95"),
        ("a year", "12 months"),
        ("半年", "six months"),
        ("half an hour", "30分钟"),
        ("一个半小时", "90 minutes"),
        ("上午9点到下午5点半", "9:00-17:30"),
        ("4 pm", "16:00"),
        ("Monday to Friday", "周一至周五"),
        ("weekdays", "Mon-Fri"),
        ("24 December", "12月24日"),
        ("a dozen", "12"),
        ("打八折", "20% off"),
        ("140x200 cm", "140 × 200厘米"),
        ("1.5 kg", "1500克"),
        ("0.5 l", "500 ml"),
        ("40 °C", "40度"),
        ("$25", "25美元"),
        ("¥25", "25元"),
        ("两百五十元", "250 yuan"),
    ],
)
def test_two_spellings_of_one_quantity_are_equal(one: str, other: str) -> None:
    assert keys(one) == keys(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14 days", "14 working days"),
        ("14 days", "14 colours"),
        ("€25", "$25"),
        ("25元", "25欧元"),
        ("30 days", "1 month"),
        ("300 ml", "300 cl"),
        ("10%", "€10"),
        ("9 am", "9 pm"),
        ("周一", "周二"),
    ],
)
def test_two_different_quantities_are_not_equal(one: str, other: str) -> None:
    assert keys(one) != keys(other)


@pytest.mark.parametrize(
    "text",
    [
        "一般一起看看",
        "十分好看",
        "one of them",
        "order JJ-10023",
        "an E27 bulb",
        "统一发货",
        "+31 30 555 0142",
    ],
)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("orders over €50", "low"),
        ("at least 5 days", "low"),
        ("满50欧元", "low"),
        ("50欧元以上", "low"),
        ("3 years or older", "low"),
        ("up to 5 days", "high"),
        ("no more than 5 days", "high"),
        ("不超过50欧元", "high"),
        ("14天内", "high"),
        ("before 16:00", "high"),
        ("it costs €50", ""),
    ],
)
def test_bounds_are_seen(text: str, bound: str) -> None:
    assert [q.bound for q in quantities(fold(text))] == [bound]


NUMBERED = [
    d
    for d in load("faithful")
    if len(quantities(fold(d.sentence))) == 1 and any(c.isdigit() for c in d.sentence)
]


@given(st.sampled_from(NUMBERED), st.integers(2, 99999))
def test_any_number_swapped_for_one_in_no_source_is_refused(draft: Draft, number: int) -> None:
    sources = " ".join(f"{p.title} {p.text}" for p in draft.sources.passages)
    said = quantities(fold(draft.sentence))[0]
    digits = "".join(c for c in said.text if c.isdigit() or c in ".,:-x ").strip(" .,:-")
    swapped = draft.sentence.replace(digits, str(number), 1)
    new = quantities(fold(swapped))
    held = {q.key for q in quantities(fold(sources))}
    ends = {(v, q.unit) for q in quantities(fold(sources)) for v in (q.low, q.high)}
    assume(swapped != draft.sentence and new)
    assume(all(q.key not in held and (q.low, q.unit) not in ends for q in new))
    assert not check_sentence(swapped, draft.sources).passed


def _shop(question: str) -> Sources:
    passage = Passage(
        "product:bag", SourceKind.PRODUCT, "Canal Backpack", "It costs €74.00 and holds 18 l.", "en"
    )
    return Sources((passage,), question, "en")


def test_a_shoppers_number_may_be_echoed_as_theirs() -> None:
    sources = _shop("a backpack under 80 euros?")
    assert check_sentence(
        "You asked for under 80 euros: the Canal Backpack costs €74.", sources
    ).passed


@pytest.mark.parametrize(
    "sentence",
    ["The Canal Backpack costs 80 euros.", "The Canal Backpack costs less than 80 euros."],
)
def test_a_shoppers_number_may_not_be_asserted_about_the_shop(sentence: str) -> None:
    assert not check_sentence(sentence, _shop("a backpack under 80 euros?")).passed
