"""Item-to-item neighbours: products that the same shoppers touched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from engine.recommend.histories import Histories

NEIGHBOURS, FEWEST = 2000, 20
CELLS = 40_000_000
"""Neighbours kept of all products together: half a gigabyte."""
SHRINK = 5.0
"""Shoppers added below: what two products have in common by one shopper alone counts little."""


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Cosine between products over the shoppers who touched both.

    `similarity` is (products, products), the nearest of each row. Source: item-based
    collaborative filtering (Sarwar et al., 2001).
    """

    similarity: sparse.csr_matrix

    @classmethod
    def fit(cls, histories: Histories, half_life_days: float | None = None) -> ItemKnn:
        """Learn from all histories; with a half-life, what is that much older counts half."""
        touched = incidence(histories, half_life_days)
        together = sparse.csr_matrix(touched.T @ touched)
        norm = np.sqrt(together.diagonal())
        together.setdiag(0)
        together.eliminate_zeros()
        rows = np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
        together.data /= norm[rows] * norm[together.indices] + SHRINK
        return cls(_nearest(together, neighbours_kept(together.shape[0])))


def neighbours_kept(products: int) -> int:
    """How many neighbours each product keeps in a catalogue of this size."""
    return min(NEIGHBOURS, max(FEWEST, CELLS // max(products, 1)))


def incidence(histories: Histories, half_life_days: float | None = None) -> sparse.csr_matrix:
    """Who touched what, (shoppers, products): 1 for the last touch now, less for older ones.

    The square of an entry halves each half-life before the newest event of all.
    """
    shape = (len(histories), len(histories.products))
    touch = np.ones(len(histories.product))
    if half_life_days and len(histories.day):
        touch = 0.5 ** ((histories.day.max() - histories.day) / (2 * half_life_days))
    # Rows of a shopper are oldest first: written one after the other, the last touch stays.
    cell = histories.shopper * shape[1] + histories.product
    _, last = np.unique(cell[::-1], return_index=True)
    chosen = len(cell) - 1 - last
    entries = (touch[chosen], (histories.shopper[chosen], histories.product[chosen]))
    return sparse.csr_matrix(entries, shape=shape)


def _nearest(matrix: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """Only the `most` largest of each row."""
    for row in range(matrix.shape[0]):
        part = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        if len(part) > most:
            part[part < np.partition(part, -most)[-most]] = 0.0
    matrix.eliminate_zeros()
    return matrix
