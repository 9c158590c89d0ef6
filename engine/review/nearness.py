"""How near texts are in meaning: vectors by text and language, and the nearest of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from engine.retrieval.embedding import embed
from engine.retrieval.encoders import Encoders, Vectors
from engine.retrieval.index import Row

EXACT_UP_TO = 20_000
"""Texts all compared with each other; more are clustered first."""
PROBED, TRAINED_ON, ROUNDS = 12, 40, 8
"""Clusters looked into for a text, texts a cluster is learned from, rounds of learning."""


class Said(Protocol):
    """A text in a language."""

    @property
    def language(self) -> str:
        """Its language."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...


class Nearness:
    """Cosines of texts: two English ones by English's encoder, all others by that of any."""

    def __init__(
        self, encoders: Encoders, known: Mapping[str, Mapping[str, Vectors]] | None = None
    ) -> None:
        """`known`: vectors by encoder key and text, as a snapshot has them."""
        self._encoders = encoders
        self._vectors = {key: dict((known or {}).get(key, {})) for key in ("en", "other")}

    def learn(self, said: Iterable[tuple[str, str]], *, across: bool = True) -> None:
        """Encode what is not known yet, pairs of language and text, by every encoder it needs.

        `across`: to be set beside other languages too.
        """
        texts = dict.fromkeys(said)
        for key in self._vectors:
            wanted = [text for language, text in texts if key in self._keys(language, across)]
            missing = [text for text in dict.fromkeys(wanted) if text not in self._vectors[key]]
            if not missing:
                continue
            rows = [Row("", "answer", "", text) for text in missing]
            made = embed(rows, self._key(key), self._encoders, {})
            self._vectors[key].update(zip(missing, made, strict=True))

    def _key(self, key: str) -> str:
        return key if key in self._encoders.by_language else "other"

    def _keys(self, language: str, across: bool) -> tuple[str, ...]:
        """English is read by its own encoder, and by the other to be set beside other languages."""
        if language.split("-")[0] != "en":
            return ("other",)
        return ("en", "other") if across else ("en",)

    def cosine(self, one: tuple[str, str], other: tuple[str, str]) -> float:
        """How near two learned texts are, each with its language first."""
        both = all(language.split("-")[0] == "en" for language, _ in (one, other))
        vectors = self._vectors["en" if both else "other"]
        return float(vectors[one[1]] @ vectors[other[1]])

    def words(self, one: str, other: str) -> float:
        """How near two words are, of any languages."""
        missing = [word for word in (one, other) if word not in self._vectors["other"]]
        if missing:
            rows = [Row("", "answer", "", word) for word in missing]
            made = embed(rows, self._key("other"), self._encoders, {})
            self._vectors["other"].update(zip(missing, made, strict=True))
        vectors = self._vectors["other"]
        return float(vectors[one] @ vectors[other])

    def nearest(
        self,
        rows: Sequence[Said],
        count: int,
        asked: Sequence[int] | None = None,
        *,
        across: bool = True,
        least: float = -1.0,
    ) -> Iterator[tuple[int, int, float]]:
        """Pairs of rows of a cosine of `least`, each once and smaller first, `count` at most a row.

        `asked`: only pairs with one of these rows. `across`: of English and others too.
        """
        english = [i for i, row in enumerate(rows) if row.language.split("-")[0] == "en"]
        others = [i for i, row in enumerate(rows) if row.language.split("-")[0] != "en"]
        every = list(range(len(rows)))
        of_english = frozenset(english)
        chosen = None if asked is None else frozenset(asked)
        seen: set[tuple[int, int]] = set()
        # Where one row is asked about, an English one is set beside every other language too.
        foreign = every if chosen is not None and across else others
        base_of_other = every if across else others
        for key, base, queries in (("en", english, english), ("other", base_of_other, foreign)):
            queries = queries if chosen is None else [i for i in queries if i in chosen]
            if not base or not queries:
                continue
            for query, found, cosine in self._search(key, rows, base, queries, count, least):
                pair = (min(query, found), max(query, found))
                own = key == "other" and of_english.issuperset(pair)
                if query != found and pair not in seen and not own:
                    seen.add(pair)
                    yield *pair, cosine

    def _search(
        self,
        key: str,
        rows: Sequence[Said],
        base: Sequence[int],
        queries: Sequence[int],
        count: int,
        least: float,
    ) -> Iterator[tuple[int, int, float]]:
        vectors = self._vectors[key]
        table = np.stack([vectors[rows[i].text] for i in base])
        asked = np.stack([vectors[rows[i].text] for i in queries])
        values, order = _index(table, len(queries)).search(asked, min(count, len(base)))
        chosen, ranks = np.nonzero((values >= least) & (order >= 0))
        found, cosines = order[chosen, ranks].tolist(), values[chosen, ranks].tolist()
        for row, place, cosine in zip(chosen.tolist(), found, cosines, strict=True):
            yield queries[row], base[place], cosine


def _index(table: Vectors, queries: int) -> Any:
    import faiss

    count, size = table.shape
    flat = faiss.IndexFlatIP(size)
    if count <= EXACT_UP_TO or queries < PROBED:
        flat.add(table)
        return flat
    cells = int(4 * np.sqrt(count))
    index = faiss.IndexIVFFlat(flat, size, cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = ROUNDS
    index.train(table[:: max(1, count // (TRAINED_ON * cells))])
    index.add(table)
    index.nprobe = PROBED
    return index
