"""A measure's words and its unit agree."""

import pytest

from engine.grounding.dimensions import wrong_unit, wrong_way
from engine.grounding.reading import read, read_passage
from engine.types import Passage, SourceKind


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("铸铁煎锅重24厘米，28厘米。", "24厘米"),
        ("重量：30 厘米。", "30 厘米"),
        ("高度约 2 公斤。", "2 公斤"),
        ("The pan weighs 24 cm.", "24 cm"),
        ("It is 48 cm heavy.", "48 cm"),
        ("双人旅行茶具装14厘米重，用瓷做的。", "14厘米"),
        ("茶具480克高。", "480克"),
        ("The height is 2.1 kg.", "2.1 kg"),
    ],
)
def test_a_length_is_no_weight_and_a_weight_no_length(sentence: str, wrong: str) -> None:
    assert wrong_unit(read(sentence)) == wrong


@pytest.mark.parametrize(
    "sentence",
    [
        "铸铁煎锅重2.1 千克。",
        "高 48 厘米，重 1.2 公斤。",
        "The pan weighs 2.1 kg and is 24 cm wide.",
        "A 300 g scarf, 90 cm long.",
        "重新发货需要 3 天。",
        "14 厘米高，480 克重。",
        "The shelf is 80 cm wide and carries 15 kg.",
    ],
)
def test_what_agrees_passes(sentence: str) -> None:
    assert wrong_unit(read(sentence)) == ""


LAMP = "height: 48 cm; cable length: 1.8 m; 高度: 48 厘米; shade: 30 cm across; box: 60 x 40 cm"


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("The lamp has a height of 48 cm and is 48 cm in diameter.", "48 cm"),
        ("It is 48 cm wide.", "48 cm"),
        ("The cable is 1.8 m high.", "1.8 m"),
        ("台灯宽48厘米。", "48厘米"),
        ("It is 48 cm tall with a cable 1.8 m long.", ""),
        ("高48厘米，灯罩直径30厘米。", ""),
        ("The shade is 30 cm wide.", ""),
        ("The box is 60 cm long and 40 cm wide.", ""),
    ],
)
def test_a_length_measures_what_its_source_says(sentence: str, wrong: str) -> None:
    source = read_passage(Passage("product:lamp", SourceKind.PRODUCT, "Lamp", LAMP, "en"))
    assert wrong_way(read(sentence), (source,)) == wrong
