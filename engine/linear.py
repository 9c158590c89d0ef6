"""Matrices laid out once as the CPU's kernels want them, in the type it multiplies fastest."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as f

Linear = Callable[[Tensor], Tensor]
ROWS = 8
"""Rows of the products the layout is chosen for; any number may be multiplied."""


def fastest(device: torch.device) -> torch.dtype:
    """bfloat16 where the chip multiplies it, else float32: emulated it reads a prompt six times
    slower."""
    if device.type != "cpu":
        return torch.bfloat16
    try:
        known = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    except (AttributeError, RuntimeError):
        return torch.float32
    return torch.bfloat16 if known else torch.float32


def linear(weight: Tensor) -> Linear:
    """The product with a weight of shape (out, in), for inputs of shape (…, in).

    Laid out anew where torch offers that (a private operator), as the plain product elsewhere.
    """
    if weight.device.type != "cpu" or not _can_lay_out(weight.dtype):
        plain = weight.contiguous()
        return lambda x: f.linear(x, plain)
    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)
    multiply = torch.ops.mkldnn._linear_pointwise
    return lambda x: multiply(x, laid_out, None, "none", [], "")


@cache
def _can_lay_out(dtype: torch.dtype) -> bool:
    """Whether the operators are there and give what the plain product gives."""
    x, weight = torch.ones(3, 32, dtype=dtype), torch.eye(32, dtype=dtype)
    try:
        found = torch.ops.mkldnn._linear_pointwise(
            x, torch.ops.mkldnn._reorder_linear_weight(weight, ROWS), None, "none", [], ""
        )
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(torch.equal(found, f.linear(x, weight)))
