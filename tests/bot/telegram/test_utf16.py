"""Lengths and cuts as Telegram counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.telegram import utf16

WORDS = st.text(
    alphabet=st.sampled_from("ab 中文。，.!?\n😀👍🏽é\u0301\u200d"), min_size=0, max_size=400
)


@given(WORDS)
def test_a_length_is_that_of_utf_16(text: str) -> None:
    assert utf16.length(text) == len(text.encode("utf-16-le")) // 2


@given(WORDS, st.integers(8, 60))
def test_pieces_fit_and_lose_only_white_space(text: str, limit: int) -> None:
    pieces = utf16.split(text, limit=limit)
    assert all(0 < utf16.length(piece.text) <= limit for piece in pieces)
    assert all(piece.text.strip() for piece in pieces)
    assert "".join("".join(p.text for p in pieces).split()) == "".join(text.split())


@given(WORDS, st.integers(3, 60))
def test_a_truncated_text_fits(text: str, limit: int) -> None:
    assert utf16.length(utf16.truncate(text, limit)) <= limit


@given(st.lists(st.sampled_from(["lamp", "灯", "😀", "one two"]), min_size=1, max_size=40))
def test_a_bold_word_is_never_torn(words: list[str]) -> None:
    text, entities = "", []
    for word in words:
        offset = utf16.length(text)
        entities.append(MessageEntity("bold", offset, utf16.length(word)))
        text += word + ". "
    for piece in utf16.split(text, entities, limit=16):
        bold = piece.text.encode("utf-16-le")
        for entity in piece.entities:
            start, end = entity.offset * 2, (entity.offset + entity.length) * 2
            assert bold[start:end].decode("utf-16-le") in words
    kept = sum(len(piece.entities) for piece in utf16.split(text, entities, limit=16))
    assert kept == len(words)


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("One paragraph here.", "\n\nAnother sentence. And one more that is long."),
        ("First line of words", "\nsecond line of words and more of them"),
        ("A whole sentence here.", " The next one does not fit any more"),
        ("送货需要三天左右时间。退货可以在三十天之内办理完成。", "我们会尽快退款给您"),
    ],
)
def test_a_cut_falls_where_a_reader_pauses(first: str, rest: str) -> None:
    assert utf16.split(first + rest, limit=34)[0].text == first


def test_an_emoji_of_several_characters_stays_whole() -> None:
    text = "x" * 9 + "👍🏽" + "y" * 5
    assert [piece.text for piece in utf16.split(text, limit=12)] == ["x" * 9, "👍🏽" + "y" * 5]
