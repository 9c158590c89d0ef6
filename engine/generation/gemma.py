"""A lean Gemma 3 forward pass: folded norms, fused projections, fixed key/value rows.

Source: Gemma 3 technical report (2025); equal to transformers' Gemma3ForCausalLM, as tests hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as f

from engine.errors import ModelError
from engine.gemma_parts import (
    MEND_FOLDER,
    Layer,
    Shape,
    frequencies,
    norm,
    read_layer,
    read_shape,
    rotate,
    rotation,
)

ALIGNED = 64
"""Attention looks at a multiple of so many places, whatever others need; the rest is masked."""


class KeyValues:
    """Keys and values of up to `rows` texts of at most `length` tokens, in every layer."""

    def __init__(self, shape: Shape, rows: int, length: int, like: Tensor) -> None:
        size = (len(shape.sliding), rows, shape.kv_heads, length, shape.head_size)
        self.keys = torch.zeros(size, dtype=like.dtype, device=like.device)
        self.values = torch.zeros_like(self.keys)
        self.length = length

    def copy(self, source: int, target: int, count: int) -> None:
        """The first `count` tokens of one row into another."""
        self.keys[:, target, :, :count] = self.keys[:, source, :, :count]
        self.values[:, target, :, :count] = self.values[:, source, :, :count]


class Gemma:
    """Weights and the one step: new tokens of some rows in, their hidden states out."""

    def __init__(self, shape: Shape, weights: Mapping[str, Tensor], dtype: torch.dtype) -> None:
        self.shape = shape
        self.embedding = weights["model.embed_tokens.weight"].to(dtype)
        self.layers = [
            read_layer(weights, f"model.layers.{i}.", dtype, dtype)
            for i in range(len(shape.sliding))
        ]
        self.norm = (1 + weights["model.norm.weight"].float()).to(dtype)
        self._normaliser = torch.tensor(shape.hidden**0.5, dtype=dtype)
        self._turns = {
            slides: frequencies(shape.head_size, theta)
            for slides, theta in ((True, shape.theta_sliding), (False, shape.theta))
        }

    @classmethod
    def load(cls, folder: Path, dtype: torch.dtype = torch.bfloat16, device: str = "cpu") -> Gemma:
        """Read a model folder (config.json, model.safetensors). Raises ModelError."""
        from safetensors.torch import load_file

        shape = read_shape(folder)
        try:
            return cls(shape, load_file(folder / "model.safetensors", device=device), dtype)
        except Exception as error:
            raise ModelError(
                f"the model does not load ({type(error).__name__}: {error})",
                where=str(folder), mend=MEND_FOLDER,
            ) from error  # fmt: skip

    @torch.inference_mode()
    def step(
        self, tokens: Tensor, rows: Sequence[int], starts: Sequence[int], cache: KeyValues
    ) -> Tensor:
        """Hidden states after every new token, shape (rows, new, hidden).

        tokens: (rows, new); row i's new tokens stand at positions starts[i]...
        """
        new = tokens.shape[1]
        row = torch.tensor(rows, device=tokens.device)
        first = torch.tensor(starts, device=tokens.device)
        positions = first[:, None] + torch.arange(new, device=tokens.device)
        end = min(-(-(int(max(starts)) + new) // ALIGNED) * ALIGNED, cache.length)
        masks = self._masks(positions, end)
        rotations = {slides: rotation(positions, turn, self.embedding.dtype)
                     for slides, turn in self._turns.items()}  # fmt: skip
        x = self.embedding[tokens] * self._normaliser
        for number, layer in enumerate(self.layers):
            slides = self.shape.sliding[number]
            x = x + norm(
                self._attend(layer, number, x, row, positions, end, masks[slides],
                             rotations[slides], cache),
                layer.after_attention, self.shape.eps,
            )  # fmt: skip
            inner = f.linear(norm(x, None, self.shape.eps), layer.gate_up)
            gate, up = inner.chunk(2, -1)
            x = x + norm(
                f.linear(f.gelu(gate, approximate="tanh") * up, layer.down),
                layer.after_feed_forward,
                self.shape.eps,
            )
        return norm(x, self.norm, self.shape.eps)

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token after states of shape (…, hidden), shape (…, vocabulary)."""
        return f.linear(hidden, self.embedding)

    def _masks(self, positions: Tensor, end: int) -> dict[bool, Tensor]:
        seen = torch.arange(end, device=positions.device)[None, None, :]
        causal = seen <= positions[:, :, None]
        near = causal & (seen > positions[:, :, None] - self.shape.window)
        return {False: causal[:, None], True: near[:, None]}

    def _attend(
        self,
        layer: Layer,
        number: int,
        x: Tensor,
        row: Tensor,
        positions: Tensor,
        end: int,
        mask: Tensor,
        rotation: tuple[Tensor, Tensor],
        cache: KeyValues,
    ) -> Tensor:
        shape = self.shape
        count, new, _ = x.shape
        qkv = f.linear(norm(x, None, shape.eps), layer.qkv)
        heads = qkv.view(count, new, shape.heads + 2 * shape.kv_heads, shape.head_size)
        q, k, v = torch.split(heads, [shape.heads, shape.kv_heads, shape.kv_heads], 2)
        q = rotate(norm(q, layer.q_norm, shape.eps), rotation).transpose(1, 2)
        k = rotate(norm(k, layer.k_norm, shape.eps), rotation)
        # One write for all rows: row i's tokens go to its own positions.
        cache.keys[number][row[:, None], :, positions] = k
        cache.values[number][row[:, None], :, positions] = v
        keys = cache.keys[number][row, :, :end]
        values = cache.values[number][row, :, :end]
        if shape.kv_heads != shape.heads:
            times = shape.heads // shape.kv_heads
            keys, values = keys.repeat_interleave(times, 1), values.repeat_interleave(times, 1)
        mixed = f.scaled_dot_product_attention(q, keys, values, attn_mask=mask, scale=shape.scale)
        return f.linear(mixed.transpose(1, 2).reshape(count, new, -1), layer.out)
