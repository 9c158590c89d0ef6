"""Matrices laid out once as the CPU's bfloat16 kernels want them: they are read twice as fast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as f

Linear = Callable[[Tensor], Tensor]
ROWS = 8
"""Rows of the products the layout is chosen for; any number may be multiplied."""


def linear(weight: Tensor) -> Linear:
    """The product with a weight of shape (out, in), for inputs of shape (…, in).

    Laid out anew where torch offers that (a private operator), as the plain product elsewhere.
    """
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16 or not _can_lay_out():
        plain = weight.contiguous()
        return lambda x: f.linear(x, plain)
    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)
    multiply = torch.ops.mkldnn._linear_pointwise
    return lambda x: multiply(x, laid_out, None, "none", [], "")


@cache
def _can_lay_out() -> bool:
    """Whether the operators are there and give what the plain product gives."""
    x, weight = torch.ones(3, 32, dtype=torch.bfloat16), torch.eye(32, dtype=torch.bfloat16)
    try:
        found = torch.ops.mkldnn._linear_pointwise(
            x, torch.ops.mkldnn._reorder_linear_weight(weight, ROWS), None, "none", [], ""
        )
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(torch.equal(found, f.linear(x, weight)))
