"""Drafts an entry for a gap: its questions and tags, and what may help to write the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from engine.gaps.clustering import Gap
from engine.gaps.collecting import bare
from engine.types import Entry
from knowledge_base.schema import format_entry
from knowledge_base.working_copy import WorkingCopy

LONGEST_ID = 40
MOST_QUESTIONS = 20
"""A language; those asked most often."""
WHY = "drafted for a gap"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry without an answer, and the entries nearest to it, whose answers may be material."""

    entry: Entry
    material: tuple[Entry, ...]

    @property
    def text(self) -> str:
        """The entry's file, with a heading for each language's answer and nothing below it."""
        headings = "\n\n".join(f"## {language}" for language in self.entry.questions)
        return f"{format_entry(self.entry).rstrip()}\n{headings}\n"


def draft(gap: Gap, entries: Mapping[str, Entry]) -> Draft:
    """The entry an operator may answer the gap with. `entries`: all there are, by id."""
    material = tuple(entries[near.entry] for near in gap.near if near.entry in entries)
    entry = Entry(
        id=slug(gap.title, entries),
        titles={gap.language: gap.title},
        questions=_questions(gap),
        answers={},
        tags=material[0].tags if material else (),
        hidden=True,
    )
    return Draft(entry, material)


def save_draft(made: Draft, working_copy: WorkingCopy, by: str) -> int | None:
    """Put the entry, hidden, among the shop's files; the change's id.

    Raises ChangedMeanwhileError where an entry of its id is there already, OSError.
    """
    file = f"faq/{made.entry.id}.md"
    entry = replace(made, entry=replace(made.entry, hidden=True))
    return working_copy.apply({file: entry.text}, by=by, why=WHY, expected={file: ""})


def slug(title: str, taken: Collection[str]) -> str:
    """An id out of a title, Chinese ones by their sounds, that no entry has."""
    from pypinyin import lazy_pinyin

    sounds = " ".join(lazy_pinyin(title)).lower()
    words = re.findall(r"[a-z0-9]+", sounds)
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word
        if len(longer) > LONGEST_ID - 4:
            break
        name = longer
    name = name or "question"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _questions(gap: Gap) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, str]] = {}
    for variant in gap.variants:
        mine = found.setdefault(variant.language, {})
        if len(mine) < MOST_QUESTIONS:
            mine.setdefault(bare(variant.words), variant.words)
    return {language: tuple(mine.values()) for language, mine in found.items()}
