"""Examples as tokens, and batches of about one length, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine.generation.prompts import DECLINED, STOP, WORDS, one_line, render
from engine.generation.training.example import Example

if TYPE_CHECKING:
    from torch import Tensor

BOS = 2
_POOL = 24
"""Batches sorted by length together: little padding, and still a mixed order."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A whole example; what is learnt are the tokens of `answers`, each (first, end)."""

    ids: tuple[int, ...]
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids, and the places whose next token is one of an answer."""

    ids: Tensor
    rows: Tensor
    places: Tensor
    targets: Tensor


def answer_text(language: str, answer: str) -> str:
    """An answer as it follows its prompt: the colon's own space first."""
    if answer == DECLINED:
        return answer
    colon = WORDS[language].colon
    return colon[len(colon.rstrip()) :] + one_line(answer)


def encode(example: Example, tokenizer: Any) -> Encoded:
    """The tokens of prompts, answers and stops, split where serving splits them."""

    def ids(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    written, tokens, answers = "", [BOS], []
    for prompt, answer in example.turns():
        text, said = render(prompt), answer_text(prompt.language, answer)
        tokens += ids(text.removeprefix(written))
        start = len(tokens)
        tokens += [*ids(said), *ids(STOP)]
        answers.append((start, len(tokens)))
        written = text + said + STOP
    return Encoded(tuple(tokens), tuple(answers))


def batch_order(
    lengths: Sequence[int], size: int, *, seed: int, epoch: int
) -> list[tuple[int, ...]]:
    """Places of the examples of every batch of an epoch; a last small batch is left out."""
    draw = random.Random(f"{seed}:{epoch}")
    places = draw.sample(range(len(lengths)), len(lengths))
    batches = []
    for start in range(0, len(places), size * _POOL):
        pool = sorted(places[start : start + size * _POOL], key=lambda place: lengths[place])
        batches += [tuple(pool[i : i + size]) for i in range(0, len(pool) - size + 1, size)]
    draw.shuffle(batches)
    return batches


def collate(examples: Sequence[Encoded]) -> Batch:
    """One batch. Padding is on the right, where no token that counts ever looks."""
    import torch

    longest = max(len(example.ids) for example in examples)
    ids = torch.zeros((len(examples), longest), dtype=torch.long)
    rows, places, targets = [], [], []
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        for place in chain.from_iterable(range(*span) for span in example.answers):
            rows.append(row)
            places.append(place - 1)
            targets.append(example.ids[place])
    return Batch(ids, torch.tensor(rows), torch.tensor(places), torch.tensor(targets))
