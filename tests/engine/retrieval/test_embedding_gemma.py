"""The lean EmbeddingGemma is sentence-transformers' own, with a tiny random model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    Transformer,
)
from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast

from engine.errors import ModelError
from engine.retrieval.embedding_gemma import PROMPT, EmbeddingGemma
from tests.engine.generation.tiny import make_tokenizer

TEXTS = ("How much is shipping?", "Can I return it?", "Where is my order now, please?", "ok")
NEAR = 2e-2
"""Cosines of vectors, where one side may multiply in bfloat16."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random EmbeddingGemma as sentence-transformers saves one."""
    torch.manual_seed(3)
    tokenizer = make_tokenizer()
    config = Gemma3TextConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=36, intermediate_size=48,
        num_hidden_layers=3, num_attention_heads=3, num_key_value_heads=1, head_dim=16,
        query_pre_attn_scalar=16, sliding_window=512, max_position_embeddings=256,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
        },
        use_bidirectional_attention=True,
    )  # fmt: skip
    base = tmp_path_factory.mktemp("base")
    model = Gemma3TextModel(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0, 0.3)
    model.save_pretrained(base)
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>").save_pretrained(base)
    whole = tmp_path_factory.mktemp("whole")
    dense = [Dense(a, b, bias=False, activation_function=torch.nn.Identity())
             for a, b in ((36, 64), (64, 24))]  # fmt: skip
    SentenceTransformer(
        modules=[Transformer(str(base)), Pooling(36), *dense, Normalize()], device="cpu"
    ).save(str(whole))
    return whole


def test_its_vectors_are_sentence_transformers_own(folder: Path) -> None:
    judge = SentenceTransformer(str(folder), device="cpu")
    expected = judge.encode([PROMPT + text for text in TEXTS], convert_to_numpy=True)
    found = EmbeddingGemma(folder).encode(TEXTS)
    assert found.shape == (len(TEXTS), 24)
    np.testing.assert_allclose((found * expected).sum(1), 1.0, atol=NEAR)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=5 * NEAR)


def test_a_text_has_one_vector_whatever_stands_beside_it(folder: Path) -> None:
    encoder = EmbeddingGemma(folder)
    together = encoder.encode(TEXTS)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose((together * alone).sum(1), 1.0, atol=NEAR)


def test_order_and_attention_count(folder: Path) -> None:
    encoder = EmbeddingGemma(folder)
    first, second = encoder.encode(["red lamp not blue", "blue lamp not red"])
    assert float(first @ second) < 0.9999


def test_weights_that_are_cut_short_are_a_clear_error(folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "modules.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    weights = load_file(folder / "model.safetensors")
    weights.pop("layers.1.mlp.down_proj.weight")
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"down_proj") as caught:
        EmbeddingGemma(tmp_path)
    assert "delete this folder" in caught.value.mend


def test_a_folder_of_another_architecture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}), "utf-8")
    with pytest.raises(ModelError, match="not a Gemma 3"):
        EmbeddingGemma(tmp_path)
