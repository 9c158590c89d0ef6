"""The last look for gaps, kept without a word of anybody: turn ids, whose words the journal has."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.errors import StoreError
from engine.gaps.closing import Closed
from engine.gaps.clustering import Gap, Near, Variant, gap_id
from engine.gaps.collecting import DISMISSED, Asked, Kind, bare, plain_words
from engine.journal import Journal
from engine.journal_tables import closed_gaps, gap_turns, turns

FILE = "gaps.json"
IDS_AT_ONCE = 5000
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found. `at`: when; `days`: how far back it looked."""

    at: datetime
    days: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A dismissed gap, with what it asked, masked."""

    closed: Closed
    title: str
    language: str


def keep_look(home: Path, look: Look) -> None:
    """Keep it in place of the one before. Raises StoreError."""
    told = {"at": look.at.isoformat(), "days": look.days, "gaps": [_line(g) for g in look.gaps]}
    scratch = home / f".{FILE}.{os.getpid()}"
    try:
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)
        scratch.replace(home / FILE)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise StoreError(
            f"the look for gaps cannot be kept ({error.strerror})", where=str(home / FILE),
            mend="let shopdesk write to its home folder.",
        ) from error  # fmt: skip


def read_look(home: Path, journal: Journal) -> Look | None:
    """The last look as it stands today; None before the first one.

    Turns that were forgotten since, or belong to a closed gap by now, are no longer in it.
    Raises StoreError.
    """
    try:
        told = json.loads((home / FILE).read_text("utf-8"))
        at, days, lines = datetime.fromisoformat(told["at"]), int(told["days"]), told["gaps"]
        known = _turns(journal, [one["turn"] for line in lines for one in line["asked"]])
        found = [gap for line in lines if (gap := _gap(line, known))]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"the last look for gaps cannot be read ({type(error).__name__})",
            where=str(home / FILE), mend="look for gaps once more.",
        ) from error  # fmt: skip
    return Look(at, days, tuple(sorted(found, key=lambda g: (-g.shoppers, -len(g.asked), g.id))))


def dismissed(journal: Journal, most: int) -> tuple[Dismissed, ...]:
    """The dismissed gaps, the newest first; those whose askers are all forgotten left out.

    Raises StoreError.
    """
    query = (
        select(*(closed_gaps.c[name] for name in Closed.__dataclass_fields__),
               turns.c.question, turns.c.language)
        .join(gap_turns, gap_turns.c.gap == closed_gaps.c.gap)
        .join(turns, turns.c.id == gap_turns.c.turn)
        .where(closed_gaps.c.step == DISMISSED)
        .order_by(closed_gaps.c.at.desc(), turns.c.number)
    )  # fmt: skip
    found: dict[str, Dismissed] = {}
    with journal.begin() as connection:
        for *fields, question, language in connection.execute(query):
            closed, words = Closed(*fields), plain_words(question)
            if closed.gap not in found or gap_id(words) == closed.gap:
                found[closed.gap] = Dismissed(closed, words, language)
    return tuple(found.values())[:most]


def _line(gap: Gap) -> dict[str, Any]:
    asked = [{"turn": one.turn, "kind": one.kind.value, "waits": one.waits} for one in gap.asked]
    near = [{"entry": one.entry, "offered": one.offered} for one in gap.near]
    return {"id": gap.id, "asked": asked, "near": near}


def _turns(journal: Journal, ids: Sequence[str]) -> Mapping[str, Any]:
    """The turns that are still there and in no closed gap, by id."""
    names = ("id", "at", "conversation", "shopper", "language", "question")
    query = select(*(turns.c[name] for name in names)).where(
        turns.c.id.not_in(select(gap_turns.c.turn))
    )
    found: dict[str, Any] = {}
    with journal.begin() as connection:
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = ids[start : start + IDS_AT_ONCE]
            rows = connection.execute(query.where(turns.c.id.in_(some)))
            found |= {row.id: row for row in rows}
    return found


def _gap(line: Line, known: Mapping[str, Any]) -> Gap | None:
    asked = tuple(_asked(one, known[one["turn"]]) for one in line["asked"] if one["turn"] in known)
    if not asked:
        return None
    variants = _variants(asked)
    title = next((v for v in variants if gap_id(v.words) == line["id"]), variants[0])
    near = tuple(Near(str(one["entry"]), bool(one["offered"])) for one in line["near"])
    return Gap(str(line["id"]), title.words, title.language, variants, asked, near)


def _asked(one: Line, row: Any) -> Asked:
    return Asked(
        row.id, row.at, row.conversation, row.shopper, row.language, plain_words(row.question),
        Kind(one["kind"]), waits=bool(one["waits"]),
    )  # fmt: skip


def _variants(asked: Iterable[Asked]) -> tuple[Variant, ...]:
    """The wordings, those asked most often first, as clustering has them."""
    found: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        found[bare(one.words)].append(one)
    made = [Variant(same[-1].words, same[-1].language, len(same)) for same in found.values()]
    return tuple(sorted(made, key=lambda v: (-v.turns, v.words)))
