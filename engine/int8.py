"""Products of 8-bit whole numbers: a row and a weight rotated, rounded, and summed exactly.

A row's few great values would leave the others no digits; spread by a Hadamard rotation they do
not. Source: Ashkboos et al., "QuaRot" (2024); here the rotation is by blocks and norm weights stay
with the row, for folded into the matrix they would spread its columns over three powers of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from engine.linear import Linear

LARGEST = 127
MIDDLE = 128
"""Rows are stored without a sign, this much greater."""
WIDEST_TURN = 64
ROWS = 8
"""Rows of the products the layout is chosen for; any number may be multiplied."""
AT_ONCE = 8_192
"""Rows of a weight rounded at once."""
TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Int8Weight:
    """A rotated weight of shape (out, in) in whole numbers, laid out for the chip."""

    packed: Tensor
    scales: Tensor
    """What a sum is multiplied by, beside the greatest value of its row, shape (out,)."""
    middles: Tensor

    @classmethod
    def of(cls, weight: Tensor) -> Int8Weight:
        """Rounds each row of a weight of any float type by its own greatest value."""
        size = turn_size(weight.shape[1])
        rounded = torch.empty(weight.shape, dtype=torch.int8)
        scales = torch.empty(len(weight))
        for start in range(0, len(weight), AT_ONCE):
            some = turned(weight[start : start + AT_ONCE].float())
            most = some.abs().amax(-1, keepdim=True).clamp_(min=TINY)
            rounded[start : start + AT_ONCE] = (some * (LARGEST / most)).round_().to(torch.int8)
            scales[start : start + AT_ONCE] = most[:, 0] / (size * LARGEST**2)
        return cls.laid_out(rounded, scales)

    @classmethod
    def laid_out(cls, rounded: Tensor, scales: Tensor) -> Int8Weight:
        """Of whole numbers, int8 of shape (out, in), and scales of shape (out,)."""
        packed = torch.ops.onednn.qlinear_prepack(rounded, [ROWS, rounded.shape[1]])
        return cls(packed, scales, torch.zeros(len(scales), dtype=torch.int64))

    def times(self, whole: Tensor) -> Tensor:
        """The product with rows of whole numbers, uint8 of shape (rows, in); float32. To be
        multiplied by the greatest value of each row before it was rounded."""
        found: Tensor = torch.ops.onednn.qlinear_pointwise(
            whole, 1.0, MIDDLE, self.packed, self.scales, self.middles, None, 1.0, 0,
            torch.float32, "none", [], "",
        )  # fmt: skip
        return found


def int8_linear(weight: Tensor) -> Linear:
    """The product of x, shape (…, in), with a weight of shape (out, in); float32.

    One row's result does not depend on the rows beside it: each has its own scale.
    """
    laid_out = Int8Weight.of(weight)
    # Cut off after a half is added: rounded.
    middle = torch.tensor(MIDDLE + 0.5)

    def product(x: Tensor) -> Tensor:
        rows = turned(x.reshape(-1, x.shape[-1]).float())
        most = torch.linalg.vector_norm(rows, torch.inf, -1, keepdim=True).clamp_(min=TINY)
        whole = torch.addcmul(middle, rows, LARGEST / most).to(torch.uint8)
        return laid_out.times(whole).mul_(most).view(*x.shape[:-1], -1)

    return product


def turned(rows: Tensor) -> Tensor:
    """Rows of shape (rows, in), float32, rotated and made longer by the root of `turn_size`."""
    turn = _hadamard(turn_size(rows.shape[1]))
    return (turn @ rows.view(len(rows), len(turn), -1)).view(rows.shape)


def turn_size(size: int) -> int:
    """How many parts of a row are mixed: the largest power of two that divides it, to 64."""
    return min(size & -size, WIDEST_TURN)


@cache
def _hadamard(size: int) -> Tensor:
    turn = torch.ones(1, 1)
    while len(turn) < size:
        turn = torch.cat([torch.cat([turn, turn], 1), torch.cat([turn, -turn], 1)])
    return turn


@cache
def multiplies_int8() -> bool:
    """Whether the chip has instructions for such products, and torch the (private) operators, and
    they give what whole numbers give."""
    try:
        if not torch.cpu._is_vnni_supported():
            return False
        # All as great as can be: where sums overflow, these do.
        weight = torch.full((32, 64), -LARGEST, dtype=torch.int8)
        whole = torch.full((3, 64), MIDDLE + LARGEST, dtype=torch.uint8)
        found = Int8Weight.laid_out(weight, torch.ones(32)).times(whole)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool((found == -64 * LARGEST**2).all())
