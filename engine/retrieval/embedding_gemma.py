"""EmbeddingGemma in plain torch: a bidirectional Gemma 3, the mean of its states, two projections.

Source: EmbeddingGemma (Google DeepMind, 2025); equal to sentence-transformers' own, as a test
holds. Folded norms and no padding across lengths make it about twice as fast on a CPU.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as f

from engine.errors import ModelError
from engine.gemma_parts import (
    Block,
    Turned,
    frequencies,
    read_block,
    read_shape,
    rotation,
    scale,
)
from engine.linear import fastest
from engine.retrieval.encoders import Vectors

PROMPT = "task: sentence similarity | query: "
MOST_TOKENS = 128
BATCH = 32


class EmbeddingGemma:
    """Any EmbeddingGemma in a sentence-transformers folder; texts compared with texts."""

    def __init__(self, folder: Path, *, threads: int = 2, device: str = "cpu") -> None:
        """Read the folder. Raises ModelError with a mend."""
        torch.set_num_threads(threads)
        self.name = "embeddinggemma-300m"
        self._shape = read_shape(folder)
        self._device = torch.device(device)
        self._dtype = fastest(self._device)
        try:
            self._read(folder)
        except Exception as error:
            raise ModelError(
                f"the re-ranking encoder does not load ({type(error).__name__}: {error})",
                where=str(folder),
                mend="delete this folder: the next start prepares it anew.",
            ) from error
        self.size = int(self._projections[-1].shape[0])

    def _read(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors", device=str(self._device))
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        self._embedding = weights["embed_tokens.weight"]
        self._norm = 1 + weights["norm.weight"].float()
        self._blocks = [
            read_block(weights, f"layers.{i}.", self._shape, self._dtype)
            for i in range(len(self._shape.sliding))
        ]
        self._projections = [
            load_file(folder / module["path"] / "model.safetensors", device=str(self._device))[
                "linear.weight"
            ].float()
            for module in modules
            if module["type"].endswith(".Dense")
        ]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, size), float32."""
        return self.encode_with_progress(texts, lambda _: None)

    @torch.inference_mode()
    def encode_with_progress(
        self, texts: Sequence[str], advance: Callable[[int], object]
    ) -> Vectors:
        """As `encode`; `advance` is told of each batch how many texts are done."""
        result = torch.empty((len(texts), self.size))
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            result[batch] = self._vectors([PROMPT + texts[i] for i in batch]).cpu()
            advance(len(batch))
        return np.asarray(result.numpy(), dtype=np.float32)

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        pooled = self._pooled(*self._tokens(texts))
        for projection in self._projections:
            pooled = f.linear(pooled, projection)
        return f.normalize(pooled, dim=1)

    def _tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Token ids and which of them are no padding, each (texts, longest)."""
        found = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        # As its own truncation does: the last token, the text's end, is kept.
        found = [
            ids if len(ids) <= MOST_TOKENS else [*ids[: MOST_TOKENS - 1], ids[-1]] for ids in found
        ]
        longest = max(map(len, found))
        ids = [[*one, *[0] * (longest - len(one))] for one in found]
        kept = [[place < len(one) for place in range(longest)] for one in found]
        return (torch.tensor(ids, device=self._device),
                torch.tensor(kept, device=self._device))  # fmt: skip

    def _pooled(self, tokens: Tensor, kept: Tensor) -> Tensor:
        """The mean of the last states, shape (rows, hidden), float32."""
        x = self._embedding[tokens].float() * self._shape.hidden**0.5
        positions = torch.arange(tokens.shape[1], device=self._device)[None]
        turned = {
            slides: rotation(positions, frequencies(self._shape.head_size, theta))
            for slides, theta in ((True, self._shape.theta_sliding), (False, self._shape.theta))
        }
        mask = None if bool(kept.all()) else kept[:, None, None, :]
        for block, slides in zip(self._blocks, self._shape.sliding, strict=True):
            x = self._one(block, x, turned[slides], mask)
        x = x * scale(x, self._blocks[0].eps) * self._norm
        weight = kept[:, :, None].float()
        pooled: Tensor = (x * weight).sum(1) / weight.sum(1)
        return pooled

    def _one(self, block: Block, x: Tensor, turned: Turned, mask: Tensor | None) -> Tensor:
        queries, keys, values = block.looking(x, self._shape, turned)
        group = self._shape.heads // self._shape.kv_heads
        if group > 1:
            keys, values = (
                one[:, :, None].expand(-1, -1, group, -1, -1).flatten(1, 2)
                for one in (keys, values)
            )
        seen = f.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, scale=self._shape.scale
        )
        return block.fed(block.looked(x, seen))
