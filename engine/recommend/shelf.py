"""What of a catalogue may be shown, worked out for many products at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.recommend.histories import Ints
from engine.routing.constraints import Constraints
from engine.types import Product

Mask = npt.NDArray[np.bool_]


class Shelf:
    """Price and stock of a catalogue's variants as arrays, products numbered as in `names`."""

    def __init__(self, products: Mapping[str, Product], names: Sequence[str]) -> None:
        self._products, self._names = products, names
        self._count = np.array([len(products[name].variants) for name in names], dtype=np.int64)
        self._first = np.cumsum(self._count) - self._count
        pairs = [
            (float(variant.price.amount), variant.stock > 0)
            for name in names
            for variant in products[name].variants
        ]
        self._price = np.array([price for price, _ in pairs])
        self._stocked = np.array([stocked for _, stocked in pairs], dtype=bool)

    def allowed(self, constraints: Constraints, among: Ints, most: int) -> Ints:
        """Those `among` that are in stock in a form that meets all demands, in their order.

        Where demands must be read product by product, only the first `most` are.
        """
        kept: Ints = among[self._priced(constraints, among)]
        if not _must_be_read(constraints):
            return kept
        read = [self._meets(constraints, int(number)) for number in kept[:most]]
        met: Ints = kept[:most][np.array(read, dtype=bool)]
        return met

    def _meets(self, constraints: Constraints, number: int) -> bool:
        variant = constraints.variant_of(self._products[self._names[number]])
        return variant is not None and variant.stock > 0

    def _priced(self, constraints: Constraints, among: Ints) -> Mask:
        """Which of them have a variant in stock within the price bounds."""
        counts = self._count[among]
        ends = np.cumsum(counts)
        whole = int(ends[-1]) if len(ends) else 0
        variant = np.arange(whole) + np.repeat(self._first[among] - (ends - counts), counts)
        good = self._stocked[variant]
        if constraints.lowest is not None:
            good &= self._price[variant] >= float(constraints.lowest)
        if constraints.highest is not None:
            good &= self._price[variant] <= float(constraints.highest)
        reached = np.concatenate([[0], np.cumsum(good)])
        mask: Mask = reached[ends] > reached[ends - counts]
        return mask


def _must_be_read(constraints: Constraints) -> bool:
    """Whether anything but price and stock is demanded."""
    return bool(
        constraints.colours or constraints.not_colours or constraints.sizes or constraints.excluded
    )
