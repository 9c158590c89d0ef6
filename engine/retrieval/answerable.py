"""The passage check: how likely does this passage answer this question?

It decides whether the generator is asked at all. Likeness to the passage and to its best sentence,
and the words they share, are weighed by what passages of invented shops taught.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from engine.retrieval.encoders import Encoders
from engine.retrieval.text import DATA, terms
from engine.types import Passage, Route

FILE = DATA / "passage_check.json"
CHECKED = (Route.FAQ, Route.DESCRIBE)
"""Routes whose passages may be beside the question; goods and reviews were chosen by code."""
NEARLY = 1.5
"""How far behind the best, in log-odds, a second passage may lie to be shown to the model."""
SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])")


@dataclass(frozen=True, slots=True)
class Judged:
    """A calibrated logistic model and the probability from which a passage counts."""

    bias: float
    weights: tuple[float, ...]
    least: float

    def probability(self, values: Sequence[float]) -> float:
        """In (0, 1), of values in the order of the weights."""
        logit = self.bias + sum(w * v for w, v in zip(self.weights, values, strict=True))
        return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


class PassageCheck:
    """Scores passages for questions; the same for every shop."""

    def __init__(self, encoders: Encoders) -> None:
        self._encoders = encoders

    def answerable(self, question: str, passage: Passage, language: str) -> float:
        """The probability that the passage answers the question, in (0, 1)."""
        text = f"{passage.title}: {passage.text}" if passage.title else passage.text
        key = self._encoders.key(language)
        return _judged(key).probability(passage_features(self._encoders, key, question, text))

    def scores(
        self, question: str, language: str, passages: Sequence[Passage], route: Route
    ) -> tuple[float, ...]:
        """One probability a passage; 1.0 for routes that are not checked."""
        if route not in CHECKED:
            return tuple(1.0 for _ in passages)
        return tuple(self.answerable(question, passage, language) for passage in passages)

    def likeness(self, question: str, pieces: Sequence[str], language: str) -> tuple[float, ...]:
        """How near each piece of a text (a sentence, "name: value") is to a question: cosines."""
        vectors = self._encoders.questions(self._encoders.key(language), [question, *pieces])
        return tuple((vectors[1:] @ vectors[0]).tolist())

    def least(self, language: str) -> float:
        """The probability from which a passage counts as an answer."""
        return _judged(self._encoders.key(language)).least

    def chosen(
        self, passages: Sequence[Passage], scores: Sequence[float], route: Route, language: str
    ) -> tuple[Passage, ...]:
        """What the model is shown: the best passage and what is nearly as good, or nothing."""
        if route not in CHECKED:
            return tuple(passages)
        best = max(scores)
        if best < self.least(language):
            return ()
        near = best / (best + (1 - best) * exp(NEARLY))
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        return tuple(passages[i] for i in order if scores[i] >= near)


def passage_features(encoders: Encoders, key: str, question: str, passage: str) -> list[float]:
    """Likeness to the passage and to its best sentence, and the share of words that it has."""
    pieces = [passage, *(piece for piece in SENTENCE.split(passage) if piece.strip())]
    vectors = encoders.questions(key, [question, *pieces])
    likeness = (vectors[1:] @ vectors[0]).tolist()
    asked, said = terms(question), set(terms(passage))
    shared = sum(term in said for term in asked) / len(asked) if asked else 0.0
    return [likeness[0], max(likeness), shared]


@lru_cache(maxsize=1)
def _models() -> dict[str, Judged]:
    return {
        name: Judged(one["bias"], tuple(one["weights"]), one["least"])
        for name, one in json.loads(FILE.read_text("utf-8")).items()
    }


def _judged(name: str) -> Judged:
    return _models()[name]
