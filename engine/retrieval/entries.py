"""Finds the entry that answers a question, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from engine.retrieval.calibration import CANDIDATES, Calibration, Ranked, rank, reranked
from engine.retrieval.clauses import asked_texts, sentences, ways_to_ask
from engine.retrieval.encoders import RERANK, Encoders
from engine.retrieval.features import ENTRY_FEATURES, RERANK_FEATURES, EntryFeatures, Query
from engine.retrieval.found import Found, Tried, agreed, routes_apart, together
from engine.retrieval.mentions import Mentions
from engine.retrieval.rows import ROUTE
from engine.retrieval.text import normalise, plain_characters
from engine.retrieval.trials import unseen_share
from engine.types import Band

JOINED, SAME_TOPIC, MEANT = 0.5, 1.2, 1.2
"""A follow-up's log-odds: its own, plus those after the question before, plus being on topic,
plus being what its "it" means."""
POINTING = re.compile(r"\b(it|its|that|this|they|them)\b|[这那]个|它|这")
EMPTY_FEATURES = dict.fromkeys((*ENTRY_FEATURES, "unseen"), 0.0)
SURE_OF_ROUTE = 0.95
"""A message this surely no question to an entry needs no second look."""
MOST_UNSEEN = 0.4
"""Share of a question's term weight that may be unknown to all entries in an answer told."""


Enough = Callable[[Found], bool]


class EntrySearch:
    """Entries by meaning and by word, one feature set an encoder."""

    def __init__(
        self,
        encoders: Encoders,
        found: Mapping[str, EntryFeatures],
        calibrations: Mapping[str, Calibration],
        topics: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`topics`: the tags of each entry; entries that share one are on one topic."""
        self._topics = {entry: frozenset(tags) for entry, tags in (topics or {}).items()}
        self._encoders = encoders
        self._found = dict(found)
        self._calibrations = dict(calibrations)
        self._texts = _texts_by_source(found)
        self._mentions: dict[str, Mentions] = {}
        self._asked = _example_questions(found)

    def read_ahead(self, texts: Sequence[str], language: str) -> None:
        """Encode in one batch what is about to be looked for one by one."""
        self._encoders.questions(self._encoders.key(language), list(dict.fromkeys(texts)))

    def find(self, question: str, language: str, enough: Enough = lambda _: False) -> Found:
        """The entries nearest to a question, best first; `enough`: no second look is needed.

        Of a message of several clauses each is asked too, and all count. An entry that never
        mentions a place or name the question turns on is not told, only offered. One of the
        entry's own example questions is certain.
        """
        question = plain_characters(question)
        first = self._judged(question, self._surest(question, language))
        if not self._wants_second_look(first, language) or enough(first):
            return first
        second = self._judged(question, self._surest(question, language, rerank=True))
        return agreed(first, second)

    def mentions(self, thing: str) -> bool:
        """Whether one text of an entry has every word of a thing, or words that begin so."""
        every = [re.escape(word) for word in normalise(thing).split()]
        shapes = [re.compile(rf"\b{word}" if word.isascii() else word) for word in every]
        texts = (normalise(text) for texts in self._texts.values() for text in texts)
        return any(all(shape.search(text) for shape in shapes) for text in texts)

    def _wants_second_look(self, found: Found, language: str) -> bool:
        """Whether the re-ranking encoder is to be asked: it is there, and nothing is certain."""
        key = self._encoders.key(language)
        sure = found.band is Band.CERTAIN or found.route_confidence >= SURE_OF_ROUTE
        return self._found[key].reranks and bool(found.entries) and not sure

    def _judged(self, question: str, tried: Tried) -> Found:
        found = routes_apart(tried.found, tried.logits)
        exact = self._exact(question)
        if exact is not None and exact.startswith(ROUTE):
            name = exact.removeprefix(ROUTE)
            return replace(found, route=name, route_confidence=1.0, band=Band.UNKNOWN)
        if exact is not None and found.entries:
            others = tuple(entry for entry in found.entries if entry != exact)
            return replace(found, entries=(exact, *others), confidence=1.0, band=Band.CERTAIN)
        told = found.band in (Band.CERTAIN, Band.LIKELY)
        if told and self._strange(question, found):
            return replace(found, band=Band.UNSURE, doubtful=True)
        return found

    def _exact(self, question: str) -> str | None:
        """The source one of whose examples the message is, or a question in it."""
        asked = [part for part in sentences(question) if part.endswith(("?", "？"))]
        known = (self._asked.get(_bare(text)) for text in (question, *asked))
        return next((source for source in known if source), None)

    def find_follow_up(
        self, asked: str, whole: str, language: str, topic: str, enough: Enough = lambda _: False
    ) -> Found:
        """The entries nearest to a follow-up: by itself, after the question before it, on topic.

        `whole`: the question before and this one; `topic`: the entry told or offered before.
        What only the question before found is told only if it has the follow-up's own words.
        """
        asked, whole = plain_characters(asked), plain_characters(whole)
        alone = self._surest(asked, language)
        first = self._judged(asked, alone)
        if first.band is Band.CERTAIN or first.route_confidence == 1.0:
            return first
        second_look = self._wants_second_look(first, language) and not enough(first)
        if second_look:
            # Both ways of asking at once: the encoder takes little longer for two than for one.
            self._encoders.questions(RERANK, asked_texts((asked, whole)))
            alone = self._surest(asked, language, rerank=True)
            first = self._judged(asked, alone)
            if first.band is Band.CERTAIN:
                return first
        joined = self._surest(whole, language, rerank=second_look)
        if not alone.logits or not joined.logits:
            return first
        return self._both(asked, whole, alone, joined, topic)

    def _both(self, asked: str, whole: str, alone: Tried, joined: Tried, topic: str) -> Found:
        near = self._topics.get(topic, frozenset())
        meant = topic if POINTING.search(asked.lower()) else ""
        scores = {
            source: (
                logit
                + JOINED * joined.logits[source]
                + SAME_TOPIC * bool(near & self._topics.get(source, frozenset()))
                + MEANT * (source == meant)
            )
            / (1 + JOINED)
            for source, logit in alone.logits.items()
        }
        order = sorted(scores, key=lambda source: -scores[source])[:CANDIDATES]
        agreeing = [t for t in (alone, joined) if t.found.entries[0] == order[0]]
        tried = max(agreeing or (alone, joined), key=lambda t: t.found.confidence)
        found = routes_apart(
            replace(tried.found, entries=tuple(order), logits=tuple(scores[s] for s in order)),
            scores,
        )
        if found.band not in (Band.CERTAIN, Band.LIKELY):
            return found
        mentions = self._mentions_of(found.entries[0])
        doubtful = not agreeing or (tried is joined and not mentions.carries(asked))
        strange = self._strange(whole, found)
        return replace(found, band=Band.UNSURE) if doubtful or strange else found

    def _mentions_of(self, entry: str) -> Mentions:
        """What the entry says; read when it is first asked for, for a big shop has many."""
        if entry not in self._mentions:
            self._mentions[entry] = Mentions(self._texts[entry])
        return self._mentions[entry]

    def _strange(self, question: str, found: Found) -> bool:
        """Whether the question turns on a name the entry lacks, or on words no entry has."""
        names = self._mentions_of(found.entries[0]).strange_names(question)
        return bool(names) or found.features["unseen"] > MOST_UNSEEN

    def _surest(self, question: str, language: str, *, rerank: bool = False) -> Tried:
        key = self._encoders.key(language)
        features = self._found[key]
        if not features.sources or not question.strip():
            return Tried(Found((), (), 0.0, Band.UNKNOWN, EMPTY_FEATURES), {})
        texts, told_by = ways_to_ask(question)
        first = self._encoders.questions(key, texts)
        second = self._encoders.questions(RERANK, texts) if rerank else [None] * len(texts)
        calibration = self._calibrations[reranked(key) if rerank else key]
        tried = [
            _one(features, features.query(text, a, b), calibration)
            for text, a, b in zip(texts, first, second, strict=True)
        ]
        return together(tried, told_by)


def _one(features: EntryFeatures, query: Query, calibration: Calibration) -> Tried:
    matrix = features.matrix(query)
    unseen = unseen_share(features, query)
    ranked = rank(matrix, query, unseen, calibration)
    first = dict(zip((*ENTRY_FEATURES, *RERANK_FEATURES), matrix[ranked.order[0]].tolist(),
                     strict=False))  # fmt: skip
    logits = calibration.rank.logit(matrix).tolist()
    found = Found(
        tuple(features.sources[i] for i in ranked.order),
        ranked.logits,
        ranked.confidence,
        band_of(ranked, calibration),
        {**first, "unseen": unseen},
        reranked=query.rerank is not None,
    )
    return Tried(found, dict(zip(features.sources, logits, strict=True)))


def _bare(question: str) -> str:
    return "".join(char for char in normalise(question) if char.isalnum())


def _example_questions(found: Mapping[str, EntryFeatures]) -> dict[str, str]:
    """Each example question, letters and digits only, with its entry; ambiguous ones left out."""
    asked: dict[str, set[str]] = {}
    for row in next(iter(found.values())).rows:
        if row.field == "question" and _bare(row.text):
            asked.setdefault(_bare(row.text), set()).add(row.source)
    return {text: min(entries) for text, entries in asked.items() if text and len(entries) == 1}


def _texts_by_source(found: Mapping[str, EntryFeatures]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for row in next(iter(found.values())).rows:
        if not row.source.startswith(ROUTE):
            texts.setdefault(row.source, []).append(row.text)
    return texts


def band_of(ranked: Ranked, calibration: Calibration) -> Band:
    """The band of the answer actually given: the first entry's confidence against the cuts."""
    cuts = calibration.thresholds
    if ranked.confidence >= cuts.certain:
        return Band.CERTAIN
    if ranked.confidence >= cuts.likely:
        return Band.LIKELY
    return Band.UNSURE if ranked.confidence >= cuts.unsure else Band.UNKNOWN
