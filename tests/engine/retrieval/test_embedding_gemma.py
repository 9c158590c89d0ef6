"""The lean EmbeddingGemma is sentence-transformers' own, with a tiny random model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

from engine.errors import ModelError
from engine.retrieval.embedding_gemma import PROMPT, EmbeddingGemma

TEXTS = ("How much is shipping?", "Can I return it?", "Where is my order now, please?", "ok")
NEAR = 2e-2
"""Cosines of vectors, where one side may multiply in bfloat16."""


def test_its_vectors_are_sentence_transformers_own(embedder: Path) -> None:
    judge = SentenceTransformer(str(embedder), device="cpu")
    expected = judge.encode([PROMPT + text for text in TEXTS], convert_to_numpy=True)
    found = EmbeddingGemma(embedder).encode(TEXTS)
    assert found.shape == (len(TEXTS), 24)
    np.testing.assert_allclose((found * expected).sum(1), 1.0, atol=NEAR)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=5 * NEAR)


def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: Path) -> None:
    encoder = EmbeddingGemma(embedder)
    together = encoder.encode(TEXTS)
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose((together * alone).sum(1), 1.0, atol=NEAR)


def test_order_and_attention_count(embedder: Path) -> None:
    encoder = EmbeddingGemma(embedder)
    first, second = encoder.encode(["red lamp not blue", "blue lamp not red"])
    assert float(first @ second) < 0.9999


def test_weights_that_are_cut_short_are_a_clear_error(embedder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "modules.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((embedder / name).read_bytes())
    weights = load_file(embedder / "model.safetensors")
    weights.pop("layers.1.mlp.down_proj.weight")
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"down_proj") as caught:
        EmbeddingGemma(tmp_path)
    assert "delete this folder" in caught.value.mend


def test_a_folder_of_another_architecture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}), "utf-8")
    with pytest.raises(ModelError, match="not a Gemma 3"):
        EmbeddingGemma(tmp_path)
