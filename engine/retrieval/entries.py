"""Finds the entry that answers a question, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.retrieval.answerable import PassageCheck
from engine.retrieval.calibration import Calibration, Ranked, rank, unseen_share
from engine.retrieval.encoders import Encoders, Vectors
from engine.retrieval.features import ENTRY_FEATURES, EntryFeatures
from engine.retrieval.index import Row
from engine.retrieval.text import normalise, terms
from engine.types import Band, Entry

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
CLAUSE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
MOST_CLAUSES = 4
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
        self._checks = _passage_checks(found)
        self._asked = _example_questions(found)

    def find(self, question: str, language: str) -> Found:
        """The entries nearest to a question, best first.

        Of a rambling message each sentence is tried too; the surest finding counts. An entry
        that never mentions a place or name the question turns on is not told, only offered. One of
        the entry's own example questions is certain.
        """
        found = self._surest(question, language)
        exact = self._asked.get(_bare(question))
        if exact is not None and found.entries:
            others = tuple(entry for entry in found.entries if entry != exact)
            return replace(found, entries=(exact, *others), confidence=1.0, band=Band.CERTAIN)
        told = found.band in (Band.CERTAIN, Band.LIKELY)
        if told and self._checks[found.entries[0]].strange_names(question):
            return replace(found, band=Band.UNSURE)
        return found

    def find_follow_up(self, asked: str, whole: str, language: str) -> Found:
        """The surer finding of a follow-up alone and of it after the question before it.

        What only the earlier question found is told only if it has the follow-up's own words.
        """
        alone, joined = self.find(asked, language), self.find(whole, language)
        if alone.confidence >= joined.confidence:
            return alone
        told = joined.band in (Band.CERTAIN, Band.LIKELY)
        if told and not self._checks[joined.entries[0]].carries(asked):
            return replace(joined, band=Band.UNSURE)
        return joined

    def _surest(self, question: str, language: str) -> Found:
        key = self._encoders.key(language)
        features = self._found[key]
        if not features.sources or not question.strip():
            return Found((), (), 0.0, Band.UNKNOWN, EMPTY_FEATURES)
        pieces = [piece.strip() for piece in CLAUSE_END.split(question) if piece.strip()]
        asked = [question, *(p for p in pieces if len(terms(p)) >= 2)][: 1 + MOST_CLAUSES]
        texts = list(dict.fromkeys(asked))
        vectors = self._encoders.questions(key, texts)
        tried = [self._one(features, key, t, v) for t, v in zip(texts, vectors, strict=True)]
        return max(tried, key=lambda found: found.confidence)

    def _one(self, features: EntryFeatures, key: str, text: str, vector: Vectors) -> Found:
        query = features.query(text, vector)
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


def _bare(question: str) -> str:
    return "".join(char for char in normalise(question) if char.isalnum())


def _example_questions(found: Mapping[str, EntryFeatures]) -> dict[str, str]:
    """Each example question, letters and digits only, with its entry; ambiguous ones left out."""
    asked: dict[str, set[str]] = {}
    for row in next(iter(found.values())).rows:
        if row.field == "question":
            asked.setdefault(_bare(row.text), set()).add(row.source)
    return {text: min(entries) for text, entries in asked.items() if text and len(entries) == 1}


def _passage_checks(found: Mapping[str, EntryFeatures]) -> dict[str, PassageCheck]:
    texts: dict[str, list[str]] = {}
    for row in next(iter(found.values())).rows:
        texts.setdefault(row.source, []).append(row.text)
    return {source: PassageCheck(own) for source, own in texts.items()}


def band_of(ranked: Ranked, calibration: Calibration) -> Band:
    """The band of the answer actually given: the first entry's confidence against the cuts."""
    cuts = calibration.thresholds
    if ranked.confidence >= cuts.certain:
        return Band.CERTAIN
    if ranked.confidence >= cuts.likely:
        return Band.LIKELY
    return Band.UNSURE if ranked.confidence >= cuts.unsure else Band.UNKNOWN
