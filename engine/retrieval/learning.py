"""What is learned from a shop's rows: heads, ranks and thresholds; ours where it has too few."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from engine.retrieval.calibration import (
    FEWEST_EXAMPLES,
    Calibration,
    Thresholds,
    Weights,
    learn,
    reranked,
)
from engine.retrieval.encoders import RERANK, Encoders, Vectors
from engine.retrieval.features import EntryFeatures, Query
from engine.retrieval.head import HeadFit
from engine.retrieval.index import Row
from engine.retrieval.rows import ROUTE
from engine.retrieval.text import DATA
from engine.retrieval.trials import Fits, Trial, trials

FEWEST_SOURCES = 5
LANGUAGE_OF_KEY = {"en": "en", "other": "zh"}


def fit_head(rows: Sequence[Row], vectors: Vectors, key: str, *, leave_out: bool = True) -> HeadFit:
    """The head over all rows that an encoder reads well: its language's, or any."""
    every = key in ("other", RERANK)
    used = np.array([every or row.language == key for row in rows], dtype=bool)
    return HeadFit(vectors, [row.source for row in rows], used, leave_out=leave_out)


def learn_all(
    rows: Sequence[Row],
    vectors: Mapping[str, Vectors],
    fits: Mapping[str, HeadFit],
    encoders: Encoders,
    strangers: Sequence[Row] = (),
) -> dict[str, Calibration]:
    """A calibration for each language's encoder, and for each together with the re-ranking one."""
    made: dict[str, Calibration] = {}
    for key in encoders.by_language:
        made.update(calibrate(rows, vectors, fits, key, encoders, strangers))
    return made


def calibrate(
    rows: Sequence[Row],
    vectors: Mapping[str, Vectors],
    fits: Mapping[str, HeadFit],
    key: str,
    encoders: Encoders,
    strangers: Sequence[Row] = (),
) -> dict[str, Calibration]:
    """Learn from the shop's own example questions; from ours where it has too few."""
    rerank = RERANK in vectors
    names = (key, reranked(key)) if rerank else (key,)
    if not enough_examples(rows, key):
        return {name: default_calibration(name) for name in names}
    made = held_out_trials(rows, vectors, fits, key, encoders, strangers)
    first = {key: learn([trial.first_stage() for trial in made])}
    return {**first, reranked(key): learn(made)} if rerank else first


def enough_examples(rows: Sequence[Row], key: str) -> bool:
    """Whether a shop has examples enough of an encoder's language to learn from."""
    language = LANGUAGE_OF_KEY.get(key, key)
    asked = sum(
        row.field == "question" and row.language == language and not row.source.startswith(ROUTE)
        for row in rows
    )
    return asked >= FEWEST_EXAMPLES and len({row.source for row in rows}) >= FEWEST_SOURCES


def held_out_trials(
    rows: Sequence[Row],
    vectors: Mapping[str, Vectors],
    fits: Mapping[str, HeadFit],
    key: str,
    encoders: Encoders,
    strangers: Sequence[Row] = (),
) -> tuple[Trial, ...]:
    """The shop's own examples of one encoder's language, and questions no shop answers.

    `strangers`: further ones that no entry of these rows answers.
    """
    language = LANGUAGE_OF_KEY.get(key, key)
    second = (vectors[RERANK], fits[RERANK].head) if RERANK in vectors else None
    found = EntryFeatures(rows, vectors[key], fits[key].head, second)
    texts = (DATA / f"out_of_scope_{language}.txt").read_text("utf-8").splitlines()
    texts.extend(row.text for row in strangers if row.language == language)
    unanswered = _queries(found, texts, key, encoders)
    return trials(found, Fits(fits[key], fits.get(RERANK)), language, unanswered)


def _queries(
    found: EntryFeatures, texts: Sequence[str], key: str, encoders: Encoders
) -> list[Query]:
    first = encoders.encoder(key).encode(texts)
    second = encoders.encoder(RERANK).encode(texts) if found.reranks else None
    return [
        found.query(text, first[i], None if second is None else second[i])
        for i, text in enumerate(texts)
    ]


def default_calibrations(keys: Sequence[str]) -> dict[str, Calibration]:
    """What shops with too few examples start with, for encoder keys and the re-ranking one."""
    languages = [key for key in keys if key != RERANK]
    names = (*languages, *(reranked(key) for key in languages if RERANK in keys))
    return {name: default_calibration(name) for name in names}


def default_calibration(key: str) -> Calibration:
    """The calibration learned on the demo shop, for shops with too few examples of their own."""
    known = json.loads((DATA / "default_calibration.json").read_text("utf-8"))
    value = known.get(key) or known[key.replace(key.partition("+")[0], "other", 1)]
    return Calibration(
        Weights(value["rank"]["bias"], tuple(value["rank"]["weights"])),
        Weights(value["confidence"]["bias"], tuple(value["confidence"]["weights"])),
        Thresholds(**value["thresholds"]),
    )
