"""Histories cut into windows of events with what came next: what the model is trained on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommend.attention import AGES
from engine.recommend.histories import Floats, Histories, Ints


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of one shopper, and (place in the window, product wanted next, weight) triples."""

    rows: slice
    places: Ints
    wanted: Ints
    weights: Floats


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded events (batch, events) and flat targets: `at` is row * events + place.

    `day`: when each target was wanted.
    """

    product: Tensor
    kind: Tensor
    age: Tensor
    at: Tensor
    wanted: Tensor
    weights: Tensor
    day: Tensor


def windows(histories: Histories, events: int) -> list[Window]:
    """Windows of at most `events` rows, half overlapping; each target stands in one of them.

    What is wanted after a basket are the products of the next one that are new to the shopper;
    together they weigh 1.
    """
    found: list[Window] = []
    for shopper in range(len(histories)):
        targets = list(_targets(histories, shopper))
        rows = histories.of(shopper)
        last = rows.start
        while targets:
            # As many targets as fit behind each other, with half a window of past before them.
            start = max(rows.start, targets[0][0] + 1 - events, last - events // 2)
            mine = [t for t in targets if t[0] < start + events]
            targets = targets[len(mine) :]
            last = mine[-1][0] + 1
            found.append(_window(slice(start, last), mine))
    return found


def _targets(histories: Histories, shopper: int) -> Iterator[tuple[int, Ints]]:
    """After which row, what new products came in the next basket."""
    baskets = list(histories.baskets(shopper))
    seen: set[int] = set()
    for basket, following in itertools.pairwise(baskets):
        seen.update(histories.product[basket].tolist())
        new = np.unique([p for p in histories.product[following].tolist() if p not in seen])
        if len(new):
            yield basket.stop - 1, new.astype(np.int64)


def _window(rows: slice, targets: Sequence[tuple[int, Ints]]) -> Window:
    sizes = [len(wanted) for _, wanted in targets]
    places = np.repeat([row - rows.start for row, _ in targets], sizes)
    weights = np.repeat([1.0 / size for size in sizes], sizes)
    return Window(rows, places, np.concatenate([wanted for _, wanted in targets]), weights)


def ages(day: Floats) -> Ints:
    """Bucket of the days between each event and the one before: floor(log2(1 + days))."""
    gaps = np.diff(day, prepend=day[:1])
    return np.minimum(np.log2(1.0 + np.maximum(gaps, 0.0)).astype(np.int64), AGES - 1)


def batch_of(
    histories: Histories, chosen: Sequence[Window], half_life_days: float | None = None
) -> Batch:
    """Windows as one right-padded batch; with a half-life, older targets weigh less."""
    events = max(window.rows.stop - window.rows.start for window in chosen)
    product, kind, age = padded(histories, [window.rows for window in chosen])
    at = np.concatenate([row * events + window.places for row, window in enumerate(chosen)])
    weights = np.concatenate([window.weights for window in chosen])
    # The row after the last of a basket is the first of the next: the time it was wanted.
    day = histories.day[np.concatenate([w.rows.start + w.places + 1 for w in chosen])]
    if half_life_days:
        weights = weights * 0.5 ** ((histories.day.max() - day) / half_life_days)
    return Batch(
        product, kind, age, torch.from_numpy(at),
        torch.from_numpy(np.concatenate([window.wanted for window in chosen])),
        torch.from_numpy(weights).float(), torch.from_numpy(day),
    )  # fmt: skip


def padded(histories: Histories, parts: Sequence[slice]) -> tuple[Tensor, Tensor, Tensor]:
    """Products, kinds and ages of parts of histories, right-padded: (parts, events) each."""
    events = max(rows.stop - rows.start for rows in parts)
    product = np.full((len(parts), events), len(histories.products))
    kind, age = np.zeros_like(product), np.zeros_like(product)
    for row, rows in enumerate(parts):
        length = rows.stop - rows.start
        product[row, :length] = histories.product[rows]
        kind[row, :length] = histories.kind[rows]
        age[row, :length] = ages(histories.day[rows])
    return torch.from_numpy(product), torch.from_numpy(kind), torch.from_numpy(age)


def batches(
    all_windows: Sequence[Window], size: int, random: np.random.Generator
) -> list[list[Window]]:
    """All windows once, in batches of like lengths, in random order."""
    lengths = np.array([w.rows.stop - w.rows.start for w in all_windows])
    order = np.argsort(lengths + random.random(len(lengths)) * 2, kind="stable")
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    random.shuffle(groups)
    return [[all_windows[i] for i in group] for group in groups]
