"""The largest inner products among very many rows, by four bits for every two numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.index import Scores

PAIR, BITS = 2, 4
REFINED, FEWEST_REFINED = 4, 400
"""How many times the rows wanted, and how many at least, are taken by their codes, to be ranked by
their exact vectors."""


class FastScanIndex:
    """Looks at all rows, compressed, in a millisecond a million; the best are ranked exactly.

    Source: product quantisation with look-up tables in registers, as in André, Kermarrec and
    Le Scouarnec, "Quicker ADC" (2018), by FAISS.
    """

    def __init__(self, vectors: Vectors) -> None:
        """`vectors` (rows, size); as many as 16 or more."""
        import faiss

        self._vectors = _paired(vectors)
        rows, size = self._vectors.shape
        self._index: Any = faiss.IndexPQFastScan(
            size, size // PAIR, BITS, faiss.METRIC_INNER_PRODUCT
        )
        # FAISS takes what it needs of them.
        self._index.train(self._vectors)
        self._index.add(self._vectors)
        self.count = rows

    def search(self, query: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Scores]:
        """The rows nearest to one query (shape (1, size)), best first, and their products."""
        asked = _paired(query)
        taken = max(REFINED * count, FEWEST_REFINED)
        _, rough = self._index.search(asked, min(taken, self.count))
        rows = rough[0][rough[0] >= 0]
        values = np.asarray(self._vectors[rows] @ asked[0], dtype=np.float32)
        best = np.argsort(-values, kind="stable")[:count]
        return rows[best], values[best]


def _paired(vectors: Vectors) -> Vectors:
    """With a number more where theirs is odd."""
    odd = vectors.shape[1] % PAIR
    return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, odd))), dtype=np.float32)
