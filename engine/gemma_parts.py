"""What every Gemma 3 model shares: its sizes, its blocks' weights, RMS norm, rotary positions.

Sources: Gemma 3 technical report (2025); RoFormer (Su et al., 2021) for rotary positions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as f

from engine.errors import ModelError
from engine.linear import Linear, linear

MEND_FOLDER = (
    "delete this folder if shopdesk prepared it: the next start makes it anew; "
    "a folder of your own (SHOPDESK_MODEL) needs config.json, tokenizer.json, model.safetensors."
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Gemma 3 text model."""

    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    eps: float
    scale: float
    window: int
    sliding: tuple[bool, ...]
    theta: float
    theta_sliding: float

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Shape:
        """The shape a model's config.json states. Raises ModelError for other architectures."""
        if config.get("model_type") != "gemma3_text":
            raise ModelError(
                f"not a Gemma 3 text model ({config.get('model_type')!r})",
                mend="serve it with vLLM or llama-server and set GENERATOR_URL.",
            )
        # Folders written before transformers 5 name the two angles one by one.
        rope = config.get("rope_parameters") or {
            "full_attention": {"rope_theta": config["rope_theta"]},
            "sliding_attention": {"rope_theta": config["rope_local_base_freq"]},
        }
        return cls(
            hidden=config["hidden_size"],
            heads=config["num_attention_heads"],
            kv_heads=config["num_key_value_heads"],
            head_size=config["head_dim"],
            eps=config["rms_norm_eps"],
            scale=config["query_pre_attn_scalar"] ** -0.5,
            window=config["sliding_window"],
            sliding=tuple(kind == "sliding_attention" for kind in config["layer_types"]),
            theta=rope["full_attention"]["rope_theta"],
            theta_sliding=rope["sliding_attention"]["rope_theta"],
        )


def read_shape(folder: Path) -> Shape:
    """The shape a model folder's config.json states. Raises ModelError."""
    try:
        return Shape.read(json.loads((folder / "config.json").read_text("utf-8")))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelError(
            f"config.json does not read ({type(error).__name__}: {error})",
            where=str(folder), mend=MEND_FOLDER,
        ) from error  # fmt: skip


Turned = tuple[Tensor, Tensor]
"""Cosines and signed sines of positions, each (rows, new, 1, head size)."""


@dataclass(frozen=True, slots=True)
class Block:
    """One layer, ready for use: projections as products, the norms before them folded in.

    What adds up from layer to layer is float32; products take and give the weights' own type.
    """

    qkv: Linear
    out: Linear
    gate_up: Linear
    down: Linear
    heads: Tensor
    """Norm weights of every query and key head, (heads + key heads, head size), float32."""
    after_attention: Tensor
    after_feed_forward: Tensor
    eps: Tensor
    dtype: torch.dtype

    def normed(self, x: Tensor) -> Tensor:
        """RMS norm as the projections take it; its weights lie in theirs."""
        return (x * scale(x, self.eps)).to(self.dtype)

    def looking(self, x: Tensor, shape: Shape, turned: Turned) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of (rows, new, hidden), each (rows, heads, new, head size)."""
        rows, new, _ = x.shape
        turning = shape.heads + shape.kv_heads
        found = self.qkv(self.normed(x)).view(rows, new, turning + shape.kv_heads, -1)
        qk, values = found[:, :, :turning], found[:, :, turning:].transpose(1, 2)
        qk = qk * scale(qk, self.eps) * self.heads
        # Half a turn of the vector, with signed sines: the rotation in three operations.
        qk = torch.addcmul(qk * turned[0], qk.roll(shape.head_size // 2, -1), turned[1])
        qk = qk.to(found.dtype).transpose(1, 2)
        return qk[:, : shape.heads], qk[:, shape.heads :], values

    def looked(self, x: Tensor, seen: Tensor) -> Tensor:
        """x and what attention saw, (rows, heads, new, head size), together."""
        y = self.out(seen.transpose(1, 2).reshape(*x.shape[:2], -1))
        return torch.addcmul(x, y * scale(y, self.eps), self.after_attention)

    def fed(self, x: Tensor) -> Tensor:
        """x after the feed-forward part."""
        gate, up = self.gate_up(self.normed(x)).chunk(2, -1)
        y = self.down(f.gelu(gate, approximate="tanh").mul_(up))
        return torch.addcmul(x, y * scale(y, self.eps), self.after_feed_forward)


def read_block(
    weights: Mapping[str, Tensor], prefix: str, shape: Shape, dtype: torch.dtype
) -> Block:
    """One block out of a model's weights, whose names begin with `prefix`. Raises KeyError."""

    def get(name: str) -> Tensor:
        return weights[f"{prefix}{name}.weight"].float()

    qkv = torch.cat([get(f"self_attn.{name}_proj") for name in "qkv"])
    gate_up = torch.cat([get("mlp.gate_proj"), get("mlp.up_proj")])
    heads = [(1 + get("self_attn.q_norm")).expand(shape.heads, -1),
             (1 + get("self_attn.k_norm")).expand(shape.kv_heads, -1)]  # fmt: skip
    return Block(
        qkv=linear((qkv * (1 + get("input_layernorm"))).to(dtype)),
        out=linear(get("self_attn.o_proj").to(dtype)),
        gate_up=linear((gate_up * (1 + get("pre_feedforward_layernorm"))).to(dtype)),
        down=linear(get("mlp.down_proj").to(dtype)),
        heads=torch.cat(heads),
        after_attention=1 + get("post_attention_layernorm"),
        after_feed_forward=1 + get("post_feedforward_layernorm"),
        eps=torch.tensor(shape.eps, device=qkv.device),
        dtype=dtype,
    )


def scale(x: Tensor, eps: Tensor) -> Tensor:
    """What an RMS norm multiplies by, float32, shape (…, 1); in few operations."""
    length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
    return torch.addcmul(eps, length, length, value=1 / x.shape[-1]).rsqrt_()


def frequencies(size: int, theta: float) -> Tensor:
    """Rotary frequencies of one head, shape (size / 2,)."""
    exponents = torch.arange(0, size, 2, dtype=torch.float32) / size
    return torch.as_tensor(1.0 / theta**exponents)


def rotation(positions: Tensor, turn: Tensor) -> Turned:
    """Of positions, (rows, new), by `frequencies`."""
    angles = positions[:, :, None].float() * turn.to(positions.device)
    both = torch.cat((angles, angles), -1)[:, :, None]
    sines = both.sin()
    sines[..., : len(turn)].neg_()
    return both.cos(), sines
