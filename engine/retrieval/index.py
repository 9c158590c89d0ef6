"""Rows of text with their exact dense index (FAISS) and lexical index (BM25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.retrieval.encoders import Vectors
from engine.retrieval.text import terms

Scores = npt.NDArray[np.float32]
EXACT_UP_TO = 500_000
"""Rows searched exactly: 0.8 GB of vectors, about 50 ms on two cores."""
TRAINED_ON, PROBED, ADDED_AT_ONCE = 40, 48, 50_000
"""Rows a cell is learned from, cells looked into, rows added at once."""
REFINED = 4
"""How many times the rows wanted are taken by 8 bits, to be ranked by their exact vectors."""


@dataclass(frozen=True, slots=True)
class Row:
    """One embedded text. `source`: the entry's or product's id; `field`: question, title…"""

    source: str
    field: str
    language: str
    text: str


class DenseIndex:
    """Inner-product search over unit vectors: exact, or compressed and clustered when huge.

    Source of the latter: IVF and scalar quantisation as in Johnson, Douze and Jégou,
    "Billion-scale similarity search with GPUs" (2019), by FAISS.
    """

    def __init__(self, vectors: Vectors, *, exact_up_to: int = EXACT_UP_TO) -> None:
        """`exact_up_to`: more rows than that are clustered, with 8 bits a number."""
        self.count = int(vectors.shape[0])
        self.exact = self.count <= exact_up_to
        self._vectors = vectors
        self._index: Any = None if self.exact else _clustered(vectors)

    @property
    def compressed_bytes(self) -> int:
        """Memory of the clustered copy: 8 bits a number and 8 bytes an id; 0 while exact."""
        size = int(self._vectors.shape[1])
        return 0 if self.exact else self.count * (size + 8) + int(4 * self.count**0.5) * size * 4

    def scores(self, query: Vectors) -> Scores:
        """Cosine of one query (shape (1, size)) with every row, in row order; exact."""
        return np.asarray(self._vectors @ query[0], dtype=np.float32)

    def search(self, query: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Scores]:
        """The rows nearest to one query (shape (1, size)), best first, and their cosines."""
        if self._index is None:
            import faiss

            self._index = faiss.IndexFlatIP(self._vectors.shape[1])
            self._index.add(np.ascontiguousarray(self._vectors))
        if not self.exact:
            return self._refined(query, count)
        values, order = self._index.search(query, min(count, self.count))
        return order[0], values[0]

    def _refined(self, query: Vectors, count: int) -> tuple[npt.NDArray[np.int64], Scores]:
        _, rough = self._index.search(query, min(REFINED * count, self.count))
        rows = rough[0][rough[0] >= 0]
        values = np.asarray(self._vectors[rows] @ query[0], dtype=np.float32)
        best = np.argsort(-values, kind="stable")[:count]
        return rows[best], values[best]


def _clustered(vectors: Vectors) -> Any:
    import faiss

    count, size = vectors.shape
    cells = int(4 * np.sqrt(count))
    quantizer = faiss.IndexFlatIP(size)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, size, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.train(np.ascontiguousarray(vectors[:: max(1, count // (TRAINED_ON * cells))]))
    for start in range(0, count, ADDED_AT_ONCE):
        index.add(np.ascontiguousarray(vectors[start : start + ADDED_AT_ONCE]))
    index.nprobe = PROBED
    return index


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
