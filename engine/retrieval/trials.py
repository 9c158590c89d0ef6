"""The shop's own example questions, asked without themselves: what calibration learns from.

Every example is asked with itself hidden (a right answer exists), and once more with its whole
entry hidden (none exists); generic questions no shop answers are further examples of the latter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.retrieval.features import (
    ENTRY_FEATURES,
    GONE,
    EntryFeatures,
    Hidden,
    LeftOut,
    Matrix,
    Query,
)
from engine.retrieval.head import HeadFit
from engine.retrieval.index import Scores

MOST_TRIALS = 700


def unseen_share(
    found: EntryFeatures, query: Query, hidden: npt.NDArray[np.bool_] | None = None
) -> float:
    """Share (0..1) of the question's term weight that stands in no row (that is not hidden)."""
    rows: list[int] = [] if hidden is None else np.flatnonzero(hidden).tolist()
    taken = Counter(term for row in rows for term in set(found.lexical.terms[row]))
    weights = {
        term: found.lexical.idf(term)
        if found.lexical.seen(term) > taken[term]
        else found.lexical.rarest
        for term in query.terms
    }
    whole = sum(weights.values())
    lost = sum(w for term, w in weights.items() if found.lexical.seen(term) <= taken[term])
    return lost / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked under known conditions. `right`: the entry's position, or None."""

    query: Query
    features: Matrix
    unseen: float
    right: int | None
    group: int

    def first_stage(self) -> Trial:
        """The same with what is known before the re-ranking encoder is asked."""
        return replace(self, features=self.features[:, : len(ENTRY_FEATURES)])


@dataclass(frozen=True, slots=True)
class Fits:
    """The heads of one EntryFeatures, as they were fitted."""

    head: HeadFit
    rerank: HeadFit | None = None

    def left_out(self, hidden: npt.NDArray[np.int64], row: int, sources: int) -> LeftOut:
        """What heads without the `hidden` rows (as they were given to the fit) say of `row`.

        `sources`: how many there are, for heads that know none.
        """
        second = _left_out(self.rerank, hidden, row, sources) if self.rerank else None
        return LeftOut(_left_out(self.head, hidden, row, sources), second)


def _left_out(fit: HeadFit, hidden: npt.NDArray[np.int64], row: int, sources: int) -> Scores:
    block = hidden[fit.used[hidden]]
    if not fit.used[row]:
        return np.zeros(max(len(fit.head.sources), sources), dtype=np.float32)
    return np.asarray(fit.left_out(block)[int(np.flatnonzero(block == row)[0])])


def trials(
    found: EntryFeatures, fits: Fits, language: str, out_of_scope: Sequence[Query]
) -> tuple[Trial, ...]:
    """Held-out trials of the shop's own questions in `language`, and out-of-scope ones.

    Of many questions every second or third is asked.
    """
    asked = [
        row
        for row, text in enumerate(found.rows)
        if text.field == "question" and text.language == language
    ]
    made: list[Trial] = []
    for row in asked[:: 1 + len(asked) // MOST_TRIALS]:
        made.extend(_held_out(found, fits, row))
    for position, query in enumerate(out_of_scope):
        features = found.matrix(query)
        unseen = unseen_share(found, query)
        made.append(Trial(query, features, unseen, None, len(found.sources) + position))
    return tuple(made)


def _held_out(found: EntryFeatures, fits: Fits, row: int) -> Iterator[Trial]:
    """One example asked without itself, then without its whole entry.

    Its entry's questions in other languages are left out with it: among them is its translation,
    and no shopper's question has one.
    """
    query = found.row_query(row)
    entry = int(found.row_source[row])
    whole = found.row_source == entry
    text = found.rows[row]
    own = whole & np.array(
        [r.language != text.language and r.field == "question" for r in found.rows]
    )
    own[row] = True

    def without(hidden: Hidden) -> LeftOut:
        rows = found.order[np.flatnonzero(hidden)]
        return fits.left_out(rows, int(found.order[row]), len(found.sources))

    kept = found.matrix(query, own, without(own))
    yield Trial(query, kept, unseen_share(found, query, own), entry, entry)
    gone = found.matrix(query, whole, without(whole))
    gone[entry] = GONE[: gone.shape[1]]
    yield Trial(query, gone, unseen_share(found, query, whole), None, entry)
