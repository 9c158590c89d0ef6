"""The lean Gemma step is transformers' own, with a tiny model and with the real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer, Gemma3ForCausalLM

from engine.build import live_assistant
from engine.counters import MemoryCounters
from engine.generation.gemma import Gemma, KeyValues
from engine.generation.local import BOS, LocalGenerator
from engine.generation.prompts import render
from engine.live import LiveAssistant
from engine.types import (
    Answer,
    Band,
    Message,
    Passage,
    Prompt,
    Route,
    Session,
    SourceKind,
    WordedBy,
)
from tests.engine.generation.first_preparation import FirstPreparation
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked

NEAR = 2e-3
"""How far apart two ways to sum the same in float32 may end."""
TINY_NEAR = 5e-4
"""The same for the tiny model: 1.7e-4 was seen twice in 14 whole runs (else 4e-7 at most); rotary
frequencies rounded to bfloat16, the smallest mistake tried, are 1.4e-3 off."""

REAL = {
    "en": Prompt(Route.FAQ, "en", "Can I still send the lamp back after three weeks?", (
        Passage("entry:returns", SourceKind.ENTRY, "Returns",
                "You can return any item within 30 days of delivery. The item must be unused.",
                "en"),
    ), ("Do you ship to Norway?", "Yes, to every country in Europe.")),
    "zh": Prompt(Route.FAQ, "zh", "三个星期后还能退吗？", (
        Passage("entry:returns", SourceKind.ENTRY, "退货", "收货后30天内可以退货，商品须未使用。",
                "zh"),
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(first_preparation: FirstPreparation) -> Path:
    """The real default model, prepared in the usual cache."""
    return first_preparation.folder


@pytest.fixture(scope="module")
def real(folder: Path) -> Iterator[LocalGenerator]:
    made = LocalGenerator.load(folder, threads=2)
    yield made
    made.close()


def logits_in_chunks(model: Gemma, ids: list[int], chunk: int) -> torch.Tensor:
    """The scores after the last token, the text read piece by piece in row 2 of 3."""
    cache = KeyValues(model.shape, 3, len(ids) + 8, model.like)
    for start in range(0, len(ids), chunk):
        hidden = model.step(torch.tensor([ids[start : start + chunk]]), [2], [start], cache)
    return model.logits(hidden)[0, -1]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_step_gives_transformers_scores(tiny: Tiny, chunk: int) -> None:
    tokenizer = Tokenizer.from_file(str(tiny.ending / "tokenizer.json"))
    ids = [BOS, *tokenizer.encode(render(asked(QUESTIONS[0]))).ids]
    judge = Gemma3ForCausalLM.from_pretrained(tiny.ending, dtype=torch.float32)
    expected = judge(torch.tensor([ids])).logits[0, -1].detach()
    found = logits_in_chunks(Gemma.load(tiny.ending, torch.float32), ids, chunk)
    torch.testing.assert_close(found, expected, atol=TINY_NEAR, rtol=TINY_NEAR)


@pytest.mark.model
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_real_model_gives_transformers_tokens_and_scores(folder: Path, language: str) -> None:
    text = render(REAL[language])
    ids = [BOS, *Tokenizer.from_file(str(folder / "tokenizer.json"))
           .encode(text, add_special_tokens=False).ids]  # fmt: skip
    assert AutoTokenizer.from_pretrained(folder)(text).input_ids == ids
    judge = Gemma3ForCausalLM.from_pretrained(folder, dtype=torch.float32)
    lean = Gemma.load(folder, torch.float32)
    for _ in range(8):
        expected = judge(torch.tensor([ids])).logits[0, -1].detach()
        found = logits_in_chunks(lean, ids, 48)
        torch.testing.assert_close(found, expected, atol=NEAR, rtol=NEAR)
        assert int(found.argmax()) == int(expected.argmax())
        ids.append(int(expected.argmax()))


@pytest.mark.model
def test_no_half_character_is_ever_shown(real: LocalGenerator) -> None:
    pieces = list(real.stream(REAL["zh"], request_id="r", deadline_s=120, max_tokens=40))
    assert pieces
    assert all("\ufffd" not in piece and piece for piece in pieces)


class Counting:
    """The real model, and the requests it was asked."""

    def __init__(self, model: LocalGenerator) -> None:
        self.model = model
        self.name = model.name
        self.requests: list[str] = []

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        self.requests.append(request_id)
        return self.model.stream(
            prompt, request_id=request_id, deadline_s=deadline_s, max_tokens=max_tokens
        )

    def cancel(self, request_id: str) -> None:
        self.model.cancel(request_id)

    def close(self) -> None:
        """The model belongs to another."""


@pytest.mark.model
def test_a_certain_answer_never_asks_the_model(shop: LiveAssistant, real: LocalGenerator) -> None:
    model = Counting(real)
    assistant = live_assistant(shop.home, shop.encoders, model, MemoryCounters(), 20_000)

    def ask(text: str) -> Answer:
        message = Message(text, "c", "shopper", text, datetime(2026, 11, 24, tzinfo=UTC))
        *_, last = assistant.answer(message, Session("c"), deadline_s=120)
        assert isinstance(last, Answer)
        return last

    certain = ask("What are your opening hours?").reply
    assert (certain.band, certain.receipt.worded_by) == (Band.CERTAIN, WordedBy.OPERATOR)
    assert model.requests == []
    ask("recommend a warm lamp under 100 euros")
    assert len(model.requests) == 1
