"""The journal's turns as a file that other programs read: JSON lines, or CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from engine.errors import SettingsError
from engine.journal import Journal
from engine.journal_tables import feedback, turns

FIELDS = (
    "id", "at", "conversation", "shopper", "channel", "language", "question", "action", "answer",
    "route", "band", "confidence", "topic", "worded_by", "handoff", "snapshot", "took_s",
)  # fmt: skip
AT_ONCE = 1000


def export_turns(journal: Journal, path: Path, since: datetime | None = None) -> int:
    """Write every turn (since a moment), oldest first, with its thumb; how many there were.

    The file is there whole or not at all. Raises SettingsError for another ending than .jsonl and
    .csv, StoreError.
    """
    kind = path.suffix.lower()
    if kind not in (".jsonl", ".csv"):
        raise SettingsError(
            f"cannot write {path.name}", where=str(path), mend="name it .jsonl or .csv."
        )
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            count = _write(file, kind, _rows(journal, since))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write(file: IO[str], kind: str, rows: Iterator[dict[str, Any]]) -> int:
    table = csv.DictWriter(file, (*FIELDS, "verdict"))
    if kind == ".csv":
        table.writeheader()
    count = 0
    for row in rows:
        count += 1
        if kind == ".csv":
            table.writerow({name: _harmless(value) for name, value in row.items()})
        else:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _rows(journal: Journal, since: datetime | None) -> Iterator[dict[str, Any]]:
    """In parts, so that no transaction stays open while a slow disk is written to."""
    columns = [turns.c[name] for name in FIELDS]
    joined = turns.outerjoin(
        feedback, (feedback.c.turn == turns.c.id) & (feedback.c.shopper == turns.c.shopper)
    )
    last = 0
    while True:
        part = select(turns.c.number, *columns, feedback.c.verdict).select_from(joined)
        part = part.where(turns.c.number > last).order_by(turns.c.number).limit(AT_ONCE)
        if since is not None:
            part = part.where(turns.c.at >= since)
        with journal.begin() as connection:
            rows = connection.execute(part).mappings().all()
        for row in rows:
            values = {name: row[name] for name in (*FIELDS, "verdict")}
            yield {**values, "at": row["at"].isoformat()}
        if not rows:
            return
        last = rows[-1]["number"]


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if risky else value
