"""Laws of the streaming splitter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.sentences import MAX_SENTENCE, SentenceSplitter, split_sentences

TEXT = st.text(
    st.sampled_from(list('ab Z19.,!?…。！？；\n"”)」:/-@€ 天可以')) | st.characters(codec="utf-8"),
    max_size=200,
)


def _in_pieces(text: str, cuts: list[int]) -> list[str]:
    splitter, out, at = SentenceSplitter(), [], 0
    for cut in [*sorted(c % (len(text) + 1) for c in cuts), len(text)]:
        out += splitter.feed(text[at:cut])
        at = max(at, cut)
    return out + splitter.flush()


@given(TEXT)
def test_joined_sentences_are_the_text(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@given(TEXT, st.lists(st.integers(0, 500), max_size=12))
def test_how_a_text_is_cut_into_pieces_changes_nothing(text: str, cuts: list[int]) -> None:
    assert _in_pieces(text, cuts) == split_sentences(text)


@given(st.integers(1, 4))
def test_an_endless_sentence_is_let_go(times: int) -> None:
    parts = SentenceSplitter().feed("x" * (MAX_SENTENCE * times + 1))
    assert len(parts) >= times
    assert all(len(part) <= MAX_SENTENCE for part in parts)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is €3.50. Yes!", ["It is €3.50. ", "Yes!"]),
        ("Use a tin, e.g. ours. Keep it dry.", ["Use a tin, e.g. ours. ", "Keep it dry."]),
        ("Your order JJ-10001. It left.", ["Your order JJ-10001. ", "It left."]),
        (
            "See https://jj.example/a.b?c=1. Then pay.",
            ["See https://jj.example/a.b?c=1. ", "Then pay."],
        ),
        ("Well... maybe. No.", ["Well... ", "maybe. ", "No."]),
        ("可以退货。请在30天内！好吗？", ["可以退货。", "请在30天内！", "好吗？"]),
        ("他说：“可以。”然后走了。", ["他说：“可以。”", "然后走了。"]),
        ('He said "yes." Then left.', ['He said "yes." ', "Then left."]),
        ("We open at 9 a.m. on Monday.", ["We open at 9 a.m. on Monday."]),
        ("等等……好的。", ["等等……", "好的。"]),
        ("售价3.5欧元。免运费", ["售价3.5欧元。", "免运费"]),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_number_is_not_cut_while_it_is_being_written() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("It costs €3.") == []
    assert splitter.feed("50 today") == []
    assert splitter.feed(". Nice") == ["It costs €3.50 today. "]
