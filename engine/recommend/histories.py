"""Shoppers' events as arrays, oldest first: what recommenders learn from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.recommend.names import KINDS
from engine.types import Event

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

KIND_WEIGHT = np.array([1.0, 2.0, 4.0])
"""How much each kind says, beside a look."""
BASKET_GAP_DAYS = 0.5
"""Events of one shopper further apart than this belong to two visits."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Histories:
    """Shopper `s` has the rows `starts[s]:starts[s + 1]` of every other array.

    `product` numbers `products`, `kind` numbers KINDS, `day` counts days since 1970, and
    `basket` is a number that grows from one purchase or visit of a shopper to the next.
    """

    shoppers: tuple[str, ...]
    products: tuple[str, ...]
    starts: Ints
    product: Ints
    kind: Ints
    day: Floats
    basket: Ints

    def __len__(self) -> int:
        return len(self.shoppers)

    @property
    def shopper(self) -> Ints:
        """The shopper of each row."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def of(self, shopper: int) -> slice:
        """The rows of one shopper."""
        return slice(int(self.starts[shopper]), int(self.starts[shopper + 1]))

    def kept(self, rows: npt.NDArray[np.bool_]) -> Histories:
        """Only these rows; every shopper stays, some perhaps without events."""
        counts = np.add.reduceat(np.append(rows, False).astype(np.int64), self.starts[:-1])
        counts[np.diff(self.starts) == 0] = 0
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Histories(
            self.shoppers, self.products, starts, self.product[rows], self.kind[rows],
            self.day[rows], self.basket[rows],
        )  # fmt: skip

    def without_last(self, count: int, fewest: int = 0) -> Histories:
        """Without the last `count` rows of each shopper who has at least the `fewest`."""
        lengths = np.diff(self.starts)
        ends = np.repeat(self.starts[1:] - np.where(lengths >= fewest, count, 0), lengths)
        return self.kept(np.arange(len(self.product)) < ends)

    def before(self, day: float) -> Histories:
        """Only what had happened before a point in time (days since 1970)."""
        return self.kept(self.day < day)

    def alone(self, shopper: int) -> Histories:
        """Only this shopper, as number 0."""
        rows = self.of(shopper)
        return Histories(
            (self.shoppers[shopper],), self.products, np.array([0, rows.stop - rows.start]),
            self.product[rows], self.kind[rows], self.day[rows], self.basket[rows],
        )  # fmt: skip

    def variants(self, left_out: Sequence[int]) -> Histories:
        """Of a history of one shopper: the whole, then the same without each of these products."""
        kept = np.stack([np.ones(len(self.product), dtype=bool),
                         *(self.product != number for number in left_out)])  # fmt: skip
        rows = np.nonzero(kept)[1]
        starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
        return Histories(
            tuple(map(str, range(len(kept)))), self.products, starts, self.product[rows],
            self.kind[rows], self.day[rows], self.basket[rows],
        )  # fmt: skip

    def baskets(self, shopper: int) -> Iterator[slice]:
        """The rows of each basket of a shopper, oldest first."""
        rows = self.of(shopper)
        basket = self.basket[rows]
        cuts = rows.start + np.flatnonzero(np.diff(basket)) + 1
        edges = [rows.start, *cuts.tolist(), rows.stop]
        return (slice(a, b) for a, b in itertools.pairwise(edges) if b > a)


def from_sequences(lines: Iterable[Sequence[str]]) -> Histories:
    """Histories of `user item item …`: no times, each item its own basket, all purchases."""
    shoppers, items, lengths = [], [], []
    for user, *bought in lines:
        shoppers.append(user)
        items.extend(bought)
        lengths.append(len(bought))
    products, product = _numbered(items)
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    place = np.arange(len(items)) - np.repeat(starts[:-1], lengths)
    kind = np.full(len(items), KINDS.index("purchase"))
    return Histories(tuple(shoppers), products, starts, product, kind, np.zeros(len(items)), place)


def from_events(events: Iterable[Event], products: Sequence[str] | None = None) -> Histories:
    """Histories of events; those of other kinds, or of products not in `products`, are left out.

    Events of a shopper less than half a day apart are one basket.
    """
    known = set(products) if products is not None else None
    rows = sorted(
        (event.shopper, event.at.timestamp() / DAY_S, KINDS.index(event.name), event.product)
        for event in events
        if event.name in KINDS and (known is None or event.product in known)
    )
    day = np.array([row[1] for row in rows])
    names = [row[0] for row in rows]
    return from_rows(
        names, [row[3] for row in rows], [row[2] for row in rows], day, visits(day), products
    )


def visits(day: Floats) -> Ints:
    """A number for each event, growing where it lies half a day after the one before."""
    return np.cumsum(np.diff(day, prepend=day[:1]) > BASKET_GAP_DAYS)


def from_rows(
    shoppers: Sequence[str],
    items: Sequence[str],
    kinds: Sequence[int] | Ints,
    day: Floats,
    basket: Ints,
    products: Sequence[str] | None = None,
) -> Histories:
    """Histories of rows ordered by shopper, then by time."""
    names, shopper = _numbered(shoppers)
    counts = np.bincount(shopper, minlength=len(names))
    listed = tuple(products) if products is not None else _numbered(items)[0]
    number = {product: i for i, product in enumerate(listed)}
    return Histories(
        names, listed, np.concatenate([[0], np.cumsum(counts)]),
        np.array([number[item] for item in items], dtype=np.int64),
        np.asarray(kinds, dtype=np.int64), day, np.asarray(basket, dtype=np.int64),
    )  # fmt: skip


def _numbered(values: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """The different values in order of first appearance, and each value's number among them."""
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]
    return tuple(numbers), np.array(found, dtype=np.int64)
