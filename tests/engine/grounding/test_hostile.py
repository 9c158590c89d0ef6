"""No text, however made, crashes the rules or keeps them busy."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.reading import read, read_passage
from engine.grounding.reply import Sources, check_sentence
from engine.grounding.sentences import MAX_SENTENCE, split_sentences
from engine.grounding.text import stem
from engine.types import Passage, SourceKind
from tests.engine.grounding.drafts import load

LONG = 20_000
_PIECES = (
    'a A 1 1, 1. 1x 1- - a- a. @ a@ http:// www. € €1 $ ( " 「 0 00 1/ 不 没有 的 一 十 百 半 至 '
    "，。 ， 。 … ⟦ ⟦a A1- AB- +1 0123 e.g. Mr. 周一至 12:30- 9am 8点半 第一 5折 不在 用了 1、 1和 "
    "a:1; ："
)
_WORDS = (
    "no,not,pay,we,and is,between 1 and,if,one hundred,and,aged,free of,thank you,if you have,"
    "I'll,twenty,half,a dozen,yes:,Billy Oak,1 day"
)
HOSTILE = [*_PIECES.split(), *(f"{word} " for word in _WORDS.split(","))]
SOURCES = load("faithful")[0].sources
PROSE, PATIENCE = "Orders over €50 ship free, and you may return a lamp within 14 days. ", 20
TEXT = st.text(
    st.sampled_from(list('aA 0129.,!?…。！？；:\n"”)」/-–@€$%°天不没的一十百半周点折月日x×*＊１～'))
    | st.characters(codec="utf-8"),
    max_size=120,
)


@given(TEXT, TEXT)
def test_any_sentence_gets_a_verdict(sentence: str, question: str) -> None:
    sources = Sources(SOURCES.passages, question)
    check = check_sentence(sentence, sources)
    assert check.passed == (check.reason == "")


@given(TEXT, TEXT, st.sampled_from(SourceKind))
def test_any_passage_can_be_read(title: str, text: str, kind: SourceKind) -> None:
    source = read_passage(Passage("p", kind, title, text, ""))
    assert all(t.start <= t.end for r in source.sentences for t in r.tokens)


@given(TEXT)
def test_what_is_read_lies_in_the_text(text: str) -> None:
    reading = read(text)
    ends = [q.end for q in reading.quantities] + [m.end for m in reading.marks]
    ends += [t.end for t in reading.tokens]
    assert all(end <= len(reading.text) for end in ends)


def _seconds(piece: str) -> float:
    """Of this thread alone, on a text of LONG characters."""
    text = (piece * LONG)[:LONG]
    started = time.thread_time()
    for sentence in split_sentences(text)[:1]:
        check_sentence(sentence.strip(), SOURCES)
    check_sentence(text, SOURCES)
    check_sentence(text[:MAX_SENTENCE], Sources(SOURCES.passages, text))
    return time.thread_time() - started


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_hostile_text_takes_no_longer_than_prose(piece: str) -> None:
    """Side by side, so that a busy machine slows both; what backtracks takes hundreds of times."""
    pairs = ((_seconds(piece), _seconds(PROSE)) for _ in range(3))
    assert any(hostile < PATIENCE * prose for hostile, prose in pairs)


def test_many_threads_may_ask_at_once() -> None:
    words = ["".join(letters) for letters in itertools.product("aeiknrst", repeat=4)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(stem, [f"{word}ing" for word in words]))
    assert found == [stem.__wrapped__(f"{word}ing") for word in words]


def test_a_sentence_that_is_too_long_is_refused() -> None:
    assert not check_sentence("a" * (MAX_SENTENCE + 1), SOURCES).passed
