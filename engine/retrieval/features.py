"""What is measured between one question and every entry, before anything is learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import RERANK, Vectors
from engine.retrieval.head import Head, likeness
from engine.retrieval.index import DenseIndex, LexicalIndex, Row, Scores
from engine.retrieval.text import terms

Matrix = npt.NDArray[np.float32]
Hidden = npt.NDArray[np.bool_]
ENTRY_FEATURES = ("question_cosine", "top3_cosine", "answer_cosine", "bm25", "coverage", "learned")
RERANK_FEATURES = ("rerank_question", "rerank_top3", "rerank_answer", "rerank_learned")
ABSENT = -1.0
GONE = (ABSENT, ABSENT, 0.0, 0.0, 0.0, 0.0, ABSENT, ABSENT, 0.0, 0.0)
"""The features of an entry none of whose rows is there."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be compared: its unit vector (1, size) and its content terms.

    `rerank`: its vector by the re-ranking encoder, once that was asked.
    """

    vector: Vectors
    terms: tuple[str, ...]
    rerank: Vectors | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What heads fitted without the hidden rows say of each source."""

    learned: Scores
    rerank: Scores | None = None


class DenseView:
    """How near every source is to a question by one encoder. Rows lie sorted by source."""

    def __init__(
        self, vectors: Vectors, starts: npt.NDArray[np.int64], asked: Hidden, head: Vectors | None
    ) -> None:
        """`starts`: each source's first row; `head`: coefficients (rows, sources) or None."""
        self.vectors = np.ascontiguousarray(vectors)
        self._starts = starts
        self._sizes = np.diff(np.append(starts, len(vectors)))
        self._row_source = np.repeat(np.arange(len(starts)), self._sizes)
        self._asked = asked
        self._head = head
        self._index = DenseIndex(self.vectors)

    def columns(
        self, vector: Vectors, hidden: Hidden | None, learned: Scores | None
    ) -> tuple[Scores, Scores, Scores, Scores]:
        """Best question cosine, mean of the best three, best answer cosine, the head's say."""
        dense = self._index.scores(vector)
        if learned is None:
            learned = self._learned(dense)
        if hidden is not None:
            dense = np.where(hidden, np.float32(ABSENT), dense)
        asked = np.where(self._asked, dense, np.float32(ABSENT))
        answer = np.where(self._asked, np.float32(0), dense)
        answers = np.maximum(np.maximum.reduceat(answer, self._starts), np.float32(0))
        return np.maximum.reduceat(asked, self._starts), self._top3(asked), answers, learned

    def _learned(self, dense: Scores) -> Scores:
        if self._head is None:
            return np.zeros(len(self._starts), dtype=np.float32)
        return np.asarray(likeness(dense) @ self._head, dtype=np.float32)

    def _top3(self, values: Scores) -> Scores:
        ordered = values[np.lexsort((-values, self._row_source))]
        total, last = np.zeros(len(self._starts), dtype=np.float32), len(values) - 1
        for place in range(3):
            there = self._sizes > place
            total += np.where(there, ordered[np.minimum(self._starts + place, last)], 0)
        return np.asarray(total / np.minimum(self._sizes, 3), dtype=np.float32)


class EntryFeatures:
    """Features of every entry for a question, from rows embedded by one encoder or by two."""

    def __init__(
        self,
        rows: Sequence[Row],
        vectors: Vectors,
        head: Head | None = None,
        rerank: tuple[Vectors, Head] | None = None,
        lexical: LexicalIndex | None = None,
    ) -> None:
        """`head`: fitted on these very rows; without one "learned" is 0 for every entry.

        `rerank`: the rows' vectors by the re-ranking encoder, and the head of these. `lexical`:
        that of other features of the very same rows, shared.
        """
        order = sorted(range(len(rows)), key=lambda i: rows[i].source)
        self.order = np.asarray(order, dtype=np.int64)
        """The place of each of `self.rows` among the rows given."""
        self.rows = [rows[i] for i in order]
        self.sources = tuple(dict.fromkeys(row.source for row in self.rows))
        position = {source: i for i, source in enumerate(self.sources)}
        self.row_source = np.array([position[row.source] for row in self.rows], dtype=np.int64)
        starts = np.searchsorted(self.row_source, np.arange(len(self.sources)))
        asked = np.array([row.field != "answer" for row in self.rows], dtype=bool)
        part = _part(head, order, self.sources)
        self._view = DenseView(vectors[order], starts, asked, part)
        self._rerank: DenseView | None = None
        if rerank is not None:
            second, its_head = rerank
            its_part = _part(its_head, order, self.sources)
            self._rerank = DenseView(second[order], starts, asked, its_part)
        self.lexical = lexical or LexicalIndex(self.rows)
        self._starts = starts
        self._sources_of = _postings(self.lexical.terms, self.row_source)

    @property
    def vectors(self) -> Vectors:
        """The first encoder's vectors of `self.rows`."""
        return self._view.vectors

    @property
    def reranks(self) -> bool:
        """Whether there are vectors of the re-ranking encoder."""
        return self._rerank is not None

    def query(self, text: str, vector: Vectors, rerank: Vectors | None = None) -> Query:
        """A question's text and vectors as a Query."""
        second = None if rerank is None or not self.reranks else rerank.reshape(1, -1)
        return Query(vector.reshape(1, -1), terms(text), second)

    def row_query(self, row: int) -> Query:
        """One of the rows as a question."""
        second = self._rerank.vectors[row : row + 1] if self._rerank else None
        return Query(self.vectors[row : row + 1], self.lexical.terms[row], second)

    def matrix(
        self, query: Query, hidden: Hidden | None = None, without: LeftOut | None = None
    ) -> Matrix:
        """Features of each entry, shape (entries, 6), or (entries, 10) for a query with `rerank`.

        `hidden` rows count as absent, as when a question is held out of its own entry; then
        `without` is what heads without them say.
        """
        learned = without.learned if without else None
        best, top3, answer, said = self._view.columns(query.vector, hidden, learned)
        bm25 = self.lexical.scores(query.terms)
        if hidden is not None:
            bm25 = np.where(hidden, np.float32(0), bm25)
        lexical = np.maximum.reduceat(bm25, self._starts)
        columns = [best, top3, answer, lexical, self._coverage(query.terms, hidden), said]
        if query.rerank is not None and self._rerank is not None:
            second = without.rerank if without else None
            columns.extend(self._rerank.columns(query.rerank, hidden, second))
        return np.stack(columns, axis=1).astype(np.float32)

    def _coverage(self, question: Sequence[str], hidden: Hidden | None) -> Scores:
        """Share (0..1) of the question's term weight that each source's terms carry."""
        weights = {term: self.lexical.idf(term) for term in question}
        carried = np.zeros(len(self.sources), dtype=np.float32)
        lost = _counted(self.lexical.terms, hidden)
        for term, weight in weights.items():
            sources, counts = self._sources_of.get(term, _NOWHERE)
            if hidden is not None and lost[term]:
                entry = int(self.row_source[int(np.flatnonzero(hidden)[0])])
                counts = counts - lost[term] * (sources == entry)
            carried[sources[counts > 0]] += weight
        return carried / np.float32(sum(weights.values()) or 1.0)


def goods_features(rows: Sequence[Row], vectors: Mapping[str, Vectors]) -> dict[str, EntryFeatures]:
    """Features of goods by encoder key, with the second look where `vectors` have one."""
    nothing = Head((), np.zeros((len(rows), 0), dtype=np.float32))
    second = (vectors[RERANK], nothing) if RERANK in vectors else None
    firsts = {key: (made, None) for key, made in vectors.items() if key != RERANK}
    return features_by_key(rows, firsts, second)


def features_by_key(
    rows: Sequence[Row],
    firsts: Mapping[str, tuple[Vectors, Head | None]],
    rerank: tuple[Vectors, Head] | None,
) -> dict[str, EntryFeatures]:
    """Features by encoder key, of the rows' vectors and head; their words are indexed once."""
    made: dict[str, EntryFeatures] = {}
    lexical = None
    for key, (vectors, head) in firsts.items():
        made[key] = EntryFeatures(rows, vectors, head, rerank, lexical)
        lexical = made[key].lexical
    return made


def _part(head: Head | None, rows: Sequence[int], sources: Sequence[str]) -> Vectors | None:
    return None if head is None or head.empty else head.part(rows, sources)


Posting = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
_NOWHERE: Posting = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _postings(
    row_terms: Sequence[Sequence[str]], row_source: npt.NDArray[np.int64]
) -> dict[str, Posting]:
    """For each term the sources that have it, and in how many rows each."""
    found: dict[str, Counter[int]] = {}
    for source, held in zip(row_source.tolist(), row_terms, strict=True):
        for term in set(held):
            found.setdefault(term, Counter())[source] += 1
    return {
        term: (np.array(list(counts), dtype=np.int64), np.array(list(counts.values())))
        for term, counts in found.items()
    }


def _counted(row_terms: Sequence[Sequence[str]], hidden: Hidden | None) -> Counter[str]:
    """In how many of the hidden rows, all of one source, each term stands."""
    rows: list[int] = [] if hidden is None else np.flatnonzero(hidden).tolist()
    return Counter(term for row in rows for term in set(row_terms[row]))
