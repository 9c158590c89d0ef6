"""Tokens, batches, the learning rate, the picture, the card and the command's errors."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from engine.curve import loss_curve
from engine.errors import ShopdeskError
from engine.generation.prompts import STOP, render
from engine.generation.training.card import model_card
from engine.generation.training.command import Order
from engine.generation.training.dataset import build_set
from engine.generation.training.encoding import answer_text, batch_order, encode
from engine.generation.training.optimiser import Optimiser
from engine.generation.training.trainer import Plan, Run


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """One token a byte."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={c: n + 3 for n, c in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return made


def test_every_turn_is_its_prompt_as_served_then_its_answer_then_the_stop(
    tokenizer: Tokenizer,
) -> None:
    examples = build_set(24, 0, seed=1).train
    assert any(example.more for example in examples)
    for example in examples:
        coded = encode(example, tokenizer)
        assert coded.ids[0] == 2
        for (prompt, answer), (first, end) in zip(example.turns(), coded.answers, strict=True):
            assert tokenizer.decode(list(coded.ids[1:first])) == render(prompt)
            told = tokenizer.decode(list(coded.ids[first:end]))
            assert told == answer_text(prompt.language, answer) + STOP
        assert coded.answers[-1][1] == len(coded.ids)


def test_an_english_answer_begins_with_the_colons_space_a_chinese_one_does_not() -> None:
    assert answer_text("en", "Yes.\nIt is.") == " Yes. It is."
    assert answer_text("zh", "可以。") == "可以。"


def test_batches_are_of_one_length_and_each_example_comes_once_an_epoch() -> None:
    lengths = [10 + (n * 37) % 200 for n in range(400)]
    order = batch_order(lengths, 8, seed=1, epoch=0)
    assert sorted(place for batch in order for place in batch) == list(range(400))
    padded = sum(max(lengths[p] for p in b) * len(b) for b in order)
    assert padded < 1.1 * sum(lengths)
    assert order == batch_order(lengths, 8, seed=1, epoch=0)
    assert order != batch_order(lengths, 8, seed=1, epoch=1)


def test_the_learning_rate_warms_up_and_falls() -> None:
    optimiser = Optimiser({"w": torch.zeros(1)}, rate=1.0, steps=100)
    rates = [optimiser.rate_at(step) for step in range(100)]
    assert rates[0] < 0.3
    assert max(rates) == pytest.approx(1.0)
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] < 0.06


def test_the_curve_is_a_picture_with_both_lines() -> None:
    drawn = ElementTree.fromstring(loss_curve([3.0, 2.0, 1.0], [(0, 3.0), (3, 1.5)]))
    lines = [e.attrib["points"].split() for e in drawn.iter() if e.tag.endswith("polyline")]
    assert [len(points) for points in lines] == [3, 2]
    heights = [float(point.split(",")[1]) for point in lines[1]]
    assert heights == sorted(heights)


def test_the_card_tells_command_seed_counts_figures_and_versions() -> None:
    found = build_set(20, 5, seed=9)
    run = Run(step=20, tokens=900, held_out=[(0, 3.0), (20, 1.5)], best_step=20)
    order = Order(Path("out"), 9, 20)
    card = model_card(order.command, Plan(20, 9), run, found)
    assert "shopdesk train adapter --out DIR --seed 9 --steps 20" in card
    assert "| best held-out loss | 1.5 (step 20) |" in card
    for source, count in found.counts.items():
        assert f"| {source} | {count} |" in card
    assert "| torch | 2." in card


def test_a_card_says_what_was_not_there(tmp_path: Path) -> None:
    found = build_set(8, 2, seed=1, data=tmp_path)
    assert "templates alone" in model_card("", Plan(1, 1), Run(), found)


def test_no_steps_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ShopdeskError, match="positive"):
        Order(tmp_path, 0, 0)


def test_a_start_without_an_adapter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShopdeskError, match="adapter_model"):
        Order(tmp_path, 0, 1, start=tmp_path)


def test_counts_add_up_to_the_set() -> None:
    found = build_set(50, 10, seed=2)
    assert len(found.train) == 50
    assert sum(found.counts.values()) == sum(len(list(e.turns())) for e in found.train)
    assert isinstance(found.refused, Counter)
