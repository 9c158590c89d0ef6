"""Rows of text with their exact dense index (FAISS) and lexical index (BM25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.text import terms

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """One embedded text. `source`: the entry's or product's id; `field`: question, title…"""

    source: str
    field: str
    language: str
    text: str


class DenseIndex:
    """Exact inner-product search over unit vectors."""

    def __init__(self, vectors: Vectors) -> None:
        import faiss

        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors))
        self.count = int(vectors.shape[0])

    def scores(self, query: Vectors) -> Scores:
        """Cosine of one query (shape (1, size)) with every row, in row order."""
        if not self.count:
            return np.zeros(0, dtype=np.float32)
        values, order = self._index.search(query, self.count)
        result = np.empty(self.count, dtype=np.float32)
        result[order[0]] = values[0]
        return result


class LexicalIndex:
    """BM25 over the rows' terms, and how much of a question's weight a source carries."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.terms = [terms(row.text) for row in rows]
        self._seen = _document_counts(self.terms)
        self._idf = {t: float(np.log(1 + len(rows) / n)) for t, n in self._seen.items()}
        self.rarest = float(np.log(1 + len(rows) * 2))
        self._bm25 = _bm25(self.terms)

    def scores(self, question: Sequence[str]) -> Scores:
        """BM25 of each row for a question's terms, divided by the question's own weight."""
        known = [term for term in question if term in self._idf]
        if not known or self._bm25 is None:
            return np.zeros(len(self.terms), dtype=np.float32)
        weight = sum(self.idf(term) for term in question)
        raw = np.asarray(self._bm25.get_scores(list(known)), dtype=np.float32)
        return np.asarray(raw / weight, dtype=np.float32)

    def idf(self, term: str) -> float:
        """How rare a term is here; a term never seen is the rarest."""
        return self._idf.get(term, self.rarest)

    def seen(self, term: str) -> int:
        """How many rows have the term."""
        return self._seen.get(term, 0)

    def coverage(self, question: Sequence[str], source_terms: Mapping[str, int]) -> float:
        """Share (0..1) of the question's term weight that a source's terms carry."""
        weights = {term: self.idf(term) for term in question}
        whole = sum(weights.values())
        if not whole:
            return 0.0
        return sum(weight for term, weight in weights.items() if term in source_terms) / whole


def _document_counts(documents: Sequence[Sequence[str]]) -> Counter[str]:
    return Counter(term for document in documents for term in set(document))


def _bm25(documents: list[tuple[str, ...]]) -> Any | None:
    import logging

    import bm25s

    # It sets its own level to DEBUG when imported.
    logging.getLogger("bm25s").setLevel(logging.WARNING)

    if not any(documents):
        return None
    index = bm25s.BM25()
    index.index([list(document) for document in documents], show_progress=False)
    return index
