"""The cross-entropy in parts is torch's own, its gradients too; a sample of it comes close."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.recommend import softmax_loss as module
from engine.recommend.softmax_loss import ROWS, Targets, sampled_softmax, softmax_loss

PRODUCTS, WIDTH, PERIODS = 60, 16, 3


def problem(rows: int, targets: int) -> tuple[Tensor, Tensor, Targets, Tensor]:
    chance = torch.Generator().manual_seed(rows)
    hidden = torch.randn(rows, WIDTH, generator=chance, requires_grad=True)
    items = (torch.randn(PRODUCTS, WIDTH, generator=chance) * 0.5).requires_grad_()
    at = torch.cat([
        torch.arange(rows), torch.randint(rows, (targets - rows,), generator=chance)
    ])  # fmt: skip
    at = at[torch.randperm(targets, generator=chance)]
    wanted = Targets(
        at, torch.randint(PRODUCTS, (targets,), generator=chance),
        torch.rand(targets, generator=chance), torch.randint(PERIODS, (rows,), generator=chance),
    )  # fmt: skip
    return hidden, items, wanted, torch.randn(PERIODS, PRODUCTS, generator=chance)


def plain(hidden: Tensor, items: Tensor, targets: Targets, prior: Tensor) -> Tensor:
    logits = (hidden @ items.T + prior[targets.period])[targets.at]
    each = functional.cross_entropy(logits, targets.product, reduction="none")
    return (each * targets.weight).sum()


def with_gradients(loss: Tensor, hidden: Tensor, items: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    to_hidden, to_items = torch.autograd.grad(loss * 2, [hidden, items])
    return loss.detach(), to_hidden, to_items


@pytest.mark.parametrize("rows", [1, ROWS, 2 * ROWS + 37])
@pytest.mark.parametrize(
    ("kind", "within"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)], ids=["float32", "bf16"]
)
def test_the_loss_and_both_gradients_are_those_of_torch(
    monkeypatch: pytest.MonkeyPatch, rows: int, kind: torch.dtype, within: float
) -> None:
    monkeypatch.setattr(module, "CPU_TYPE", kind)
    hidden, items, targets, prior = problem(rows, 2 * rows + 3)
    wanted = with_gradients(plain(hidden, items, targets, prior), hidden, items)
    loss = softmax_loss(hidden, items, targets, prior, torch.ones(PRODUCTS))
    for mine, theirs in zip(with_gradients(loss, hidden, items), wanted, strict=True):
        assert (mine - theirs).abs().max() <= within * theirs.abs().max()


def test_large_logits_stay_finite() -> None:
    hidden, items, targets, prior = problem(5, 9)
    loss = softmax_loss(hidden * 1000, items, targets, prior, torch.ones(PRODUCTS))
    assert all(part.isfinite().all() for part in with_gradients(loss, hidden, items))


def test_a_sample_of_products_comes_close_to_all_of_them() -> None:
    hidden, items, targets, prior = problem(40, 90)
    seen = torch.arange(PRODUCTS).float()
    whole = with_gradients(plain(hidden, items, targets, prior), hidden, items)
    torch.manual_seed(0)
    draws = [
        with_gradients(sampled_softmax(hidden, items, targets, prior, seen), hidden, items)
        for _ in range(20)
    ]
    for number, wanted in enumerate(whole):
        mean = torch.stack([draw[number] for draw in draws]).mean(0)
        assert (mean - wanted).abs().max() <= 0.03 * wanted.abs().max()


def test_a_sample_is_taken_where_there_are_very_many_products(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden, items, targets, prior = problem(6, 10)
    seen = torch.ones(PRODUCTS)
    monkeypatch.setattr(module, "MOST_IN_FULL", PRODUCTS)
    full = softmax_loss(hidden, items, targets, prior, seen)
    monkeypatch.setattr(module, "MOST_IN_FULL", PRODUCTS - 1)
    monkeypatch.setattr(module, "SAMPLE", 16)
    torch.manual_seed(1)
    few = softmax_loss(hidden, items, targets, prior, seen)
    torch.manual_seed(1)
    assert few.item() == pytest.approx(
        sampled_softmax(hidden, items, targets, prior, seen).item(), rel=1e-5
    )
    assert few.item() != pytest.approx(full.item(), rel=1e-4)
