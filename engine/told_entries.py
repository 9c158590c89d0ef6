"""Which entry a recorded turn told, so that it can be corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from engine import wire
from engine.journal import Journal
from engine.journal_tables import turns
from engine.types import Reply

ENTRY = "entry:"


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """A masked question, and the entry whose text was told."""

    entry: str
    question: str
    language: str


def told_entry(journal: Journal, ids: Iterable[str]) -> ToldEntry | None:
    """The entry of the first of these turns that told one; None where none did, or is kept.

    Raises StoreError.
    """
    for name in ids:
        with journal.begin() as connection:
            row = connection.execute(select(turns).where(turns.c.id == name)).first()
        if row is not None and (entry := _cited(row.reply)):
            return ToldEntry(entry, row.question, row.language)
    return None


def _cited(reply: str) -> str:
    try:
        cited = wire.loads(Reply, reply).citations
    except wire.WireError:
        return ""
    return next((c.id.removeprefix(ENTRY) for c in cited if c.id.startswith(ENTRY)), "")
