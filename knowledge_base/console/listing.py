"""The list of entries: searched, filtered, and what each row tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge_base.console.shop_files import EntryFile

A_PAGE = 50
STATES = ("live", "hidden", "not-yet", "over", "broken", "untranslated")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to."""

    words: str = ""
    tag: str = ""
    owner: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `count`: of all that fit."""

    rows: tuple[EntryFile, ...]
    count: int
    page: int
    pages: int


def state_of(row: EntryFile, today: date) -> str:
    """Whether shoppers get this entry today, or why not."""
    entry = row.entry
    if entry is None:
        return "broken"
    if entry.hidden:
        return "hidden"
    if entry.valid_from and entry.valid_from > today:
        return "not-yet"
    if entry.valid_until and entry.valid_until < today:
        return "over"
    return "live"


def missing_languages(row: EntryFile, languages: Sequence[str]) -> tuple[str, ...]:
    """The shop's languages an entry has no answer in."""
    return tuple(code for code in languages if row.entry and code not in row.entry.answers)


def listed(
    rows: Sequence[EntryFile], wanted: Wanted, languages: Sequence[str], today: date
) -> Listed:
    """The rows that fit, of the page wanted."""
    words = wanted.words.casefold().split()
    found = [
        row for row in rows
        if all(word in row.searched for word in words)
        and (not wanted.tag or (row.entry is not None and wanted.tag in row.entry.tags))
        and (not wanted.owner or (row.entry is not None and wanted.owner == row.entry.owner))
        and _fits(row, wanted.state, languages, today)
    ]  # fmt: skip
    return page_of_rows(found, wanted.page)


def page_of_rows(found: Sequence[EntryFile], page: int) -> Listed:
    """One page of rows."""
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, page), pages)
    return Listed(tuple(found[(page - 1) * A_PAGE : page * A_PAGE]), len(found), page, pages)


def _fits(row: EntryFile, state: str, languages: Sequence[str], today: date) -> bool:
    if state == "untranslated":
        return bool(missing_languages(row, languages))
    return not state or state_of(row, today) == state


def tags_of(rows: Sequence[EntryFile]) -> list[str]:
    """All tags, the most used first."""
    counts = Counter(tag for row in rows if row.entry for tag in row.entry.tags)
    return [tag for tag, _ in counts.most_common()]


def owners_of(rows: Sequence[EntryFile]) -> list[str]:
    """All owners."""
    return sorted({row.entry.owner for row in rows if row.entry and row.entry.owner})
