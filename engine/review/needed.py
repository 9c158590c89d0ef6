"""What one statement says is needed and another is not: by appointment only, without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.grounding.lexicon import lexicon
from engine.review.statements import Statement
from engine.review.topics import Word, words

_A = r"(?:an? |any |the |your |their )?"
_NEEDED = r"(?:needed|necessary|required|mandatory|compulsory)"
_NOT_NEEDED = (
    rf"\bwithout {_A}([\w-]+)",
    rf"\bno ([\w-]+)(?: (?:is|are))? {_NEEDED}",
    r"\b(?:need not|do(?:es)? not (?:need|have) to)(?: be)? ([\w-]+)",
    rf"\bdo(?:es)? not (?:need|require) {_A}([\w-]+)",
    r"\beven if you (?:never|do not) ([\w-]+)",
    rf"([\w-]+) (?:is|are) not {_NEEDED}",
    r"(?:无需|无须|不需要?|不用|不必|免(?!费))(?:任何|提前|事先|先)?([\u4e00-\u9fff]{1,10})",
)
_NEEDED_FOR_SURE = (
    r"\bby ([\w-]+) only\b",
    rf"\bonly (?:by|with|on|after) {_A}([\w-]+)",
    r"\b(?:must|ha(?:s|ve) to|needs? to)(?! not)(?: be)? ([\w-]+)",
    rf"(?<!not )\b(?:requires?|needs?) {_A}(?!not|to)([\w-]+)",
    rf"([\w-]+) (?:is|are) {_NEEDED}",
    rf"(?<!not )\b(?:ha(?:s|ve)|comes? with|carr(?:y|ies)) {_A}(?!to\b|not\b|no\b)([\w-]+)",
    r"(?<![不无])(?:需要?|须|必须|务必|请务必)(?:提前|事先|先|携带|出示|持)?([\u4e00-\u9fff]{1,10})",
    r"凭([\u4e00-\u9fff]{1,10})",
)
_PATTERNS = tuple(
    (re.compile(pattern, re.I), sign)
    for patterns, sign in ((_NOT_NEEDED, False), (_NEEDED_FOR_SURE, True))
    for pattern in patterns
)
WORDS = 4
"""How many words after "needed" or "need not" are looked at."""
_VAGUE = frozenset(
    {"time", "order", "item", "delivery", "contact", "customer", "pay", "be", "have"}
)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is needed, or is not."""

    concept: str
    needed: bool


@lru_cache(maxsize=65536)
def needs(statement: Statement) -> frozenset[Need]:
    """What a statement says is needed and what not."""
    return frozenset(_needs(statement.reading.text))


def _needs(text: str) -> Iterator[Need]:
    for pattern, needed in _PATTERNS:
        for hit in pattern.finditer(text):
            for word in _named(hit[1]):
                yield Need(word, needed)


def _named(text: str) -> Iterator[str]:
    for word in words(text)[:WORDS]:
        if word.concept not in _VAGUE and not _stopped(word):
            yield word.concept


def _stopped(word: Word) -> bool:
    known = lexicon().exact.get((word.plain,))
    return known is not None and known.kind in ("stop", "neg")


def needed_or_not(one: Statement, other: Statement) -> bool:
    """Whether one statement needs what the other does without."""
    ours, theirs = needs(one), needs(other)
    return any(Need(n.concept, not n.needed) in theirs and n not in theirs for n in ours)
