"""Item vectors from what is bought near to what: PPMI and a truncated SVD."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from engine.recommend.histories import Histories

WINDOW = 5
"""Rows apart within which two products of one shopper count as near."""
SMOOTHING = 0.75
"""Power of a context's frequency, so that rare contexts do not seem to tell most."""


def near_counts(histories: Histories, window: int = WINDOW) -> sparse.csr_matrix:
    """How often two products stand near each other, nearer ones more: 1 / distance."""
    size = len(histories.products)
    shopper, product = histories.shopper, histories.product
    total = sparse.csr_matrix((size, size))
    for distance in range(1, min(window, len(product) - 1) + 1):
        same = shopper[distance:] == shopper[:-distance]
        a, b = product[distance:][same], product[:-distance][same]
        part = sparse.coo_matrix((np.full(len(a), 1.0 / distance), (a, b)), shape=(size, size))
        total = total + part + part.T
    return sparse.csr_matrix(total)


def ppmi_vectors(histories: Histories, width: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """One vector a product (products, width), standardised; zeros where nothing was near.

    Source: Levy and Goldberg, "Neural word embedding as implicit matrix factorization" (2014).
    """
    counts = near_counts(histories).tocoo()
    size = len(histories.products)
    found = np.zeros((size, width), dtype=np.float32)
    rank = min(width, size - 1)
    if counts.nnz == 0 or rank < 1:
        return found
    rows = np.asarray(counts.sum(axis=1)).ravel()
    columns = rows**SMOOTHING
    expected = rows[counts.row] * columns[counts.col] / columns.sum()
    pmi = np.maximum(np.log(np.maximum(counts.data / expected, 1e-12)), 0.0)
    matrix = sparse.csr_matrix((pmi, (counts.row, counts.col)), shape=(size, size))
    if matrix.nnz == 0:
        return found
    left, values, _ = randomized_svd(matrix, rank, random_state=seed)
    vectors = left * np.sqrt(np.maximum(values, 0.0))
    found[:, :rank] = vectors / max(float(vectors.std()), 1e-9)
    return found
