"""What of a whole catalogue may be shown, worked out for all products at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from engine.recommend.histories import Ints
from engine.routing.constraints import Constraints
from engine.types import Product

Mask = npt.NDArray[np.bool_]


class Shelf:
    """The variants of a catalogue's products as arrays."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = tuple(products)
        counts = [len(product.variants) for product in products]
        self._first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        variants = [variant for product in products for variant in product.variants]
        self._price = np.array([float(v.price.amount) for v in variants])
        self._stocked = np.array([v.stock > 0 for v in variants], dtype=bool)

    def allowed(self, constraints: Constraints, among: Ints, most: int | None = None) -> Ints:
        """Those `among` that are in stock in a form that meets all demands, in their order.

        Where demands must be read product by product, at most the first `most` are.
        """
        kept: Ints = among[self._priced(constraints)[among]]
        if constraints == replace(
            Constraints(), lowest=constraints.lowest, highest=constraints.highest,
            in_stock=constraints.in_stock,
        ):  # fmt: skip
            return kept
        kept = kept if most is None else kept[:most]
        read = [self._meets(constraints, int(number)) for number in kept]
        met: Ints = kept[np.array(read, dtype=bool)]
        return met

    def _meets(self, constraints: Constraints, number: int) -> bool:
        variant = constraints.variant_of(self._products[number])
        return variant is not None and variant.stock > 0

    def _priced(self, constraints: Constraints) -> Mask:
        """Products with a variant in stock within the price bounds."""
        if not len(self._price):
            return np.zeros(len(self._products), dtype=bool)
        good = self._stocked.copy()
        if constraints.lowest is not None:
            good &= self._price >= float(constraints.lowest)
        if constraints.highest is not None:
            good &= self._price <= float(constraints.highest)
        mask: Mask = np.logical_or.reduceat(good, self._first)
        return mask
