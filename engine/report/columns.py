"""Columns of very many rows as numbers: names counted once, moments as whole microseconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Times = npt.NDArray[np.int64]
"""Microseconds since 1970 (UTC)."""


@dataclass(frozen=True, slots=True)
class Named:
    """A column of text: each name once, and the place of every row's name among them."""

    names: tuple[Any, ...]
    codes: Places

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Named:
        """The same column as text."""
        places: defaultdict[str | None, int] = defaultdict()
        places.default_factory = places.__len__
        codes = np.fromiter(map(places.__getitem__, values), dtype=np.intp, count=len(values))
        return cls(tuple(places), codes)

    def at(self, places: Places) -> Named:
        """The rows at these places."""
        return Named(self.names, self.codes[places])

    def where(self, accepts: Callable[[Any], bool]) -> Flags:
        """The rows whose name is accepted."""
        return np.array([accepts(name) for name in self.names], dtype=bool)[self.codes]

    def distinct(self, rows: Flags) -> int:
        """How many names these rows bear."""
        return int(np.count_nonzero(np.bincount(self.codes[rows])))

    def counts(self, rows: Flags) -> Counter[str]:
        """How many of these rows bear each name: the most frequent first, then by name."""
        found = np.bincount(self.codes[rows], minlength=len(self.names)).tolist()
        pairs = [(name, count) for name, count in zip(self.names, found, strict=True) if count]
        return Counter(dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))))


def times(values: Sequence[str | int]) -> Times:
    """Moments as `Asker.moment` selects them."""
    return np.array(values, dtype="datetime64[us]").astype(np.int64)


def changes(codes: npt.NDArray[np.integer[Any]]) -> Flags:
    """Where a sorted column differs from the row before; true in the first row."""
    return np.concatenate((np.ones(min(1, len(codes)), dtype=bool), codes[1:] != codes[:-1]))
