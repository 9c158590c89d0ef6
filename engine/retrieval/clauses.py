"""The ways a message is asked: whole, by its sentences, by its clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.retrieval.text import plain_characters, terms

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
CLAUSE_END = re.compile(rf"{SENTENCE_END.pattern}|[,，;；]\s*")
MOST_CLAUSES = 6


def asked_texts(questions: Sequence[str]) -> list[str]:
    """All texts that will be encoded when these questions are asked."""
    plain = (plain_characters(question) for question in questions)
    ways = (ways_to_ask(question)[0] for question in plain if question.strip())
    return list(dict.fromkeys(text for texts in ways for text in texts))


def ways_to_ask(question: str) -> tuple[list[str], int]:
    """The question, its sentences and its clauses, and how many come before the clauses."""
    parts = sentences(question)
    texts = list(dict.fromkeys((question, *parts, *_pieces(CLAUSE_END, question))))
    return texts, len({question, *parts})


def sentences(question: str) -> list[str]:
    """The sentences of a text that say something, at most MOST_CLAUSES."""
    return _pieces(SENTENCE_END, question)


def _pieces(ends: re.Pattern[str], question: str) -> list[str]:
    parts = [part.strip() for part in ends.split(question) if part and part.strip()]
    return [part for part in parts if len(terms(part)) >= 2][:MOST_CLAUSES]
