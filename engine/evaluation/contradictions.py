"""`shopdesk eval contradictions`: which planted ones are found, and which look-alikes too?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.errors import SettingsError
from engine.review.contradictions import Contradiction, between_entries, within_entry
from engine.review.nearness import Nearness
from engine.review.statements import statements
from engine.types import Entry

ACROSS = "across"
"""The language of a pair that is in two."""


@dataclass(frozen=True, slots=True)
class EntryPair:
    """Two entries, or one in two languages. `contradicts` None: not told."""

    id: str
    language: str
    entries: tuple[Entry, ...]
    contradicts: bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and the contradictions found in it."""

    pair: EntryPair
    found: tuple[Contradiction, ...]


def read_entry_pairs(path: Path) -> tuple[EntryPair, ...]:
    """A YAML list of {id, contradicts, one: {en: {asks, says}}, other: …}.

    Raises SettingsError with the number of the pair.
    """
    try:
        rows = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"not readable as YAML: {error}", where=str(path),
                            mend="write a list of pairs of entries.") from None  # fmt: skip
    pairs = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        try:
            pairs.append(_pair(row))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SettingsError(
                f"no pair of entries ({error!r})", where=f"{path}, pair {number}",
                mend="id, contradicts, and one (and other) as {en: {asks: …, says: …}}.",
            ) from None  # fmt: skip
    return tuple(pairs)


def _pair(row: dict[str, Any]) -> EntryPair:
    entries = tuple(
        Entry(
            side, {},
            {language: (str(text["asks"]),) for language, text in row[side].items()},
            {language: str(text["says"]) for language, text in row[side].items()},
        )
        for side in ("one", "other") if side in row
    )  # fmt: skip
    languages = {language for entry in entries for language in entry.answers}
    if len(entries) + len(languages) < 3:
        raise ValueError("one entry in one language cannot be compared")
    told = row.get("contradicts")
    language = languages.pop() if len(languages) == 1 else ACROSS
    return EntryPair(str(row["id"]), language, entries, None if told is None else bool(told))


def judge(pairs: Sequence[EntryPair], near: Nearness) -> tuple[Judged, ...]:
    """Look for contradictions in every pair by itself. Labels are not read."""
    return tuple(Judged(pair, tuple(_found(pair, near))) for pair in pairs)


def _found(pair: EntryPair, near: Nearness) -> list[Contradiction]:
    found = list(between_entries([s for e in pair.entries for s in statements(e)], near))
    for entry in pair.entries:
        found += within_entry(list(statements(entry)), near)
    return found


def figures(judged: Sequence[Judged]) -> dict[str, object]:
    """`planted, found, harmless, false`, in all and by language."""
    languages = dict.fromkeys(j.pair.language for j in judged)
    by_language = {name: _counted([j for j in judged if j.pair.language == name])
                   for name in languages}  # fmt: skip
    return {"n": len(judged), **_counted(judged), "by_language": by_language}


def _counted(judged: Sequence[Judged]) -> dict[str, int]:
    seen = Counter((j.pair.contradicts, bool(j.found)) for j in judged)
    return {
        "planted": seen[True, True] + seen[True, False],
        "found": seen[True, True],
        "harmless": seen[False, True] + seen[False, False],
        "false": seen[False, True],
    }


def details(judged: Sequence[Judged]) -> list[dict[str, object]]:
    """One line a pair."""
    return [
        {
            "id": j.pair.id, "language": j.pair.language, "warned": bool(j.found),
            "contradicts": j.pair.contradicts,
            "found": [{"key": c.key, "values": list(c.values), "one": c.one.text,
                       "other": c.other.text} for c in j.found],
        }
        for j in judged
    ]  # fmt: skip
