"""Products that are alike by what they are: for new ones, which nobody has touched yet."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.recommend.histories import Ints
from engine.retrieval.encoders import Vectors

MOST_PRODUCTS = 20_000
"""Of more, comparing each with each takes longer than a start may."""
NEAREST = 100
POWER = 3
"""Of the cosine: what is nearest counts most."""
AT_ONCE = 1024


def centred(vectors: Vectors) -> Vectors:
    """Unit vectors without what all products of a shop have in common: (products, size)."""
    moved = vectors - vectors.mean(axis=0)
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    found: Vectors = (moved / np.maximum(norms, 1e-9)).astype(np.float32)
    return found


def likeness(vectors: Vectors) -> sparse.csr_matrix:
    """How alike products are, (products, products): each with its NEAREST, and they with it.

    Nothing is known to be alike in a catalogue of more than MOST_PRODUCTS.
    """
    size = len(vectors)
    most = min(NEAREST, size - 1)
    if most < 1 or size > MOST_PRODUCTS:
        return sparse.csr_matrix((size, size))
    unit = centred(vectors)
    rows, columns, values = [], [], []
    for start in range(0, size, AT_ONCE):
        near = unit[start : start + AT_ONCE] @ unit.T
        near[np.arange(len(near)), np.arange(start, start + len(near))] = -1.0
        best: Ints = np.argpartition(-near, most - 1, axis=1)[:, :most]
        rows.append(np.repeat(np.arange(start, start + len(near)), most))
        columns.append(best.ravel())
        values.append(np.take_along_axis(near, best, axis=1).ravel())
    alike = np.maximum(np.concatenate(values), 0.0) ** POWER
    place = (np.concatenate(rows), np.concatenate(columns))
    found = sparse.csr_matrix((alike, place), shape=(size, size))
    return sparse.csr_matrix(found.maximum(found.T))
