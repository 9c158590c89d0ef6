"""Equipment of the retrieval tests: a tiny random EmbeddingGemma."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    Transformer,
)
from transformers import Gemma3TextConfig, Gemma3TextModel, PreTrainedTokenizerFast

from tests.engine.generation.tiny import make_tokenizer


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
