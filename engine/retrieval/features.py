"""What is measured between one question and every entry, before anything is learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.head import Head, likeness
from engine.retrieval.index import DenseIndex, LexicalIndex, Row, Scores
from engine.retrieval.text import terms

Matrix = npt.NDArray[np.float32]
ENTRY_FEATURES = ("question_cosine", "top3_cosine", "answer_cosine", "bm25", "coverage", "learned")
ABSENT = -1.0


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be compared: its unit vector (1, size) and its content terms."""

    vector: Vectors
    terms: tuple[str, ...]


class EntryFeatures:
    """Features of every entry for a question, from rows embedded by one encoder."""

    def __init__(self, rows: Sequence[Row], vectors: Vectors, head: Head | None = None) -> None:
        """`head`: fitted on these very rows; without one "learned" is 0 for every entry."""
        order = sorted(range(len(rows)), key=lambda i: rows[i].source)
        self.order = np.asarray(order, dtype=np.int64)
        """The place of each of `self.rows` among the rows given."""
        self.rows = [rows[i] for i in order]
        self.vectors = np.ascontiguousarray(vectors[order])
        self.sources = tuple(dict.fromkeys(row.source for row in self.rows))
        position = {source: i for i, source in enumerate(self.sources)}
        self.row_source = np.array([position[row.source] for row in self.rows], dtype=np.int64)
        self._head = head.part(order, self.sources) if head else None
        self._asked = np.array([row.field != "answer" for row in self.rows], dtype=bool)
        self._dense = DenseIndex(self.vectors)
        self.lexical = LexicalIndex(self.rows)
        self._terms = [Counter[str]() for _ in self.sources]
        for row, found in zip(self.row_source, self.lexical.terms, strict=True):
            self._terms[row].update(set(found))

    def query(self, text: str, vector: Vectors) -> Query:
        """A question's text and vector as a Query."""
        return Query(vector.reshape(1, -1), terms(text))

    def matrix(
        self,
        query: Query,
        hidden: npt.NDArray[np.bool_] | None = None,
        learned: Scores | None = None,
    ) -> Matrix:
        """Features of each entry, shape (entries, len(ENTRY_FEATURES)).

        `hidden` rows count as absent, as when a question is held out of its own entry; then
        `learned` is what a head without them says.
        """
        dense = self._dense.scores(query.vector)
        if learned is None:
            learned = self._learned(dense)
        bm25 = self.lexical.scores(query.terms)
        if hidden is not None:
            dense = np.where(hidden, np.float32(ABSENT), dense)
            bm25 = np.where(hidden, np.float32(0), bm25)
        asked = np.where(self._asked, dense, np.float32(ABSENT))
        answer = np.where(self._asked, np.float32(0), dense)
        columns = (
            self._best(asked, ABSENT),
            self._top3(asked),
            self._best(answer, 0.0),
            self._best(bm25, 0.0),
            self._coverage(query.terms, hidden),
            learned,
        )
        return np.stack(columns, axis=1).astype(np.float32)

    def _learned(self, dense: Scores) -> Scores:
        if self._head is None:
            return np.zeros(len(self.sources), dtype=np.float32)
        return np.asarray(likeness(dense) @ self._head, dtype=np.float32)

    def _best(self, values: Scores, floor: float) -> Scores:
        best = np.full(len(self.sources), floor, dtype=np.float32)
        np.maximum.at(best, self.row_source, values)
        return best

    def _top3(self, values: Scores) -> Scores:
        means = np.full(len(self.sources), ABSENT, dtype=np.float32)
        order = np.lexsort((-values, self.row_source))
        starts = np.searchsorted(self.row_source[order], np.arange(len(self.sources)))
        for entry, start in enumerate(starts):
            end = starts[entry + 1] if entry + 1 < len(starts) else len(order)
            means[entry] = float(np.mean(values[order[start : min(start + 3, end)]]))
        return means

    def _coverage(self, question: Sequence[str], hidden: npt.NDArray[np.bool_] | None) -> Scores:
        taken: list[Mapping[str, int]] = list(self._terms)
        if hidden is not None:
            for row in np.flatnonzero(hidden):
                entry = int(self.row_source[row])
                counts = Counter(taken[entry])
                counts.subtract(set(self.lexical.terms[row]))
                taken[entry] = Counter({t: n for t, n in counts.items() if n > 0})
        return np.array([self.lexical.coverage(question, t) for t in taken], dtype=np.float32)
