"""A claim keeps what its source binds it to: a threshold, a part, the name of a measure."""

from __future__ import annotations

import pytest

from engine.grounding.reply import Sources, check_sentence
from engine.types import Passage, SourceKind

SHIPPING = Passage(
    "entry:s", SourceKind.ENTRY, "Shipping costs",
    "Standard delivery costs €3.95 in the Netherlands, €5.95 to Belgium and Germany and €14.95 to"
    " Norway. It is free from €60 in the Netherlands, Belgium and Germany.", "en",
)  # fmt: skip
SHIPPING_ZH = Passage(
    "entry:s", SourceKind.ENTRY, "运费",
    "寄往荷兰 3.95 欧元，比利时和德国 5.95 欧元，挪威 14.95 欧元。"
    "荷兰、比利时和德国满 60 欧元免运费。", "zh",
)  # fmt: skip
RETURNS = Passage(
    "entry:r", SourceKind.ENTRY, "Returns",
    "Returns from the Netherlands and Belgium are free. From elsewhere you pay the postage.", "en",
)  # fmt: skip
LAMP = Passage(
    "product:l", SourceKind.PRODUCT, "Nordic desk lamp",
    "A jointed arm of ash wood holds a steel shade. The round base is weighted."
    " material: ash wood and steel; height: 48 cm; cable length: 1.5 m", "en",
)  # fmt: skip
LAMP_ZH = Passage(
    "product:l", SourceKind.PRODUCT, "北欧台灯",
    "白蜡木灯臂托着钢制灯罩。圆形底座有配重。高度: 48 厘米; 电线长度: 1.5 米", "zh",
)  # fmt: skip


def passed(sentence: str, *passages: Passage, question: str = "", language: str = "en") -> bool:
    return check_sentence(sentence, Sources(passages, question, language)).passed


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Delivery to Germany is free.", SHIPPING),
        ("Yes, delivery is free in the Netherlands, Belgium and Germany.", SHIPPING),
        ("The Netherlands and Norway have free delivery.", SHIPPING),
        ("寄往德国免运费。", SHIPPING_ZH),
        ("Returns from Norway are free.", RETURNS),
    ],
)
def test_free_keeps_its_threshold_and_its_places(sentence: str, passage: Passage) -> None:
    assert not passed(sentence, passage)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("Delivery to Germany is free from €60.", SHIPPING),
        ("From €60 it is free in Germany.", SHIPPING),
        ("德国满 60 欧元免运费。", SHIPPING_ZH),
        ("Returns from Belgium are free.", RETURNS),
    ],
)
def test_free_with_what_it_is_bound_to_may_be_said(sentence: str, passage: Passage) -> None:
    assert passed(sentence, passage)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("The round base is of ash wood.", LAMP),
        ("It has a base of ash wood.", LAMP),
        ("It stands on an ash wood base.", LAMP),
        ("底座是白蜡木的。", LAMP_ZH),
        ("它有白蜡木底座。", LAMP_ZH),
    ],
)
def test_a_material_stays_with_its_part(sentence: str, passage: Passage) -> None:
    assert not passed(sentence, passage)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        ("The arm is of ash wood.", LAMP),
        ("It has a steel shade.", LAMP),
        ("The lamp is of ash wood and steel.", LAMP),
        ("白蜡木灯臂托着灯罩。", LAMP_ZH),
    ],
)
def test_a_part_of_its_own_material_may_be_said(sentence: str, passage: Passage) -> None:
    assert passed(sentence, passage)


@pytest.mark.parametrize("sentence", ["It tilts from 48 cm.", "The base holds 48 cm."])
def test_a_measure_keeps_its_name(sentence: str) -> None:
    assert not passed(sentence, LAMP)


@pytest.mark.parametrize(
    "sentence", ["It is 48 cm tall.", "Its height is 48 cm.", "It has a 1.5 m cable."]
)
def test_a_measure_with_its_name_may_be_said(sentence: str) -> None:
    assert passed(sentence, LAMP)


BACKPACK = Passage(
    "product:b", SourceKind.PRODUCT, "Trail backpack",
    "For day walks: a mesh back and a hip belt. The rain cover hides in the bottom."
    " There is no laptop sleeve. hydration sleeve: up to 2 l", "en",
)  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "The Trail backpack has a laptop sleeve.",
        "The rain cover is not in the bottom.",
        "It is the most popular backpack for day walks.",
    ],
)
def test_what_is_denied_stays_denied_and_nothing_else_is(sentence: str) -> None:
    assert not passed(sentence, BACKPACK)


@pytest.mark.parametrize(
    "sentence",
    ["It has no laptop sleeve.", "It has a hydration sleeve.", "A rain cover is in the bottom."],
)
def test_what_is_denied_and_granted_as_in_the_source_may_be_said(sentence: str) -> None:
    assert passed(sentence, BACKPACK)


DIM = Passage(
    "product:l", SourceKind.PRODUCT, "Harbour desk lamp",
    "dimmable: no; vegan: yes; switch: cord", "en",
)  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    ["The Harbour desk lamp has a dimmable mode.", "It is dimmable.", "It is not vegan."],
)
def test_a_no_in_the_data_is_not_said_as_a_yes(sentence: str) -> None:
    assert not passed(sentence, DIM)


@pytest.mark.parametrize("sentence", ["It is not dimmable.", "It is vegan."])
def test_a_no_in_the_data_may_be_said_as_a_no(sentence: str) -> None:
    assert passed(sentence, DIM)


def test_of_two_free_things_the_one_spoken_of_decides() -> None:
    assert passed("Returns from Belgium are free.", SHIPPING, RETURNS)
    assert not passed("Delivery to Belgium is free.", SHIPPING, RETURNS)


BULB = Passage(
    "product:b", SourceKind.PRODUCT, "Paper lamp",
    "A shade of folded paper. bulb: E27, none in the box; cable: 2 m, included", "en",
)  # fmt: skip
BULB_ZH = Passage(
    "product:b", SourceKind.PRODUCT, "纸灯", "折纸灯罩。 灯泡: E27，不含灯泡; 电线: 附2米电线", "zh"
)


@pytest.mark.parametrize(
    ("sentence", "passage", "good"),
    [
        ("It comes with an E27 bulb.", BULB, False),
        ("An E27 bulb is included.", BULB, False),
        ("The E27 bulb is not included.", BULB, True),
        ("It comes with a cable of 2 m.", BULB, True),
        ("附带E27灯泡。", BULB_ZH, False),
        ("灯泡是E27，不含灯泡。", BULB_ZH, True),
    ],
)
def test_what_is_not_in_the_box_is_not_said_to_come_along(
    sentence: str, passage: Passage, good: bool
) -> None:
    assert passed(sentence, passage, language=passage.language) is good


OPENED = Passage(
    "entry:o", SourceKind.ENTRY, "Opened items",
    "You may open and try products as you would in a shop. Opened tea and living plants cannot be"
    " returned.", "en",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "good"),
    [
        ("can i return a lamp i opened", False),
        ("can i return tea i opened", True),
        ("are the plants returnable once opened", True),
        ("can i return something i opened", True),
    ],
)
def test_what_is_denied_of_other_goods_is_no_answer(question: str, good: bool) -> None:
    sentence = "No, opened tea and living plants cannot be returned."
    assert passed(sentence, OPENED, question=question, language="en") is good


REFUND_ZH = Passage(
    "entry:m", SourceKind.ENTRY, "退款时间",
    "收到退货后，我们在 5 个工作日内按原付款方式退款，银行入账最多还要 3 个工作日。"
    "14天内可以换货。", "zh",
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("在 5 个工作日内退货，银行入账最多还要 3 个工作日。", False),
        ("5个工作日内会到账。", False),
        ("14 天内退款。", False),
        ("五个工作日内退货。", False),
        ("收到退货后5个工作日内会为您退款。", True),
        ("5 个工作日内我们就退款，银行入账最多还要 3 个工作日。", True),
        ("14天之内可以换货。", True),
        ("银行3个工作日到账。", True),
    ],
)
def test_what_is_done_within_a_time_stays_what_is_done(sentence: str, true: bool) -> None:
    assert passed(sentence, REFUND_ZH, language="zh") is true
