"""Example questions that two entries claim: neither can be certain of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.types import Entry


@dataclass(frozen=True, slots=True)
class Conflict:
    """One question as first written, and the ids of the entries that have it."""

    question: str
    entries: tuple[str, ...]


def conflicts(entries: Sequence[Entry]) -> tuple[Conflict, ...]:
    """Questions of several entries, alike but for case, spaces and punctuation."""
    said: dict[str, str] = {}
    owners: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.hidden:
            continue
        for text in (text for asked in entry.questions.values() for text in asked):
            bare = bare_question(text)
            said.setdefault(bare, text)
            owners.setdefault(bare, {})[entry.id] = None
    return tuple(
        Conflict(said[bare], tuple(ids)) for bare, ids in owners.items() if bare and len(ids) > 1
    )


# A page asks for the same questions of thousands of entries again and again.
@lru_cache(maxsize=2**17)
def bare_question(text: str) -> str:
    """A question without case, spaces and punctuation: what makes two of them one."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())
