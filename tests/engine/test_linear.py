"""Laid-out weights multiply as plain ones do, and the chip's own type is chosen."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as f

import engine.linear
from engine.linear import fastest, linear

TYPES = (torch.float32, torch.bfloat16)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("rows", [1, 3, 8, 70])
def test_a_laid_out_weight_multiplies_as_the_plain_one(dtype: torch.dtype, rows: int) -> None:
    made = torch.Generator().manual_seed(rows)
    x = torch.randn(2, rows, 64, generator=made).to(dtype)
    weight = torch.randn(48, 64, generator=made).to(dtype)
    near = 1e-5 if dtype is torch.float32 else 0.15
    torch.testing.assert_close(linear(weight)(x), f.linear(x, weight), atol=near, rtol=near)


def test_without_the_private_operators_the_plain_product_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object) -> torch.Tensor:
        raise RuntimeError("no such operator")

    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", missing)
    engine.linear._can_lay_out.cache_clear()
    x, weight = torch.ones(2, 3), torch.eye(3)
    assert torch.equal(linear(weight)(x), x)
    engine.linear._can_lay_out.cache_clear()


def test_a_torch_that_cannot_tell_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> bool:
        raise AttributeError("_is_mkldnn_bf16_supported")

    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", missing)
    assert fastest(torch.device("cpu")) is torch.float32


@pytest.mark.parametrize("multiplies", [True, False])
def test_a_chip_without_bfloat16_computes_in_float32(
    monkeypatch: pytest.MonkeyPatch, multiplies: bool
) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: multiplies)
    assert fastest(torch.device("cpu")) is (torch.bfloat16 if multiplies else torch.float32)
    assert fastest(torch.device("cuda")) is torch.bfloat16
