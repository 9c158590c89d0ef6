"""`shopdesk eval faq`: another shop's entries and questions through our own retrieval."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.measures import (
    Prediction,
    best_threshold,
    expected_calibration_error,
    percentiles,
    ranks,
    refusals,
    reliability,
)
from engine.evaluation.tables import EntryText, LabelledText
from engine.retrieval.clauses import asked_texts
from engine.retrieval.embedding import embed
from engine.retrieval.encoders import RERANK, Encoders
from engine.retrieval.entries import EntrySearch
from engine.retrieval.features import features_by_key
from engine.retrieval.index import Row
from engine.retrieval.learning import Examples, default_calibrations, fit_heads, learn_all
from engine.retrieval.rows import SENTENCE_END, route_rows
from engine.retrieval.spelling import Speller
from engine.retrieval.text import is_chinese

OUT_OF_SCOPE = "NO_NODES_DETECTED"
IN_SCOPE_ACCURACY = 0.955
"""What the threshold keeps on validation data: half a point above 95 %, for what is unseen."""
TIMED = 200
ANSWER_FROM = 0.5
"""Without validation data an answer is given if it is more likely right than wrong."""
Advance = Callable[[int], object]
STRANGERS = tuple(row for row in route_rows() if row.field == "question")
"""Shoppers' messages that no entry answers: other shops may not route them elsewhere."""


@dataclass(frozen=True, slots=True)
class FaqResult:
    """Figures as JSON names them, and the predictions they come from."""

    figures: Mapping[str, object]
    predictions: tuple[Prediction, ...]
    threshold: float


def entry_rows_of(texts: Sequence[EntryText]) -> tuple[Row, ...]:
    """The rows of entries read from a table: questions, then answers sentence by sentence."""
    rows = [Row(t.id, "question", _language(t.question), t.question) for t in texts]
    answers = dict.fromkeys((t.id, t.answer.strip()) for t in texts if t.answer.strip())
    for entry, answer in answers:
        pieces = (piece.strip() for piece in SENTENCE_END.split(answer))
        rows.extend(Row(entry, "answer", _language(p), p) for p in pieces if p)
    return tuple(dict.fromkeys(rows))


def build_search(
    rows: Sequence[Row], encoders: Encoders, *, tune: bool, advance: Advance = lambda _: None
) -> EntrySearch:
    """The retrieval of a shop that has these rows; with `tune` adapted to them."""
    vectors = {key: embed(rows, key, encoders, {}, advance) for key in encoders.keys}
    heads = fit_heads(rows, vectors, leave_out=tune)
    calibrations = (
        learn_all(Examples(rows, vectors, heads, encoders, STRANGERS))
        if tune
        else default_calibrations(encoders.keys)
    )
    second = (vectors[RERANK], heads[RERANK].head) if RERANK in vectors else None
    firsts = {key: (vectors[key], heads[key].head) for key in encoders.by_language}
    return EntrySearch(encoders, features_by_key(rows, firsts, second), calibrations)


def evaluate_faq(
    entries: Sequence[EntryText],
    queries: Sequence[LabelledText],
    encoders: Encoders,
    *,
    validation: Sequence[LabelledText] = (),
    out_of_scope: str = OUT_OF_SCOPE,
    tune: bool = False,
    advance: Advance = lambda _: None,
) -> FaqResult:
    """Everything `eval faq` prints. Labels are read only after all predictions are made."""
    begun = time.perf_counter()
    rows = entry_rows_of(entries)
    search = build_search(rows, encoders, tune=tune, advance=advance)
    speller = Speller((row.text for row in rows), encoders.english_words())
    built_s = time.perf_counter() - begun
    asked = [speller.mend(query.text) for query in queries]
    made = predict(search, encoders, asked, advance)
    checked = predict(search, encoders, [speller.mend(q.text) for q in validation], advance)
    times = time_queries(search, asked[:TIMED])
    threshold = ANSWER_FROM
    if validation:
        labelled = _labelled(checked, validation)
        threshold = best_threshold(labelled, out_of_scope, IN_SCOPE_ACCURACY)
    predictions = _labelled(made, queries)
    figures = faq_figures(predictions, threshold, out_of_scope)
    speed = {"latency_ms": percentiles(times), "build_seconds": round(built_s, 1)}
    return FaqResult({**figures, **speed}, predictions, threshold)


def faq_figures(
    predictions: Sequence[Prediction], threshold: float, out_of_scope: str
) -> dict[str, object]:
    """The figures of labelled predictions; only `n` where no label is given."""
    known = [p for p in predictions if p.label]
    if not known:
        return {"n": len(predictions), "threshold": round(threshold, 4)}
    inside = [p for p in known if p.label != out_of_scope]
    right = np.array([p.first == p.label for p in known])
    bins = reliability(np.array([p.confidence for p in known]), right)
    return {
        "n": len(predictions),
        **_rounded(ranks(inside)),
        **_rounded(refusals(known, threshold, out_of_scope)),
        "threshold": round(threshold, 4),
        "ece": round(expected_calibration_error(bins), 4),
    }


def predict(
    search: EntrySearch, encoders: Encoders, texts: Sequence[str], advance: Advance
) -> tuple[Prediction, ...]:
    """What comes first for each text; vectors are made in batches beforehand."""
    for chinese in (False, True):
        group = [text for text in texts if is_chinese(text) == chinese]
        keys = (encoders.key("zh" if chinese else "en"), *((RERANK,) if encoders.reranker else ()))
        for key in keys:
            encoders.prefetch(key, asked_texts(group), advance)
    found = [search.find(text, _language(text)) for text in texts]
    encoders.forget()
    return tuple(
        Prediction(text, f.entries, f.confidence) for text, f in zip(texts, found, strict=True)
    )


def time_queries(search: EntrySearch, texts: Sequence[str]) -> list[float]:
    """Seconds of each query asked by itself, encoding included."""
    times = []
    for text in texts:
        begun = time.perf_counter()
        search.find(text, _language(text))
        times.append(time.perf_counter() - begun)
    return times


def details(result: FaqResult, out_of_scope: str) -> list[dict[str, object]]:
    """One line a query: the prediction, its confidence, what is said at the threshold."""
    return [
        {
            "text": p.text,
            "label": p.label,
            "ranked": list(p.ranked),
            "confidence": round(p.confidence, 6),
            "said": p.first if p.confidence >= result.threshold else out_of_scope,
        }
        for p in result.predictions
    ]


def _labelled(
    made: Sequence[Prediction], queries: Sequence[LabelledText]
) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(q.text, p.ranked, p.confidence, q.label)
        for p, q in zip(made, queries, strict=True)
    )


def _language(text: str) -> str:
    return "zh" if is_chinese(text) else "en"


def _rounded(found: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in found.items()}
