"""Gemma's layers with 8-bit weights and few, long operations; a token is computed as if alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.gemma_parts import Shape, Turned
from engine.generation import kernels
from engine.int8 import Int8Weight, turn_size

if TYPE_CHECKING:
    from engine.generation.gemma import KeyValues, Place

Array = Any


@dataclass(frozen=True, slots=True)
class _Layer:
    qkv: Int8Weight
    out: Int8Weight
    gate_up: Int8Weight
    down: Int8Weight
    before_attention: Array
    after_attention: Array
    before_feed_forward: Array
    after_feed_forward: Array
    heads: Array


class _Work:
    """Room for the rows of one step, used by every layer of it."""

    def __init__(self, shape: Shape, wide: int, tokens: int) -> None:
        heads = shape.heads * shape.head_size
        self.hidden = torch.empty((tokens, shape.hidden), dtype=torch.uint8)
        self.seen = torch.empty((tokens, heads), dtype=torch.uint8)
        self.gated = torch.empty((tokens, wide), dtype=torch.uint8)
        self.hidden_row = np.empty(shape.hidden, np.float32)
        self.seen_row = np.empty(heads, np.float32)
        self.gated_row = np.empty(wide, np.float32)
        self.powers = np.empty(wide, np.int32)
        self.by = np.empty(tokens, np.float32)
        self.scale = np.empty(tokens, np.float32)
        self.turned = torch.empty(
            (shape.heads + 2 * shape.kv_heads, tokens, shape.head_size), dtype=torch.float32
        )


class Int8Step:
    """A model's layers in 8 bits."""

    def __init__(self, shape: Shape, weights: Mapping[str, Tensor]) -> None:
        """Raises KeyError where a weight is missing."""
        self._shape = shape
        self._eps = np.float32(shape.eps)
        self._layers = [_read(weights, f"model.layers.{i}.", shape)
                        for i in range(len(shape.sliding))]  # fmt: skip
        self._wide = len(weights["model.layers.0.mlp.gate_proj.weight"])

    def states(
        self, x: Tensor, places: Sequence[Place], turned: Mapping[bool, Turned], cache: KeyValues
    ) -> Tensor:
        """States after the last layer, of the embedded tokens x, (texts, new, hidden), float32."""
        texts, new, hidden = x.shape
        rows = np.ascontiguousarray(x.view(-1, hidden).numpy())
        work = _Work(self._shape, self._wide, texts * new)
        turns = {slides: tuple(one.reshape(texts * new, -1).numpy() for one in both)
                 for slides, both in turned.items()}  # fmt: skip
        for number, layer in enumerate(self._layers):
            self._attend(layer, number, rows, work, places, turns, cache)
            self._feed(layer, rows, work)
        return torch.from_numpy(rows).view(texts, new, hidden)

    def _attend(
        self, layer: _Layer, number: int, rows: Array, work: _Work, places: Sequence[Place],
        turns: Mapping[bool, Any], cache: KeyValues,
    ) -> None:  # fmt: skip
        shape, size = self._shape, self._shape.head_size
        slides = shape.sliding[number]
        kernels.round_normed(
            rows, layer.before_attention, self._eps, turn_size(shape.hidden),
            work.hidden_row, work.hidden.numpy(), work.by,
        )  # fmt: skip
        found = layer.qkv.times(work.hidden).view(len(rows), -1, size).numpy()
        cosines, sines = turns[slides]
        kernels.turn_heads(found, work.by, layer.heads, cosines, sines, self._eps,
                           work.turned.numpy())  # fmt: skip
        seen = self._seen(work.turned.to(cache.keys.dtype), number, places, slides, cache)
        kernels.round_seen(seen.numpy(), turn_size(work.seen.shape[1]), work.seen_row,
                           work.seen.numpy(), work.by)  # fmt: skip
        kernels.add_normed(rows, layer.out.times(work.seen).numpy(), work.by,
                           layer.after_attention, self._eps)  # fmt: skip

    def _seen(
        self, turned: Tensor, number: int, places: Sequence[Place], slides: bool, cache: KeyValues
    ) -> Tensor:
        """What every text's queries find, (texts, heads, new, head size), float32."""
        shape = self._shape
        new, group = turned.shape[1] // len(places), shape.heads // shape.kv_heads
        seen = torch.empty((len(places), shape.heads, new, shape.head_size))
        for i, place in enumerate(places):
            mine = turned[:, i * new : (i + 1) * new]
            keys, values = cache.put(
                number, place, mine[shape.heads : -shape.kv_heads], mine[-shape.kv_heads :]
            )
            queries = mine[: shape.heads].reshape(shape.kv_heads, group * new, -1)
            for kv, (asked, key, value) in enumerate(zip(queries, keys, values, strict=True)):
                scores = asked @ key.T
                scores.view(group, new, -1).add_(place.masks[slides])
                found = scores.softmax(-1) @ value
                seen[i, kv * group : (kv + 1) * group] = found.view(group, new, -1)
        return seen

    def _feed(self, layer: _Layer, rows: Array, work: _Work) -> None:
        kernels.round_normed(
            rows, layer.before_feed_forward, self._eps, turn_size(rows.shape[1]),
            work.hidden_row, work.hidden.numpy(), work.by,
        )  # fmt: skip
        kernels.round_gated(
            layer.gate_up.times(work.hidden).numpy(), work.by, turn_size(self._wide),
            work.gated_row, work.powers, work.powers.view(np.float32), work.gated.numpy(),
            work.scale,
        )  # fmt: skip
        kernels.add_normed(rows, layer.down.times(work.gated).numpy(), work.scale,
                           layer.after_feed_forward, self._eps)  # fmt: skip


def _read(weights: Mapping[str, Tensor], prefix: str, shape: Shape) -> _Layer:
    def get(name: str) -> Tensor:
        return weights[f"{prefix}{name}.weight"].float()

    def norm(name: str) -> Array:
        return (1 + get(name)).numpy()

    queries = (1 + get("self_attn.q_norm")) * shape.scale
    heads = [queries.expand(shape.heads, -1),
             (1 + get("self_attn.k_norm")).expand(shape.kv_heads, -1)]  # fmt: skip
    return _Layer(
        qkv=Int8Weight.of(torch.cat([get(f"self_attn.{name}_proj") for name in "qkv"])),
        out=Int8Weight.of(get("self_attn.o_proj")),
        gate_up=Int8Weight.of(torch.cat([get("mlp.gate_proj"), get("mlp.up_proj")])),
        down=Int8Weight.of(get("mlp.down_proj")),
        before_attention=norm("input_layernorm"),
        after_attention=norm("post_attention_layernorm"),
        before_feed_forward=norm("pre_feedforward_layernorm"),
        after_feed_forward=norm("post_feedforward_layernorm"),
        heads=torch.cat(heads).numpy(),
    )
