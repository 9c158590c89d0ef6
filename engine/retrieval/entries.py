"""Finds the entry that answers a question, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.retrieval.calibration import Calibration, Ranked, rank, unseen_share
from engine.retrieval.encoders import Encoders
from engine.retrieval.features import ENTRY_FEATURES, EntryFeatures
from engine.retrieval.index import Row
from engine.types import Band, Entry

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
EMPTY_FEATURES = dict.fromkeys(ENTRY_FEATURES, 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """Entry ids best first, and what is believed of the first."""

    entries: tuple[str, ...]
    logits: tuple[float, ...]
    confidence: float
    band: Band
    features: Mapping[str, float]


def entry_rows(entries: Sequence[Entry]) -> tuple[Row, ...]:
    """The texts an entry is found by: its questions, titles and answers, in every language."""
    rows: list[Row] = []
    for entry in entries:
        for language, title in entry.titles.items():
            rows.append(Row(entry.id, "title", language, title))
        for language, asked in entry.questions.items():
            rows.extend(Row(entry.id, "question", language, text) for text in asked)
        for language, answer in entry.answers.items():
            pieces = [piece for piece in SENTENCE_END.split(answer) if piece.strip()]
            rows.extend(Row(entry.id, "answer", language, piece.strip()) for piece in pieces)
    return tuple(rows)


class EntrySearch:
    """Entries by meaning and by word, one feature set an encoder."""

    def __init__(
        self,
        encoders: Encoders,
        found: Mapping[str, EntryFeatures],
        calibrations: Mapping[str, Calibration],
    ) -> None:
        self._encoders = encoders
        self._found = dict(found)
        self._calibrations = dict(calibrations)

    def find(self, question: str, language: str) -> Found:
        """The entries nearest to a question, best first."""
        key = self._encoders.key(language)
        features = self._found[key]
        if not features.sources or not question.strip():
            return Found((), (), 0.0, Band.UNKNOWN, EMPTY_FEATURES)
        vector = self._encoders.by_language[key].encode([question])
        query = features.query(question, vector)
        matrix = features.matrix(query)
        calibration = self._calibrations[key]
        ranked = rank(matrix, query, unseen_share(features, query), calibration)
        first = matrix[ranked.order[0]]
        return Found(
            tuple(features.sources[i] for i in ranked.order),
            ranked.logits,
            ranked.confidence,
            band_of(ranked, calibration),
            {name: float(value) for name, value in zip(ENTRY_FEATURES, first, strict=True)},
        )


def band_of(ranked: Ranked, calibration: Calibration) -> Band:
    """The band of the answer actually given: the first entry's confidence against the cuts."""
    cuts = calibration.thresholds
    if ranked.confidence >= cuts.certain:
        return Band.CERTAIN
    if ranked.confidence >= cuts.likely:
        return Band.LIKELY
    return Band.UNSURE if ranked.confidence >= cuts.unsure else Band.UNKNOWN
