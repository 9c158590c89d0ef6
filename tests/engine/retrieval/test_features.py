"""Features are what they say: held against the plainest way to compute each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.retrieval.encoders import Vectors
from engine.retrieval.features import ABSENT, EntryFeatures, Query
from engine.retrieval.head import HeadFit, likeness
from engine.retrieval.index import Row

WORDS = ("lamp", "return", "refund", "ship", "oak", "gift", "price", "sock")
FIELDS = ("question", "title", "answer")
drawn = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(FIELDS),
              st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)),
    min_size=2, max_size=12,
)  # fmt: skip


def _vectors(rows: int, seed: int) -> Vectors:
    values = np.random.default_rng(seed).normal(size=(rows, 6)).astype(np.float32)
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True), dtype=np.float32)


def _rows(made: list[tuple[int, str, list[str]]]) -> list[Row]:
    return [Row(f"e{entry}", field, "en", " ".join(words)) for entry, field, words in made]


@given(drawn, st.lists(st.sampled_from(WORDS), max_size=3), st.integers(0, 99))
@settings(max_examples=60)
def test_features_are_the_plain_ones(
    made: list[tuple[int, str, list[str]]], asked: list[str], seed: int
) -> None:
    rows, vectors = _rows(made), _vectors(len(made) + 1, seed)
    fit = HeadFit(vectors[:-1], [row.source for row in rows], np.ones(len(rows), dtype=bool))
    found = EntryFeatures(rows, vectors[:-1], fit.head)
    query = found.query(" ".join(asked), vectors[-1])
    matrix = found.matrix(query)
    dense = vectors[:-1] @ vectors[-1]
    said = likeness(dense) @ fit.head.coefficients
    for position, source in enumerate(found.sources):
        own = [i for i, row in enumerate(rows) if row.source == source]
        near = sorted((dense[i] if rows[i].field != "answer" else ABSENT for i in own),
                      reverse=True)  # fmt: skip
        answers = [dense[i] for i in own if rows[i].field == "answer"]
        weights = {term: found.lexical.idf(term) for term in query.terms}
        held = {term for row, terms in zip(found.rows, found.lexical.terms, strict=True)
                if row.source == source for term in terms}  # fmt: skip
        carried = sum(weight for term, weight in weights.items() if term in held)
        np.testing.assert_allclose(matrix[position, 0], near[0], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(matrix[position, 1], np.mean(near[:3]), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(matrix[position, 2], max([0.0, *answers]), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(
            matrix[position, 4], carried / (sum(weights.values()) or 1), rtol=1e-5, atol=1e-7
        )
        np.testing.assert_allclose(
            matrix[position, 5], said[fit.head.sources.index(source)], atol=1e-5
        )


@given(drawn, st.integers(0, 99))
@settings(max_examples=60)
def test_a_hidden_row_is_as_if_it_were_not_there(
    made: list[tuple[int, str, list[str]]], seed: int
) -> None:
    rows, vectors = _rows([*made, (0, "question", ["lamp"])]), _vectors(len(made) + 2, seed)
    whole = EntryFeatures(rows, vectors[:-1])
    last = int(np.flatnonzero(whole.order == len(rows) - 1)[0])
    hidden: npt.NDArray[np.bool_] = np.arange(len(rows)) == last
    query = Query(vectors[-1:], ("lamp", "oak"))
    seen = whole.matrix(query, hidden)
    without = EntryFeatures(rows[:-1], vectors[:-2]).matrix(query)
    kept = [i for i, s in enumerate(whole.sources) if s in {row.source for row in rows[:-1]}]
    # The best, the answers: untouched by the row. (The mean of three counts it as absent.)
    np.testing.assert_allclose(seen[kept][:, [0, 2]], without[:, [0, 2]], rtol=1e-5, atol=1e-6)


def test_a_second_encoder_adds_its_columns_and_only_when_asked() -> None:
    rows = _rows([(0, "question", ["lamp"]), (1, "question", ["sock"])])
    first, second = _vectors(3, 1), _vectors(3, 2)
    sources, used = [row.source for row in rows], np.ones(2, dtype=bool)
    heads = [HeadFit(v[:-1], sources, used).head for v in (first, second)]
    found = EntryFeatures(rows, first[:-1], heads[0], (second[:-1], heads[1]))
    plain = found.matrix(found.query("lamp", first[-1]))
    more = found.matrix(found.query("lamp", first[-1], second[-1]))
    assert plain.shape == (2, 6)
    assert more.shape == (2, 10)
    np.testing.assert_allclose(more[:, :6], plain)
    np.testing.assert_allclose(more[:, 6], second[:-1] @ second[-1], rtol=1e-5)
