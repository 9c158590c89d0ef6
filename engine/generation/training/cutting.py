"""A passage without the sentence that answers: what is asked is no longer in it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.retrieval.answerable import SENTENCE
from engine.retrieval.text import is_chinese, terms


def without_answer(text: str, answers: Sequence[str]) -> str:
    """The passage without the sentence nearest the answers, "" where it has but one."""
    sentences = [s for s in SENTENCE.split(text) if s.strip()]
    if len(sentences) < 2:
        return ""
    said = {term for answer in answers for term in terms(answer)}

    def nearness(sentence: str) -> float:
        own = set(terms(sentence))
        return len(own & said) / (len(own) ** 0.5 or 1)

    best = max(sentences, key=nearness)
    gap = "" if is_chinese(text) else " "
    return gap.join(s for s in sentences if s is not best)
