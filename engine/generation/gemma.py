"""A lean Gemma 3 forward pass: folded norms, fused projections, fixed key/value rows.

Source: Gemma 3 technical report (2025); equal to transformers' Gemma3ForCausalLM, as tests hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as f

from engine.errors import ModelError
from engine.gemma_parts import (
    MEND_FOLDER,
    Block,
    Shape,
    Turned,
    frequencies,
    read_block,
    read_shape,
    rotation,
    scale,
)
from engine.linear import fastest

if TYPE_CHECKING:
    from engine.generation.int8_step import Int8Step

ALIGNED = 64
"""Attention looks at a multiple of so many places, the rest of them masked."""


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

    def __init__(
        self, shape: Shape, weights: Mapping[str, Tensor], dtype: torch.dtype, int8: bool = False
    ) -> None:
        """`int8`: with 8-bit weights."""
        self.shape = shape
        stored = weights["model.embed_tokens.weight"]
        # Rows are widened as they are read: what is stored in half the bytes stays so.
        self.embedding = stored if dtype == torch.float32 else stored.to(dtype)
        self.like = torch.zeros((), dtype=dtype, device=stored.device)
        """Of the type and on the device that it computes with."""
        self._blocks = [
            read_block(weights, f"model.layers.{i}.", shape, dtype)
            for i in range(0 if int8 else len(shape.sliding))
        ]
        self._int8 = _int8_step(shape, weights) if int8 else None
        self._norm = 1 + weights["model.norm.weight"].float()
        self._eps = torch.tensor(shape.eps, device=stored.device)
        self._normaliser = float(torch.tensor(shape.hidden**0.5, dtype=dtype))
        self._turns = {
            slides: frequencies(shape.head_size, theta).to(self.like.device)
            for slides, theta in ((True, shape.theta_sliding), (False, shape.theta))
        }
        if int8:
            # Compiled now, not while a shopper waits.
            room = KeyValues(shape, 1, ALIGNED, self.like)
            self.step(torch.zeros((1, 1), dtype=torch.int64), [0], [0], room)

    @classmethod
    def load(
        cls,
        folder: Path,
        dtype: torch.dtype | None = None,
        device: str = "cpu",
        int8: bool = False,
    ) -> Gemma:
        """Read a model folder (config.json, model.safetensors), by default into the type the
        device multiplies fastest; `int8` on a CPU only. Raises ModelError."""
        from safetensors.torch import load_file

        shape = read_shape(folder)
        try:
            return cls(shape, load_file(folder / "model.safetensors", device=device),
                       dtype or fastest(torch.device(device)), int8)  # fmt: skip
        except Exception as error:
            raise ModelError(
                f"the model does not load ({type(error).__name__}: {error})",
                where=str(folder), mend=MEND_FOLDER,
            ) from error  # fmt: skip

    @property
    def int8(self) -> bool:
        """Whether its blocks multiply 8-bit weights, and a token is computed as if alone."""
        return self._int8 is not None

    @torch.inference_mode()
    def step(
        self, tokens: Tensor, rows: Sequence[int], starts: Sequence[int], cache: KeyValues
    ) -> Tensor:
        """Hidden states after every new token, shape (rows, new, hidden).

        tokens: (rows, new); row i's new tokens stand at positions starts[i]...
        """
        x, places, turned = self._begun(tokens, rows, starts, cache)
        if self._int8 is not None:
            return self._normed(self._int8.states(x, places, turned, cache))
        for number, block in enumerate(self._blocks):
            slides = self.shape.sliding[number]
            x = block.fed(self._attend(block, number, x, places, turned[slides], cache))
        return self._normed(x)

    def _begun(
        self, tokens: Tensor, rows: Sequence[int], starts: Sequence[int], cache: KeyValues
    ) -> tuple[Tensor, list[Place], dict[bool, Turned]]:
        """The embedded tokens, float32, where they go, and how they are turned."""
        new = tokens.shape[1]
        places = [self._place(row, start, new, cache.length)
                  for row, start in zip(rows, starts, strict=True)]  # fmt: skip
        positions = torch.tensor([list(range(start, start + new)) for start in starts],
                                 device=tokens.device)  # fmt: skip
        turned = {slides: rotation(positions, turn) for slides, turn in self._turns.items()}
        return self.embedding[tokens].float() * self._normaliser, places, turned

    def _normed(self, x: Tensor) -> Tensor:
        return (x * scale(x, self._eps) * self._norm).to(self.like.dtype)

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of every token after states of shape (…, hidden), shape (…, vocabulary)."""
        return f.linear(hidden, self.embedding.to(hidden.dtype))

    def _place(self, row: int, start: int, new: int, length: int) -> Place:
        seen = min(-(-(start + new) // ALIGNED) * ALIGNED, length)
        device = self.like.device
        own = torch.arange(start, start + new, device=device)[:, None]
        other = torch.arange(seen, device=device)[None]
        hidden = other > own
        far = other <= own - self.shape.window
        nothing = torch.zeros((new, seen), dtype=self.like.dtype, device=device)
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
        queries, keys, values = block.looking(x, self.shape, turned)
        slides = self.shape.sliding[number]
        # Row by row: nothing is gathered, and no row's sum depends on another's length.
        seen = [
            self._look(queries[i : i + 1], cache.put(number, place, keys[i], values[i]),
                       place.masks[slides])
            for i, place in enumerate(places)
        ]  # fmt: skip
        return block.looked(x, torch.cat(seen))

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


def _int8_step(shape: Shape, weights: Mapping[str, Tensor]) -> Int8Step:
    from engine.generation.int8_step import Int8Step

    return Int8Step(shape, weights)
