"""Question and passage read together: EmbeddingGemma with a small low-rank change, one logit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.errors import ModelError
from engine.retrieval.embedding_gemma import Change, EmbeddingGemma
from engine.retrieval.encoders import Vectors
from engine.retrieval.text import DATA

WEIGHTS = DATA / "passage_check.safetensors"
PROMPT = "task: question answering | query: {question} | text: {passage}"
MOST_TOKENS = 320
"""Of a pair; the end of a longer passage is not read."""
CHANGED = ("qkv", "out", "gate_up", "down")


class CrossEncoder:
    """Log-odds that a passage answers a question. Shares the encoder's weights, 3 MB of its own."""

    def __init__(self, encoder: EmbeddingGemma, weights: Mapping[str, Tensor]) -> None:
        """`weights`: "head", "bias" and per changed block "{number}.{name}.down" and ".up"."""
        self._encoder = encoder
        numbers = sorted({int(n.partition(".")[0]) for n in weights if n[0].isdigit()})
        self._changes: list[Change] = [
            {n: (weights[f"{i}.{n}.down"], weights[f"{i}.{n}.up"]) for n in CHANGED}
            for i in numbers
        ]
        self._head, self._bias = weights["head"].float(), weights["bias"].float()

    @classmethod
    def load(cls, encoder: EmbeddingGemma, file: Path = WEIGHTS) -> CrossEncoder:
        """With the change that ships. Raises ModelError."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return cls(encoder, load_file(file))
        except (OSError, SafetensorError, KeyError) as error:
            raise ModelError(
                f"the passage check does not load ({type(error).__name__}: {error})",
                where=str(file), mend="install shopdesk again.",
            ) from error  # fmt: skip

    def logits(self, pairs: Sequence[tuple[str, str]]) -> Vectors:
        """One number a (question, passage) pair, float32. Each is read alone: no neighbours."""
        with torch.inference_mode():
            return np.array([float(self.forward([pair])[0]) for pair in pairs], dtype=np.float32)

    def forward(self, pairs: Sequence[tuple[str, str]]) -> Tensor:
        """As `logits` in one batch, with gradients where weights want them; shape (pairs,)."""
        texts = [PROMPT.format(question=q, passage=p) for q, p in pairs]
        tokens, kept = self._encoder.tokens(texts, MOST_TOKENS)
        return self._encoder.pooled(tokens, kept, self._changes) @ self._head + self._bias
