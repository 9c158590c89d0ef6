"""The streaming door: only whole grounded sentences go out, and the first refused one ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.counters import MemoryCounters
from engine.errors import GeneratorError
from engine.generation.generator import Piece
from engine.grounding.doubt import LEAST, Sureness
from engine.grounding.sentences import split_sentences
from engine.hurry import Hurries
from engine.types import (
    Delta,
    Message,
    Part,
    Passage,
    Plan,
    Prompt,
    Reply,
    Route,
    Session,
    SourceKind,
    WordedBy,
)
from engine.wording import Wording

SHIPPING = Passage(
    "entry:ship",
    SourceKind.ENTRY,
    "Shipping",
    "Shipping costs €4.95. It is free from €50. We do not deliver on Sundays.",
    "en",
)
TRUE = ["Shipping is €4.95. ", "From €50 it is free. ", "We don't deliver on Sundays."]
FALSE = "Shipping is €3.95. "


class Typist:
    """A generator that types a given text, in pieces, and remembers what was asked of it."""

    name = "typist"

    def __init__(self, pieces: list[str], fails: bool = False) -> None:
        self._pieces, self._fails = pieces, fails
        self.typed = 0
        self.cancelled: list[str] = []

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        """The pieces, one after the other."""
        for piece in self._pieces:
            self.typed += 1
            yield piece
        if self._fails:
            raise GeneratorError("the model stopped", where="typist", mend="type again.")

    def cancel(self, request_id: str) -> None:
        """Remember the request."""
        self.cancelled.append(request_id)

    def close(self) -> None:
        """Nothing to give back."""


def worded_by(typist: Typist) -> Wording:
    return Wording(typist, MemoryCounters(), snapshot="s", daily_tokens=1000)


def said(typist: Typist, wording: Wording | None = None) -> tuple[list[str], Reply]:
    """The deltas and the reply for a question about shipping."""
    wording = wording or worded_by(typist)
    prompt = Prompt(Route.FAQ, "en", "How much is shipping?", (SHIPPING,))
    part = Part(prompt.question, Route.FAQ, "en", SHIPPING.text, WordedBy.OPERATOR, prompt=prompt)
    message = Message("m", "c", "s", prompt.question, datetime.now(UTC))
    writing = wording.write(Plan("en", (part,), Session("c")), message, 30.0)
    deltas: list[str] = []
    while True:
        try:
            piece = next(writing)
        except StopIteration as end:
            reply: Reply = end.value
            return deltas, reply
        assert isinstance(piece, Delta)
        deltas.append(piece.text)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_however_it_is_typed_whole_grounded_sentences_go_out(sizes: list[int]) -> None:
    text = "".join(TRUE)
    pieces: list[str] = []
    while text:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[:size])
        text = text[size:]
    deltas, reply = said(Typist(pieces))
    assert deltas == [sentence.strip() for sentence in TRUE]
    assert reply.text == "".join(TRUE)
    assert reply.receipt.worded_by is WordedBy.MODEL


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_first_refused_sentence_ends_the_draft_and_the_passage_takes_its_place(at: int) -> None:
    sentences = [*TRUE[:at], FALSE, *TRUE[at:]]
    typist = Typist(sentences)
    deltas, reply = said(typist)
    assert deltas == [sentence.strip() for sentence in TRUE[:at]]
    assert reply.text == SHIPPING.text
    assert reply.receipt.worded_by is WordedBy.OPERATOR
    assert [c.passed for c in reply.receipt.checks] == [True] * at + [False]
    assert typist.cancelled == ["m:0"]
    assert typist.typed <= at + 2


def test_a_false_last_sentence_without_a_full_stop_is_not_sent() -> None:
    deltas, reply = said(Typist([TRUE[0], "We deliver on Sundays"]))
    assert deltas == [TRUE[0].strip()]
    assert reply.text == SHIPPING.text


def test_no_part_of_a_refused_sentence_is_ever_shown() -> None:
    deltas, reply = said(Typist(["Ship", "ping is €3", ".95 only", ". Nice"]))
    assert deltas == []
    assert "3.95" not in reply.text


def test_a_model_that_stops_half_way_leaves_the_passage() -> None:
    deltas, reply = said(Typist([TRUE[0], "It is fr"], fails=True))
    assert deltas == [TRUE[0].strip()]
    assert reply.text == SHIPPING.text


def test_a_model_that_says_nothing_leaves_the_passage() -> None:
    deltas, reply = said(Typist([" ", "\n"]))
    assert deltas == []
    assert reply.text == SHIPPING.text


UNSURE = 2 * LEAST


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_sentence_the_model_was_not_sure_of_is_not_said(at: int) -> None:
    pieces: list[str] = [Piece(text, [-0.05, UNSURE if n == at else 0.0])
                         for n, text in enumerate(TRUE)]  # fmt: skip
    deltas, reply = said(Typist(pieces))
    assert deltas == [sentence.strip() for sentence in TRUE[:at]]
    assert reply.text == SHIPPING.text
    assert reply.receipt.checks[-1].reason.startswith("doubt:")


def test_a_doubt_about_one_word_of_a_sure_sentence_is_none() -> None:
    deltas, reply = said(Typist([Piece(text, [UNSURE, *[-0.01] * 9]) for text in TRUE]))
    assert len(deltas) == len(TRUE)
    assert reply.receipt.worded_by is WordedBy.MODEL


@given(st.lists(st.text("a。. !", min_size=1, max_size=6), max_size=12))
def test_every_tokens_sureness_is_of_the_sentence_it_begins_in(pieces: list[str]) -> None:
    sureness, text, begins = Sureness(), "".join(pieces), []
    at = 0
    for number, piece in enumerate(pieces):
        sureness.wrote(piece, (float(number),))
        begins.append(at)
        at += len(piece)
    start, found = 0, []
    for sentence in split_sentences(text):
        mine = [
            float(n) for n, begin in enumerate(begins) if start <= begin < start + len(sentence)
        ]
        assert sureness.of(sentence) == mine
        found += mine
        start += len(sentence)
    assert found == [float(n) for n in range(len(pieces))]


class Hurried(Typist):
    """Whose shopper writes again when the second piece is due; no more pieces come then."""

    wording: Wording | None = None

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        """The first piece, and the word of hurry."""
        assert self.wording is not None
        self.typed += 1
        yield self._pieces[0]
        self.wording.hurry("m")
        if request_id not in self.cancelled:
            yield from self._pieces[1:]


def test_a_shopper_who_writes_again_gets_the_passage_and_the_model_stops() -> None:
    typist = Hurried(TRUE)
    typist.wording = worded_by(typist)
    deltas, reply = said(typist, typist.wording)
    assert deltas == [TRUE[0].strip()]
    assert typist.cancelled == ["m:0"]
    assert (reply.text, reply.receipt.worded_by) == (SHIPPING.text, WordedBy.OPERATOR)


def test_hurry_reaches_an_answer_begun_with_the_snapshot_before() -> None:
    typist = Hurried(TRUE)
    hurries = Hurries(typist)
    before, after = (
        Wording(typist, MemoryCounters(), snapshot=name, daily_tokens=1000, hurries=hurries)
        for name in ("before", "after")
    )
    typist.wording = after
    _, reply = said(typist, before)
    assert reply.text == SHIPPING.text
    assert typist.cancelled == ["m:0"]


def test_hurried_before_its_turn_a_message_is_put_to_no_model() -> None:
    typist = Typist(TRUE)
    wording = worded_by(typist)
    wording.hurry("m")
    deltas, reply = said(typist, wording)
    assert (deltas, typist.typed) == ([], 0)
    assert reply.text == SHIPPING.text


def test_hurrying_others_changes_nothing() -> None:
    typist = Typist(TRUE)
    wording = worded_by(typist)
    for number in range(1000):
        wording.hurry(f"other {number}")
    assert said(typist, wording)[1].receipt.worded_by is WordedBy.MODEL


@pytest.mark.parametrize("pieces", [[], [" "], ["<unused0>"]])
def test_a_model_that_declines_leaves_the_shop_its_own_words(pieces: list[str]) -> None:
    deltas, reply = said(Typist(pieces))
    assert deltas == []
    assert reply.text == SHIPPING.text
    assert reply.receipt.worded_by is WordedBy.OPERATOR


@pytest.mark.parametrize(("yes", "rest"), [(-0.05, -0.2), (-2.0, -0.2), (-4.0, -0.5)])
def test_an_unsure_yes_is_left_out_and_does_not_count_against_the_rest(
    yes: float, rest: float
) -> None:
    typist = Typist([Piece("Yes,", (yes,)), Piece(" it is free from €50.", (rest, rest))])
    deltas, reply = said(typist)
    assert deltas == ["It is free from €50."]
    assert reply.receipt.worded_by is WordedBy.MODEL
    assert [check.passed for check in reply.receipt.checks] == [True]


def test_no_space_follows_a_chinese_mark() -> None:
    deltas, _ = said(Typist(["运费 €4.95，", " 满 €50 免运费。"]))
    assert deltas == ["运费 €4.95，满 €50 免运费。"]
