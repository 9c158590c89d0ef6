"""Which source a question belongs to, learned from all rows at once: kernel ridge regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.index import Scores

WIDTH = 0.5
"""A row whose cosine is this much lower counts 1/e as much."""
RIDGE = 0.1


@dataclass(frozen=True, slots=True)
class Head:
    """`coefficients` (rows, sources): how much likeness to a row speaks for each source.

    Negative ones tell confusable entries apart, which no cosine does.
    """

    sources: tuple[str, ...]
    coefficients: Vectors

    def part(self, rows: Sequence[int], sources: Sequence[str]) -> Vectors:
        """The coefficients of some rows and some sources, in their order."""
        position = {source: i for i, source in enumerate(self.sources)}
        columns = [position[source] for source in sources]
        return np.ascontiguousarray(self.coefficients[np.asarray(rows, dtype=np.int64)][:, columns])


def likeness(cosines: Scores) -> Scores:
    """The kernel of unit vectors: 1 for equal ones, towards 0 for distant ones."""
    return np.asarray(np.exp((cosines - 1) / WIDTH), dtype=np.float32)


class HeadFit:
    """A fitted head, and what it would have said of a row without it.

    Leave-one-out and leave-block-out predictions of ridge regression in closed form
    (Rifkin and Lippert, "Notes on Regularized Least Squares", 2007).
    """

    def __init__(
        self, vectors: Vectors, sources: Sequence[str], used: npt.NDArray[np.bool_]
    ) -> None:
        """`sources`: the source of each row; rows not `used` (other languages) take no part."""
        names = tuple(sorted(set(sources)))
        position = {source: i for i, source in enumerate(names)}
        self.used = used
        self._place = np.cumsum(used) - 1
        chosen: list[int] = np.flatnonzero(used).tolist()
        wanted = np.zeros((len(chosen), len(names)))
        wanted[np.arange(len(chosen)), [position[sources[i]] for i in chosen]] = 1.0
        known = np.asarray(vectors[chosen], dtype=np.float64)
        kernel = np.exp((known @ known.T - 1) / WIDTH)
        kernel[np.diag_indices(len(chosen))] += RIDGE
        self._inverse = np.linalg.inv(kernel)
        self._wanted = wanted
        self._fitted = self._inverse @ wanted
        coefficients = np.zeros((len(sources), len(names)), dtype=np.float32)
        coefficients[chosen] = self._fitted
        self.head = Head(names, coefficients)

    def left_out(self, rows: npt.NDArray[np.int64]) -> Scores:
        """What a head fitted without these (used) rows says of each, shape (rows, sources)."""
        places = self._place[rows]
        block = self._inverse[np.ix_(places, places)]
        residual = np.linalg.solve(block, self._fitted[places])
        return np.asarray(self._wanted[places] - residual, dtype=np.float32)
