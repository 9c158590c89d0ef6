"""Cross-entropy over all products without ever holding all logits, and over a sample of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

ROWS = 128
"""Rows whose logits are held at once, so that they stay in the cache of a core."""
MOST_IN_FULL = 50_000
"""Products up to which the cross-entropy is taken over all of them."""
SAMPLE = 4096
SAMPLE_POWER = 0.75
CPU_TYPE = torch.bfloat16
"""Of the products of matrices on a CPU: several times as fast as in float32."""


class FullSoftmax(torch.autograd.Function):
    """Sum over targets of weight * (log Σ exp(wanted·items) − wanted·item)."""

    @staticmethod
    def forward(
        context: Any, hidden: Tensor, items: Tensor, at: Tensor, target: Tensor, weights: Tensor,
        prior: Tensor, period: Tensor,
    ) -> Tensor:  # fmt: skip
        """`hidden` (rows, width), `items` (products, width); per target its row in `at`.

        `prior` (periods, products) is added to the logits of rows by their `period`. `at`
        ascends. Gradients are worked out here, while the logits are at hand.
        """
        dtype = CPU_TYPE if hidden.is_cpu else hidden.dtype
        wide, small = items.to(dtype), hidden.to(dtype)
        by_row = torch.zeros(len(hidden), device=hidden.device).index_add_(0, at, weights)
        to_hidden = torch.empty_like(hidden, dtype=torch.float32)
        to_items = torch.zeros_like(items, dtype=torch.float32)
        loss = hidden.new_zeros((), dtype=torch.float32)
        for start in range(0, len(hidden), ROWS):
            rows = slice(start, start + ROWS)
            first, last = torch.searchsorted(at, torch.tensor([start, start + ROWS])).tolist()
            mine = at[first:last] - start, target[first:last]
            weight = weights[first:last]
            logits = (small[rows] @ wide.T).float().add_(prior[period[rows]])
            chosen, top = logits[mine], logits.amax(1)
            slope = logits.sub_(top[:, None]).exp_()
            total = slope.sum(1)
            loss += (weight * ((total.log() + top)[mine[0]] - chosen)).sum()
            slope.mul_((by_row[rows] / total)[:, None])
            slope.index_put_(mine, -weight, accumulate=True)
            slope = slope.to(dtype)
            to_hidden[rows] = slope @ wide
            to_items += slope.T @ small[rows]
        context.save_for_backward(to_hidden.to(hidden.dtype), to_items.to(items.dtype))
        return loss

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """To `hidden` and `items` only."""
        to_hidden, to_items = context.saved_tensors
        return (to_hidden * gradients[0], to_items * gradients[0], *(None,) * 5)


@dataclass(frozen=True, slots=True)
class Targets:
    """What was wanted next: per target its row in `at`, its product, and its weight.

    `period` is of each row: when it was wanted.
    """

    at: Tensor
    product: Tensor
    weight: Tensor
    period: Tensor


def softmax_loss(
    hidden: Tensor, items: Tensor, targets: Targets, prior: Tensor, seen: Tensor
) -> Tensor:
    """Cross-entropy of targets over all products; over a sample where there are very many.

    `hidden` (rows, width), `items` (products, width), `prior` (periods, products) log-odds that
    are known without the model; `seen` (products,): how often each product was touched.
    """
    order = torch.argsort(targets.at, stable=True)
    sorted_targets = replace(
        targets,
        at=targets.at[order], product=targets.product[order], weight=targets.weight[order],
    )  # fmt: skip
    if len(items) > MOST_IN_FULL:
        return sampled_softmax(hidden, items, sorted_targets, prior, seen)
    loss: Tensor = FullSoftmax.apply(  # type: ignore[no-untyped-call]
        hidden, items, sorted_targets.at, sorted_targets.product, sorted_targets.weight,
        prior, targets.period,
    )  # fmt: skip
    return loss


def sampled_softmax(
    hidden: Tensor, items: Tensor, targets: Targets, prior: Tensor, seen: Tensor
) -> Tensor:
    """Each target against SAMPLE products drawn by how often they were touched, with logQ.

    A drawn product's logit is lowered by the log of how often it is expected to be drawn, so that
    the sum over the sample stands for the sum over all. Source: Bengio and Senécal (2008).
    """
    share = (seen + 1.0) ** SAMPLE_POWER
    share = share / share.sum()
    drawn = torch.multinomial(share, SAMPLE, replacement=True)
    at, period = targets.at, targets.period
    known = prior[period[:, None], drawn[None, :]] - torch.log(share[drawn] * SAMPLE)
    logits = hidden @ items[drawn].T + known
    chosen = (hidden[at] * items[targets.product]).sum(1) + prior[period[at], targets.product]
    same = drawn[None, :] == targets.product[:, None]
    others = logits[at].masked_fill(same, float("-inf"))
    normal = torch.logsumexp(torch.cat([chosen[:, None], others], dim=1), dim=1)
    return (targets.weight * (normal - chosen)).sum()
