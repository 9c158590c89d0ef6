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

from engine.errors import ModelError

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


@dataclass(frozen=True, slots=True)
class Layer:
    """One block's weights; the norms before projections are folded into them."""

    qkv: Tensor
    out: Tensor
    gate_up: Tensor
    down: Tensor
    q_norm: Tensor
    k_norm: Tensor
    after_attention: Tensor
    after_feed_forward: Tensor


def read_layer(
    weights: Mapping[str, Tensor], prefix: str, dtype: torch.dtype, norm_dtype: torch.dtype
) -> Layer:
    """One block out of a model's weights, whose names begin with `prefix`. Raises KeyError."""

    def get(name: str) -> Tensor:
        return weights[f"{prefix}{name}.weight"].float()

    def scale(name: str) -> Tensor:
        return (1 + get(name)).to(norm_dtype)

    qkv = torch.cat([get(f"self_attn.{name}_proj") for name in "qkv"])
    gate_up = torch.cat([get("mlp.gate_proj"), get("mlp.up_proj")])
    return Layer(
        qkv=(qkv * (1 + get("input_layernorm"))).to(dtype).contiguous(),
        out=get("self_attn.o_proj").to(dtype),
        gate_up=(gate_up * (1 + get("pre_feedforward_layernorm"))).to(dtype).contiguous(),
        down=get("mlp.down_proj").to(dtype),
        q_norm=scale("self_attn.q_norm"),
        k_norm=scale("self_attn.k_norm"),
        after_attention=scale("post_attention_layernorm"),
        after_feed_forward=scale("post_feedforward_layernorm"),
    )


def norm(x: Tensor, weight: Tensor | None, eps: float) -> Tensor:
    """RMS norm over the last dimension, computed in float32."""
    wide = x.float()
    wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + eps)
    return (wide if weight is None else wide * weight.float()).to(x.dtype)


def frequencies(size: int, theta: float) -> Tensor:
    """Rotary frequencies of one head, shape (size / 2,)."""
    exponents = torch.arange(0, size, 2, dtype=torch.float32) / size
    return torch.as_tensor(1.0 / theta**exponents)


def rotation(positions: Tensor, turn: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines for `rotate`; positions (rows, new), turn: `frequencies`."""
    angles = positions[:, :, None].float() * turn.to(positions.device)
    both = torch.cat((angles, angles), -1)[:, :, None]
    return both.cos().to(dtype), both.sin().to(dtype)


def rotate(x: Tensor, turned: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys, shape (rows, new, heads, size), turned to their positions."""
    cos, sin = turned
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin
