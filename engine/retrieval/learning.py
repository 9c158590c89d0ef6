"""What is learned from a shop's rows: heads, ranks and thresholds; ours where it has too few."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Examples:
    """A shop's rows with what the encoders and heads make of them, by encoder key.

    `strangers`: further messages that no entry of these rows answers.
    """

    rows: Sequence[Row]
    vectors: Mapping[str, Vectors]
    heads: Mapping[str, HeadFit]
    encoders: Encoders
    strangers: Sequence[Row] = ()


def fit_heads(
    rows: Sequence[Row], vectors: Mapping[str, Vectors], *, leave_out: bool = True
) -> dict[str, HeadFit]:
    """For each encoder the head over all rows it reads well: its language's, or any."""
    sources = [row.source for row in rows]
    made = {}
    for key, matrix in vectors.items():
        every = key in ("other", RERANK)
        used = np.array([every or row.language == key for row in rows], dtype=bool)
        made[key] = HeadFit(matrix, sources, used, leave_out=leave_out)
    return made


def learn_all(examples: Examples) -> dict[str, Calibration]:
    """A calibration for each language's encoder, and for each together with the re-ranking one."""
    return learn_from(all_trials(examples), examples.encoders.keys)


def all_trials(examples: Examples) -> dict[str, tuple[Trial, ...]]:
    """Held-out trials by encoder key, for the languages that have examples enough."""
    return {
        key: _held_out_trials(examples, key)
        for key in examples.encoders.by_language
        if _enough_examples(examples.rows, key)
    }


def learn_from(
    made: Mapping[str, Sequence[Trial]], keys: Sequence[str]
) -> dict[str, Calibration]:  # fmt: skip
    """Calibrations learned from trials; ours for the encoder keys that have none."""
    found = default_calibrations(keys)
    for key, trials_of_key in made.items():
        found[key] = learn([trial.first_stage() for trial in trials_of_key])
        if RERANK in keys:
            found[reranked(key)] = learn(trials_of_key)
    return found


def _enough_examples(rows: Sequence[Row], key: str) -> bool:
    language = LANGUAGE_OF_KEY.get(key, key)
    asked = sum(
        row.field == "question" and row.language == language and not row.source.startswith(ROUTE)
        for row in rows
    )
    return asked >= FEWEST_EXAMPLES and len({row.source for row in rows}) >= FEWEST_SOURCES


def _held_out_trials(examples: Examples, key: str) -> tuple[Trial, ...]:
    """The shop's own examples of one encoder's language, and questions no shop answers."""
    language = LANGUAGE_OF_KEY.get(key, key)
    vectors, heads = examples.vectors, examples.heads
    second = (vectors[RERANK], heads[RERANK].head) if RERANK in vectors else None
    found = EntryFeatures(examples.rows, vectors[key], heads[key].head, second)
    texts = (DATA / f"out_of_scope_{language}.txt").read_text("utf-8").splitlines()
    texts.extend(row.text for row in examples.strangers if row.language == language)
    unanswered = _queries(found, texts, key, examples.encoders)
    return trials(found, Fits(heads[key], heads.get(RERANK)), language, unanswered)


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
