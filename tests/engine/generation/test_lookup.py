"""Drafts looked up, rows used again, a head cut short: faster, and the same words."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from engine.gemma_parts import Shape
from engine.generation.gemma import Gemma, KeyValues
from engine.generation.head import Head, common_tokens
from engine.generation.local import LocalGenerator
from engine.generation.lookup import TRUSTED, draft
from engine.generation.rows import Rows
from engine.generation.scheduler import CHUNK
from engine.processes import BEHIND
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked, make_tokenizer

TOKENS = st.lists(st.integers(0, 5), max_size=40)
SHAPE = Shape(4, 1, 1, 2, 1e-6, 1.0, 8, (True, False), 1e6, 1e4)


@given(TOKENS, TOKENS, TOKENS, st.integers(0, 8))
def test_a_draft_follows_the_end_of_what_is_written(
    written: list[int], first: list[int], second: list[int], most: int
) -> None:
    found = draft(written, [first, second], most)
    assert len(found) <= most
    if found:
        ends = [[*written[-n:], *found] for n in TRUSTED]
        whole = [t[i : i + len(e)] for e in ends for t in (first, second) for i in range(len(t))]
        assert any(end in whole for end in ends)


def test_the_longest_end_that_is_known_counts() -> None:
    assert draft([1, 2, 3], [[9, 2, 3, 7, 7], [1, 2, 3, 8]], 2) == [8]
    assert draft([5, 2, 3], [[9, 2, 3, 7, 7], [1, 2, 3, 8]], 2) == [7, 7]
    assert draft([3], [[9, 4]], 2) == []


def test_the_more_is_the_same_the_more_is_drafted() -> None:
    text = list(range(40))
    assert [len(draft(text[:n], [text], 40)) for n in (1, 2, 3, 9)] == [2, 7, 11, 11]
    assert len(draft(text[:3], [text], 4)) == 4


def test_a_row_knows_what_a_new_prompt_shares_with_an_old_one() -> None:
    cache = KeyValues(SHAPE, 2, 16, torch.zeros(1))
    rows = Rows(cache, 2)
    row, kept, before = rows.take([1, 2, 3, 4])
    assert (kept, before) == (0, [])
    cache.keys[:, row, :, :4] = 7.0
    rows.read(row, [1, 2, 3, 4])
    other, kept, before = rows.take([1, 2, 3, 9])
    assert (other != row, kept, before) == (True, 3, [1, 2, 3, 4])
    assert cache.keys[:, other, :, :3].eq(7).all()
    assert cache.keys[:, other, :, 3:].eq(0).all()
    assert not rows.any_free
    rows.give_back(row, [5, 6])
    assert rows.take([1, 2, 3, 4]) == (row, 3, [1, 2, 3, 4, 5, 6])


def test_the_row_that_rested_longest_is_taken() -> None:
    rows = Rows(KeyValues(SHAPE, 3, 16, torch.zeros(1)), 3)
    first, second, third = (rows.take([n])[0] for n in range(3))
    for row in (third, first, second):
        rows.give_back(row, [])
    assert [rows.take([9])[0] for _ in range(3)] == [first, second, third]


@pytest.fixture
def ours(tiny: Tiny) -> Iterator[LocalGenerator]:
    made = tiny.local()
    yield made
    made.close()


def write(generator: LocalGenerator, question: str) -> str:
    return "".join(
        generator.stream(asked(question), request_id=question, deadline_s=60, max_tokens=60)
    )


def test_asked_again_a_prompt_is_not_read_again_and_the_answer_is_its_draft(
    ours: LocalGenerator,
) -> None:
    texts = {question: write(ours, question) for question in QUESTIONS[:3]}
    longest = max(texts, key=lambda question: len(texts[question]))
    before = ours.counts.reused, ours.counts.steps
    assert write(ours, longest) == texts[longest]
    size = len(ours.prompt_ids(asked(longest)))
    assert ours.counts.reused - before[0] == (size - 1) // CHUNK * CHUNK > 0
    assert ours.counts.steps - before[1] <= len(texts[longest]) / 3


def test_without_drafts_it_writes_the_same_in_more_steps(ours: LocalGenerator) -> None:
    plain = ours.plain()
    try:
        assert [write(ours, q) for q in QUESTIONS] == [write(plain, q) for q in QUESTIONS]
    finally:
        plain.close()
    assert plain.counts.written == ours.counts.written
    assert plain.counts.steps > ours.counts.steps


@pytest.mark.skipif(sys.platform != "linux", reason="threads have one niceness here")
def test_the_model_writes_behind_what_needs_none(ours: LocalGenerator) -> None:
    write(ours, QUESTIONS[0])
    thread = ours._scheduler._thread.native_id
    assert thread is not None
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert os.getpriority(os.PRIO_PROCESS, thread) == min(own + BEHIND, 19)


def test_a_head_cut_short_still_knows_the_prompts_own_tokens() -> None:
    embedding = torch.eye(6)
    head = Head(embedding, [0, 2, 5])
    state = torch.tensor([[[0.0, 9.0, 1.0, 0.0, 8.0, 0.5]]])
    assert chosen(Head(embedding), state, [None]) == [[1]]
    assert chosen(head, state, [head.also([2, 0])]) == [[2]]
    assert chosen(head, state, [head.also([4, 2])]) == [[4]]
    two = state.expand(2, 1, 6)
    assert chosen(head, two, [head.also([4]), None]) == [[4], [2]]


def test_a_choice_tells_its_probability() -> None:
    embedding = torch.eye(3)
    state = torch.tensor([[[1.0, 3.0, 0.0], [0.0, 0.0, 0.0]]])
    first, second = Head(embedding).best(state, [None])[0]
    assert first.log_prob == pytest.approx(float(torch.log_softmax(state[0, 0], -1)[1]), abs=1e-6)
    assert second.log_prob == pytest.approx(-math.log(3), abs=1e-6)


def test_the_prompts_own_tokens_share_in_the_probability() -> None:
    head = Head(torch.eye(3), [0, 2])
    state = torch.tensor([[[2.0, 2.5, 0.0]]])
    ((found,),) = head.best(state, [head.also([1])])
    assert found.token == 1
    assert found.log_prob == pytest.approx(float(torch.log_softmax(state[0, 0], -1)[1]), abs=1e-6)


def chosen(head: Head, state: torch.Tensor, also: list[torch.Tensor | None]) -> list[list[int]]:
    return [[choice.token for choice in line] for line in head.best(state, also)]


def test_common_tokens_hold_every_character_and_line_ends(tiny: Tiny) -> None:
    vocabulary = make_tokenizer().get_vocab()
    assert common_tokens(vocabulary) == sorted(vocabulary.values())
    far = {"the": 700, "▁fee": 63_000, "▁Zusammenarbeit": 200_000, "运费": 250_000, "привет": 900,
           "é": 240_000, "<unused7>": 13}  # fmt: skip
    assert common_tokens(far) == [13, 700, 63_000, 240_000, 250_000]
    tokenizer = Tokenizer.from_file(str(tiny.ending / "tokenizer.json"))
    model = Gemma.load(tiny.ending, torch.float32)
    cut = Head(model.embedding, common_tokens(tokenizer.get_vocab()))
    made = LocalGenerator("tiny", model, tokenizer, head=cut)
    plain = made.plain()
    try:
        assert [write(made, q) for q in QUESTIONS] == [write(plain, q) for q in QUESTIONS]
    finally:
        made.close()
        plain.close()
