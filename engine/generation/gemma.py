"""A lean Gemma 3 forward pass: folded norms, fused projections, fixed key/value rows.

Source: Gemma 3 technical report (2025); equal to transformers' Gemma3ForCausalLM, as tests hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    read_layer,
    read_shape,
)
from engine.generation.linear import Linear, linear

ALIGNED = 64
"""Attention looks at a multiple of so many places, the rest of them masked."""
Turned = tuple[Tensor, Tensor]
"""Cosines and signed sines of positions, each (rows, new, 1, head size)."""


class KeyValues:
    """Keys and values of up to `rows` texts of at most `length` tokens, in every layer."""

    def __init__(self, shape: Shape, rows: int, length: int, like: Tensor) -> None:
        size = (len(shape.sliding), rows, shape.kv_heads, length, shape.head_size)
        self.keys = torch.zeros(size, dtype=like.dtype, device=like.device)
        self.values = torch.zeros_like(self.keys)
        self.length = length

    def put(self, layer: int, place: Place, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write a row's new keys and values, (heads, new, head size); all it may look at."""
        self.keys[layer, place.row, :, place.start : place.stop] = keys
        self.values[layer, place.row, :, place.start : place.stop] = values
        return (
            self.keys[layer, place.row, :, : place.seen],
            self.values[layer, place.row, :, : place.seen],
        )

    def copy(self, source: int, target: int, count: int) -> None:
        """The first `count` tokens of one row into another."""
        self.keys[:, target, :, :count] = self.keys[:, source, :, :count]
        self.values[:, target, :, :count] = self.values[:, source, :, :count]


@dataclass(frozen=True, slots=True)
class Block:
    """One layer, ready for use: projections as products, norms in float32."""

    qkv: Linear
    out: Linear
    gate_up: Linear
    down: Linear
    heads: Tensor
    """Norm weights of every query and key head, (heads + key heads, head size)."""
    after_attention: Tensor
    after_feed_forward: Tensor

    @classmethod
    def of(cls, layer: Layer, shape: Shape) -> Block:
        """Out of a layer's weights."""
        heads = torch.cat([layer.q_norm.float().expand(shape.heads, -1),
                           layer.k_norm.float().expand(shape.kv_heads, -1)])  # fmt: skip
        return cls(
            qkv=linear(layer.qkv),
            out=linear(layer.out),
            gate_up=linear(layer.gate_up),
            down=linear(layer.down),
            heads=heads,
            after_attention=layer.after_attention.float(),
            after_feed_forward=layer.after_feed_forward.float(),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's new tokens go: places `start` to `stop`, looking at the first `seen`."""

    row: int
    start: int
    stop: int
    seen: int
    masks: dict[bool, Tensor]
    """Added to the scores, (new, seen); by whether the layer slides."""


class Gemma:
    """Weights and the one step: new tokens of some rows in, their hidden states out."""

    def __init__(self, shape: Shape, weights: Mapping[str, Tensor], dtype: torch.dtype) -> None:
        self.shape = shape
        self.embedding = weights["model.embed_tokens.weight"].to(dtype)
        self._blocks = [
            Block.of(read_layer(weights, f"model.layers.{i}.", dtype, dtype), shape)
            for i in range(len(shape.sliding))
        ]
        self._norm = 1 + weights["model.norm.weight"].float()
        self._normaliser = float(torch.tensor(shape.hidden**0.5, dtype=dtype))
        self._eps = torch.tensor(shape.eps, device=self.embedding.device)
        self._turns = {
            slides: frequencies(shape.head_size, theta).to(self.embedding.device)
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
        places = [self._place(row, start, new, cache.length)
                  for row, start in zip(rows, starts, strict=True)]  # fmt: skip
        positions = torch.tensor([list(range(start, start + new)) for start in starts],
                                 device=tokens.device)  # fmt: skip
        turned = {slides: self._turned(positions, turn) for slides, turn in self._turns.items()}
        # What adds up stays in float32; products take and give the weights' own type.
        x = self.embedding[tokens].float() * self._normaliser
        for number, block in enumerate(self._blocks):
            slides = self.shape.sliding[number]
            y = self._attend(block, number, x, places, turned[slides], cache)
            x = torch.addcmul(x, y * self._scale(y), block.after_attention)
            gate, up = block.gate_up(self._normed(x)).chunk(2, -1)
            y = block.down(f.gelu(gate, approximate="tanh").mul_(up))
            x = torch.addcmul(x, y * self._scale(y), block.after_feed_forward)
        return (x * self._scale(x) * self._norm).to(self.embedding.dtype)

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token after states of shape (…, hidden), shape (…, vocabulary)."""
        return f.linear(hidden, self.embedding)

    def _scale(self, x: Tensor) -> Tensor:
        """What an RMS norm multiplies by, in float32, shape (…, 1): few and whole operations."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
        return torch.addcmul(self._eps, length, length, value=1 / x.shape[-1]).rsqrt_()

    def _normed(self, x: Tensor) -> Tensor:
        return (x * self._scale(x)).to(self.embedding.dtype)

    def _turned(self, positions: Tensor, turn: Tensor) -> Turned:
        angles = positions[:, :, None].float() * turn
        both = torch.cat((angles, angles), -1)[:, :, None]
        sines = both.sin()
        sines[..., : len(turn)].neg_()
        return both.cos(), sines

    def _place(self, row: int, start: int, new: int, length: int) -> Place:
        seen = min(-(-(start + new) // ALIGNED) * ALIGNED, length)
        device = self.embedding.device
        own = torch.arange(start, start + new, device=device)[:, None]
        other = torch.arange(seen, device=device)[None]
        hidden = other > own
        far = other <= own - self.shape.window
        nothing = torch.zeros((new, seen), dtype=self.embedding.dtype, device=device)
        masks = {
            slides: nothing.masked_fill(hidden | far if slides else hidden, -torch.inf)
            for slides in (True, False)
        }
        return Place(row, start, start + new, seen, masks)

    def _attend(
        self,
        block: Block,
        number: int,
        x: Tensor,
        places: Sequence[Place],
        turned: Turned,
        cache: KeyValues,
    ) -> Tensor:
        shape = self.shape
        count, new, _ = x.shape
        turning = shape.heads + shape.kv_heads
        heads = block.qkv(self._normed(x)).view(count, new, turning + shape.kv_heads, -1)
        qk, values = heads[:, :, :turning], heads[:, :, turning:].transpose(1, 2)
        qk = qk * self._scale(qk) * block.heads
        # Half a turn of the vector, with signed sines: the rotation in three operations.
        qk = torch.addcmul(qk * turned[0], qk.roll(shape.head_size // 2, -1), turned[1])
        qk = qk.to(heads.dtype).transpose(1, 2)
        queries, keys = qk[:, : shape.heads], qk[:, shape.heads :]
        slides = shape.sliding[number]
        # Row by row: nothing is gathered, and no row's sum depends on another's length.
        mixed = [
            self._look(queries[i : i + 1], cache.put(number, place, keys[i], values[i]),
                       place.masks[slides])
            for i, place in enumerate(places)
        ]  # fmt: skip
        return block.out(torch.cat(mixed).transpose(1, 2).reshape(count, new, -1))

    def _look(self, queries: Tensor, seen: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        """What one row's queries, (1, heads, new, head size), find in its keys and values."""
        group = self.shape.heads // self.shape.kv_heads
        keys, values = (
            one[:, None].expand(-1, group, -1, -1).flatten(0, 1)[None] if group > 1 else one[None]
            for one in seen
        )
        return f.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, scale=self.shape.scale
        )
