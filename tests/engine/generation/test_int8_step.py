"""Layers in 8 bits: near the whole ones, each token as if alone, whatever is beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch.nn import functional as f

from engine.errors import ModelError
from engine.gemma_parts import Shape, frequencies, read_block, rotation
from engine.generation import kernels
from engine.generation.gemma import Gemma, KeyValues
from engine.generation.local import BOS, LocalGenerator
from engine.generation.prepare import prepare_default_model
from engine.generation.prompts import render
from engine.int8 import multiplies_int8, turn_size, turned
from engine.settings import Settings
from tests.engine.generation.test_gemma import REAL
from tests.engine.generation.tiny import QUESTIONS, Tiny, asked

needs_int8 = pytest.mark.skipif(
    not multiplies_int8(), reason="this chip has no instructions for 8-bit products"
)
EPS = np.float32(1e-6)
SHAPE = Shape(64, 4, 2, 16, 1e-6, 0.25, 8, (True, False), 1e6, 1e4)


def drawn(*size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


def rms(x: torch.Tensor) -> torch.Tensor:
    return f.rms_norm(x, (x.shape[-1],), eps=float(EPS))


def read(whole: np.ndarray, by: np.ndarray) -> torch.Tensor:
    """Rows as they were before they were turned and rounded."""
    turn = turn_size(whole.shape[1])
    rows = torch.from_numpy(whole.astype(np.float32) - 128) / 127 * torch.from_numpy(by)[:, None]
    return turned(rows) / turn


def assert_near(found: torch.Tensor, true: torch.Tensor) -> None:
    assert (found - true).norm() / true.norm() < 0.012


def room(rows: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (np.empty(size, np.float32), np.empty((rows, size), np.uint8),
            np.empty(rows, np.float32))  # fmt: skip


def test_a_normed_row_is_rounded() -> None:
    x, gain = 30 * drawn(5, 640), drawn(640, seed=1)
    work, whole, by = room(5, 640)
    kernels.round_normed(x.numpy(), gain.numpy(), EPS, turn_size(640), work, whole, by)
    assert_near(read(whole, by), rms(x) * gain)


def test_gates_open_as_torchs_do() -> None:
    found = 3 * drawn(6, 2 * 256)
    found[0, :4] = torch.tensor([-90.0, 90.0, 0.0, -4.0])
    scale = torch.rand(6, generator=torch.Generator().manual_seed(1)) + 0.5
    work, whole, by = room(6, 256)
    powers = np.empty(256, np.int32)
    kernels.round_gated(found.numpy(), scale.numpy(), turn_size(256), work, powers,
                        powers.view(np.float32), whole, by)  # fmt: skip
    gate, up = (found * scale[:, None]).chunk(2, -1)
    assert_near(read(whole, by), f.gelu(gate, approximate="tanh") * up)


def test_what_attention_saw_is_laid_side_by_side_and_rounded() -> None:
    seen = drawn(2, 4, 3, 16)
    work, whole, by = room(6, 64)
    kernels.round_seen(seen.numpy(), turn_size(64), work, whole, by)
    assert_near(read(whole, by), seen.transpose(1, 2).reshape(6, 64))


def test_a_normed_sum_is_added() -> None:
    x, y, gain = drawn(4, 64), drawn(4, 64, seed=1), drawn(64, seed=2)
    by = torch.tensor([1.0, 1e-3, 7.0, 1e-6])
    true = x + rms(y * by[:, None]) * gain
    found = x.numpy().copy()
    kernels.add_normed(found, y.numpy(), by.numpy(), gain.numpy(), EPS)
    torch.testing.assert_close(torch.from_numpy(found), true, atol=1e-5, rtol=1e-5)


def test_heads_are_normed_and_turned_as_in_the_whole_block() -> None:
    sizes = {"q_proj": (64, 64), "k_proj": (32, 64), "v_proj": (32, 64), "o_proj": (64, 64)}
    weights = {f"self_attn.{name}.weight": drawn(*size) for name, size in sizes.items()}
    weights |= {f"self_attn.{name}_norm.weight": drawn(16, seed=3) for name in "qk"}
    weights |= {f"mlp.{name}_proj.weight": drawn(64, 64) for name in ("gate", "up", "down")}
    for name in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
        weights[f"{name}_layernorm.weight"] = torch.zeros(64)
    block = read_block(weights, "", SHAPE, torch.float32)
    x, places = drawn(1, 5, 64, seed=4), torch.arange(9, 14)[None]
    turns = rotation(places, frequencies(16, 1e4))
    queries, keys, values = block.looking(x, SHAPE, turns)
    found = block.qkv(block.normed(x)).view(5, 8, 16)
    out = np.empty((8, 5, 16), np.float32)
    cosines, sines = (turn.reshape(5, 16).numpy() for turn in turns)
    kernels.turn_heads(found.numpy() / 4, np.full(5, 4, np.float32), block.heads.numpy(),
                       cosines, sines, EPS, out)  # fmt: skip
    true = torch.cat([queries[0], keys[0], values[0]])
    torch.testing.assert_close(torch.from_numpy(out), true, atol=1e-4, rtol=1e-4)


def states(
    model: Gemma, prompt: list[int], more: list[int], widths: list[int], beside: int = 0
) -> torch.Tensor:
    """Of `more` after `prompt`, written some at a time, beside so many other texts."""
    cache = KeyValues(model.shape, 1 + beside, 512, model.like)
    rows = list(range(1 + beside))
    for row in rows:
        read_there = prompt if row == beside else [*reversed(prompt)][: 20 + row]
        for at in range(0, len(read_there), 64):
            model.step(torch.tensor([read_there[at : at + 64]]), [row], [at], cache)
    found, at = [], 0
    for width in widths:
        some = more[at : at + width]
        lines = [*[[7 + row] * width for row in range(beside)], some]
        starts = [20 + row + at for row in range(beside)] + [len(prompt) + at]
        found.append(model.step(torch.tensor(lines), rows, starts, cache)[-1])
        at += width
    return torch.cat(found)


@needs_int8
def test_a_tiny_models_states_are_near_the_whole_ones(tiny: Tiny) -> None:
    tokenizer = Tokenizer.from_file(str(tiny.ending / "tokenizer.json"))
    ids = [BOS, *tokenizer.encode(render(asked(QUESTIONS[0]))).ids]
    rounded, whole = (Gemma.load(tiny.ending, torch.float32, int8=int8) for int8 in (True, False))
    found, true = (states(m, ids[:-12], ids[-12:], [5, 1, 6]) for m in (rounded, whole))
    assert not torch.equal(found, true)
    assert f.cosine_similarity(found, true).min() > 0.97


def test_8_bits_wished_for_in_vain_are_told(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.int8.multiplies_int8", lambda: False)
    with pytest.raises(ModelError, match="8-bit") as told:
        LocalGenerator.load(tiny.ending, threads=2, int8=True)
    assert told.value.where == "SHOPDESK_INT8"
    made = LocalGenerator.load(tiny.ending, threads=2)
    made.close()


@pytest.fixture(scope="module")
def folder() -> Path:
    """The real default model, prepared in the usual cache."""
    return prepare_default_model(Settings.load({}, Path("no-env-file")), progress=False)


@needs_int8
@pytest.mark.model
def test_a_text_is_written_as_if_alone_however_many_tokens_at_once(folder: Path) -> None:
    model = Gemma.load(folder, int8=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = [BOS, *tokenizer.encode(render(REAL["en"]), add_special_tokens=False).ids]
    prompt, more = ids[:-24], ids[-24:]
    alone = states(model, prompt, more, [1] * 24)
    for widths, beside in (([12, 12], 0), ([5, 7, 1, 11], 0), ([8, 8, 8], 7), ([1] * 24, 3)):
        assert torch.equal(states(model, prompt, more, widths, beside), alone)


@needs_int8
@pytest.mark.model
@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_8_bits_the_real_model_chooses_with_the_same_odds(folder: Path, language: str) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = [BOS, *tokenizer.encode(render(REAL[language]), add_special_tokens=False).ids]
    rounded, whole = (
        states(Gemma.load(folder, int8=int8), ids[:-24], ids[-24:], [12, 12])
        for int8 in (True, False)
    )
    model = Gemma.load(folder)
    odds, true = (model.logits(one).float().log_softmax(-1) for one in (rounded, whole))
    assert (true.exp() * (true - odds)).sum(-1).mean() < 0.01
