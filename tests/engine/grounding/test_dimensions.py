"""A measure's words and its unit agree."""

import pytest

from engine.grounding.dimensions import wrong_unit
from engine.grounding.reading import read


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
