"""Which source a question belongs to, learned from all rows at once: kernel ridge regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.index import Scores

if TYPE_CHECKING:
    from torch import Tensor

WIDTH = 0.5
"""A row whose cosine is this much lower counts 1/e as much."""
RIDGE = 0.1
MOST_ROWS = 16_000
"""The kernel of that many takes 2 GB and about a minute."""


@dataclass(frozen=True, slots=True)
class Head:
    """`coefficients` (rows, sources): how much likeness to a row speaks for each source.

    Negative ones tell confusable entries apart, which no cosine does.
    """

    sources: tuple[str, ...]
    coefficients: Vectors

    @property
    def empty(self) -> bool:
        """Whether there were too many rows, or none, to fit one."""
        return not self.sources

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
        self,
        vectors: Vectors,
        sources: Sequence[str],
        used: npt.NDArray[np.bool_],
        *,
        leave_out: bool = True,
    ) -> None:
        """`sources`: the source of each row; rows not `used` (other languages) take no part.

        Without `leave_out` only the head is made, which is several times faster. More than
        MOST_ROWS used rows are too many to tell apart by a head: then it knows no source.
        """
        import torch

        fits = int(used.sum()) <= MOST_ROWS
        names = tuple(sorted(set(sources))) if fits else ()
        position = {source: i for i, source in enumerate(names)}
        self.used = used if fits else np.zeros_like(used)
        self._place = np.cumsum(self.used) - 1
        chosen: list[int] = np.flatnonzero(self.used).tolist()
        wanted = torch.zeros((len(chosen), len(names)), dtype=torch.float64)
        wanted[range(len(chosen)), [position[sources[i]] for i in chosen]] = 1.0
        factor = torch.linalg.cholesky(_kernel(vectors[chosen]))
        fitted = torch.cholesky_solve(wanted, factor)
        self._inverse = torch.cholesky_inverse(factor).numpy() if leave_out else None
        self._wanted, self._fitted = wanted.numpy(), fitted.numpy()
        self._said: dict[bytes, Scores] = {}
        coefficients = np.zeros((len(sources), len(names)), dtype=np.float32)
        coefficients[chosen] = self._fitted
        self.head = Head(names, coefficients)

    def left_out(self, rows: npt.NDArray[np.int64]) -> Scores:
        """What a head fitted without these (used) rows says of each, shape (rows, sources)."""
        if self._inverse is None:
            raise ValueError("fitted without leave_out")
        # All questions of an entry leave out the same block beside one of their own, in turn.
        key = rows.tobytes()
        if (said := self._said.pop(key, None)) is None:
            places = self._place[rows]
            block = self._inverse[np.ix_(places, places)]
            residual = np.linalg.solve(block, self._fitted[places])
            said = np.asarray(self._wanted[places] - residual, dtype=np.float32)
        self._said[key] = said
        while len(self._said) > 2:
            del self._said[next(iter(self._said))]
        return said


def _kernel(vectors: Vectors) -> Tensor:
    """The kernel matrix of unit vectors with the ridge on its diagonal, float64."""
    import torch

    known = torch.from_numpy(np.asarray(vectors, dtype=np.float64))
    kernel = (known @ known.T).sub_(1).div_(WIDTH).exp_()
    kernel.diagonal().add_(RIDGE)
    return kernel
