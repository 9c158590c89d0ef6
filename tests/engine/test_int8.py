"""Products of whole numbers: exact sums, near the true product, each row as if alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as f

from engine.int8 import Int8Weight, int8_linear, multiplies_int8, turn_size, turned

pytestmark = pytest.mark.skipif(
    not multiplies_int8(), reason="this chip has no instructions for 8-bit products"
)
NEAR = 0.02
"""Two roundings to 127 steps of what is four times its own deviation at most."""


def drawn(*size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


@given(st.integers(1, 70), st.integers(1, 9), st.integers(0, 99))
def test_sums_of_whole_numbers_are_exact(rows: int, eighths: int, seed: int) -> None:
    made = torch.Generator().manual_seed(seed)
    whole = torch.randint(1, 256, (rows, 64), generator=made, dtype=torch.uint8)
    weight = torch.randint(-127, 128, (8 * eighths, 64), generator=made, dtype=torch.int8)
    found = Int8Weight.laid_out(weight, torch.ones(len(weight))).times(whole)
    assert torch.equal(found.long(), (whole.long() - 128) @ weight.long().T)


@pytest.mark.parametrize("size", [640, 1024, 2048, 96, 33])
def test_a_product_is_near_the_true_one_even_where_a_few_numbers_are_great(size: int) -> None:
    x, weight = drawn(5, size), drawn(48, size, seed=1)
    x[:, 3] *= 60
    true = f.linear(x, weight)
    error = (int8_linear(weight)(x) - true).norm() / true.norm()
    assert error < (NEAR if turn_size(size) > 1 else 0.2)


def test_a_row_beside_others_is_as_if_alone() -> None:
    product = int8_linear(drawn(640, 640))
    x = drawn(3, 7, 640, seed=2)
    alone = torch.stack([product(row) for row in x.view(-1, 640)])
    assert torch.equal(product(x).view(-1, 640), alone)


def test_a_row_of_nothing_gives_nothing() -> None:
    assert torch.equal(int8_linear(drawn(32, 64))(torch.zeros(2, 64)), torch.zeros(2, 32))


@pytest.mark.parametrize("size", [1, 33, 96, 640, 2048])
def test_a_turn_keeps_lengths_and_angles(size: int) -> None:
    a, b = drawn(4, size), drawn(4, size, seed=1)
    product = turned(a) @ turned(b).T / turn_size(size)
    torch.testing.assert_close(product, a @ b.T, atol=1e-3, rtol=1e-4)


def test_without_the_instructions_nothing_is_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    multiplies_int8.cache_clear()
    monkeypatch.setattr(torch.cpu, "_is_vnni_supported", lambda: False)
    assert not multiplies_int8()
    multiplies_int8.cache_clear()
    monkeypatch.delattr(torch.cpu, "_is_vnni_supported")
    assert not multiplies_int8()
    multiplies_int8.cache_clear()


def test_sums_that_overflow_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    true = Int8Weight.times
    monkeypatch.setattr(Int8Weight, "times", lambda self, whole: true(self, whole) + 1)
    multiplies_int8.cache_clear()
    assert not multiplies_int8()
    multiplies_int8.cache_clear()
