"""Text as retrieval sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.text import LONGEST, is_chinese, normalise, plain_characters, terms


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= LONGEST


def test_width_case_and_invisible_characters_do_not_matter() -> None:
    assert normalise("ＨＥＬＬＯ\u200b  world") == normalise("hello World")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [("运费多少", True), ("shipping cost", False), ("有 Nordic lamp 吗", True),
     ("the 台 lamp please", False),     ("这个lamp多少钱", True), ("", False), ("🙂", False)],
)  # fmt: skip
def test_han_characters_make_a_text_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def test_codes_stay_whole_and_words_lose_their_endings() -> None:
    assert "jj-lmp-0101-blk" in terms("SKU JJ-LMP-0101-BLK")
    assert terms("returning items") == terms("returned item")


@given(st.text(max_size=200))
def test_terms_are_found_in_any_text(text: str) -> None:
    assert all(term for term in terms(text))


def test_lookalike_letters_are_read_as_latin_only_where_scripts_are_mixed() -> None:
    assert plain_characters("rеturn my оrder") == "return my order"
    assert plain_characters("вернуть заказ") == "вернуть заказ"
    assert plain_characters("Αθήνα") == "Αθήνα"
