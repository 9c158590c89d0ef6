"""What a recommendation may list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.listing import said_twice, strange_item, unnamed

EN = ("Harbour desk lamp", "Nordic floor lamp", "Wool and linen rug")
ZH = ("港湾台灯", "北欧台灯")


@pytest.mark.parametrize(
    ("sentence", "titles"),
    [
        ("Here is what fits: Harbour desk lamp, Nordic floor lamp and Wool and linen rug.", EN),
        ("As you like lamps, have a look at harbour desk lamp.", EN),
        ("Harbour desk lamp or Nordic floor lamp would suit.", EN),
        ("按您的要求，推荐港湾台灯、北欧台灯。", ZH),
        ("您常看灯具，这几款可以看看。", ZH),
        ("按您要的红色、小巧，推荐A5点阵笔记本。", ("A5 点阵笔记本",)),
        ("拉链收纳袋、毛绒水獭符合您的要求。", ("拉链收纳袋（3 只）", "毛绒水獭")),
    ],
)
def test_a_list_of_what_was_found_passes(sentence: str, titles: tuple[str, ...]) -> None:
    assert strange_item(sentence, titles) == ""


@pytest.mark.parametrize(
    ("sentence", "titles", "item"),
    [
        ("符合您要求的有港湾台灯、 北欧台灯、 街灯。", ZH, "街灯"),
        ("有，港湾台灯、港湾台灯。", ZH, "港湾台灯"),
        ("A5、港湾台灯、北欧台灯符合您的要求。", ZH, "A5"),
        ("Harbour desk lamp, Nordic floor lamp and harbour desk lamp.", EN, "Harbour desk lamp"),
        ("Harbour desk lamp, Nordic floor lamp and street lamp.", EN, "street lamp"),
    ],
)
def test_an_invented_or_repeated_item_is_found(
    sentence: str, titles: tuple[str, ...], item: str
) -> None:
    assert (said_twice(sentence, titles) or strange_item(sentence, titles)) == item


def test_a_product_left_out_is_found() -> None:
    assert unnamed("Take the harbour desk lamp.", EN[:2]) == "Nordic floor lamp"
    assert unnamed("Harbour desk lamp and Nordic floor lamp.", EN[:2]) == ""


def test_a_name_may_be_cut_at_its_appendix_unless_another_begins_so() -> None:
    titles = ("Fox blanket for children", "Waffle blanket")
    assert unnamed("Fox blanket and Waffle blanket.", titles) == ""
    alike = ("Fox blanket for children", "Fox blanket for dogs")
    assert unnamed("Fox blanket and Fox blanket for dogs.", alike) == "Fox blanket for children"


WORDS = st.text("bcdfgh", min_size=2, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=4, unique=True), st.data())
def test_the_titles_pass_in_any_order_and_one_more_item_does_not(
    words: list[str], data: st.DataObject
) -> None:
    titles = [f"«{word}»" for word in words]
    listed = "、".join(data.draw(st.permutations(titles)))
    assert strange_item(f"推荐{listed}。", titles) == unnamed(listed, titles) == ""
    assert strange_item(f"推荐{listed}、街灯。", titles) == "街灯"


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_any_text_is_judged(sentence: str, titles: list[str]) -> None:
    assert strange_item(sentence, titles) == "" or any(
        title.strip() and title.split()[0].lower() in sentence.lower() for title in titles
    )
    assert unnamed(sentence, titles) in ("", *titles)
