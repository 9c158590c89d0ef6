"""Files of shoppers' events: our CSV, JSON lines of it or of GA4, and Shopify's orders export."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from engine.errors import KnowledgeError
from engine.event_rows import EventReader, Row, ga4_rows, is_ga4, is_utf8
from engine.progress import Steps
from engine.types import Event
from knowledge_base.tables import EVENT_COLUMNS, MISCOUNTED

if TYPE_CHECKING:
    from _csv import Reader

MAX_BYTES = 200_000_000
SHOPIFY_COLUMNS = ("name", "created at", "lineitem quantity", "lineitem sku")
GA4_KEYS = ("event_name", "user_pseudo_id", "event_timestamp", "items")
NOT_BOUGHT = ("refunded", "voided", "expired")
FORMATS = (
    f"an events file is CSV with {','.join(EVENT_COLUMNS)}; JSON lines with these keys; JSON lines "
    "of GA4's shape (event_name, user_pseudo_id, event_timestamp, items); or Shopify's orders "
    "export as CSV (Name, Email, Created at, Lineitem quantity, Lineitem sku)."
)
LONGEST_CELL = 131_072
_TOLD_EVERY = 4096

Told = tuple[int, Row | str]
"""Of one line: a row, or why it is none."""
Cells = tuple[int, dict[str, str] | str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no event, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class EventFile:
    """What a file of events holds."""

    events: tuple[Event, ...]
    refused: tuple[Refused, ...]


def read_event_file(
    path: Path,
    products: Mapping[str, str],
    pseudonym: Callable[[str], str],
    *,
    now: datetime | None = None,
    progress: Steps | None = None,
) -> EventFile:
    """Read the events of a file; its format is told by its content. See EventReader.

    A line that is no event is refused, the others are read. Raises KnowledgeError where the file
    as a whole is of no known format or too large, OSError where it cannot be read.
    """
    reader = EventReader(products, pseudonym, now or datetime.now(UTC))
    events: list[Event] = []
    refused: list[Refused] = []
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        for line, row in _rows(path, _lines(path, file, progress)):
            try:
                if isinstance(row, str):
                    raise ValueError(row)
                events.append(reader.event(row))
            except ValueError as error:
                refused.append(Refused(line, str(error)))
    return EventFile(tuple(events), tuple(refused))


def _lines(path: Path, file: TextIO, progress: Steps | None) -> Iterator[str]:
    """The lines; bytes that are not UTF-8 stand in them as halves of surrogate pairs."""
    size = os.fstat(file.fileno()).st_size
    if size > MAX_BYTES:
        raise KnowledgeError(
            f"the file has {size / 1e6:,.0f} MB, at most {MAX_BYTES / 1e6:.0f} are read at once",
            where=str(path),
            mend="split it; each part of a CSV needs the line of column names.",
        )
    for number, line in enumerate(file):
        # A pipe has no size, and cannot tell how far it is read.
        if progress is not None and size and number % _TOLD_EVERY == 0:
            progress(file.buffer.tell(), size)
        yield line
    if progress is not None:
        progress(size, size)


def _rows(path: Path, lines: Iterator[str]) -> Iterator[Told]:
    first = next(lines, "")
    lines = chain([first], lines)
    if path.suffix in (".jsonl", ".ndjson") or first.lstrip().startswith("{"):
        return _json_rows(path, lines)
    if not is_utf8(first):
        raise KnowledgeError(
            "not UTF-8 text", where=f"{path}:1", mend="save it as CSV UTF-8, or as JSON in UTF-8."
        )
    # Another reader of this process may have set it higher.
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
    except csv.Error:
        names = []
    cells = _cells(path, names, reader)
    if all(name in names for name in SHOPIFY_COLUMNS):
        return _shopify_rows(cells)
    missing = [name for name in EVENT_COLUMNS if name not in names]
    if missing and (missing != ["quantity"] or _near("quantity", names)):
        raise _unknown(path, names)
    return cells


def _cells(path: Path, names: Sequence[str], reader: Reader) -> Iterator[Cells]:
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise KnowledgeError(
                    f"a cell is longer than {LONGEST_CELL:,} characters",
                    where=f"{path}:{line}",
                    mend="most likely a quote is opened there and never closed; correct that line.",
                ) from None
            yield line, f"broken CSV: {error}"
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            yield line, MISCOUNTED
            continue
        yield line, dict(zip(names, (cell.strip() for cell in row), strict=True))


def _shopify_rows(cells: Iterator[Cells]) -> Iterator[Told]:
    """Line items of orders that were neither cancelled nor refunded, as purchases.

    The further items of an order leave the order's own columns empty.
    """
    order: dict[str, str] = {}
    for line, row in cells:
        if isinstance(row, str):
            order = {}
            yield line, row
            continue
        if row["name"] and row["name"] != order.get("name"):
            order = row
        if order.get("cancelled at") or order.get("financial status", "").casefold() in NOT_BOUGHT:
            continue
        if not row["lineitem sku"]:
            yield line, f"no Lineitem sku for {row.get('lineitem name', '')[:60]!r}"
            continue
        yield (
            line,
            {
                "shopper": order.get("email") or order.get("customer id") or order.get("name"),
                "time": order.get("created at"),
                "event": "purchase",
                "product": row["lineitem sku"],
                "quantity": row["lineitem quantity"],
            },
        )


def _json_rows(path: Path, lines: Iterable[str]) -> Iterator[Told]:
    """Raises KnowledgeError where no line names an event."""
    keys: Iterable[str] = ()
    named = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = _json_object(line)
            keys = keys or value
            named = named or is_ga4(value) or "event" in value
            for row in ga4_rows(value) if is_ga4(value) else (value,):
                yield number, row
        except ValueError as error:
            yield number, str(error)
    if not named:
        raise _unknown(path, keys)


def _json_object(line: str) -> dict[str, object]:
    if not is_utf8(line):
        raise ValueError("not UTF-8 text")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("broken JSON") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _unknown(path: Path, names: Iterable[str]) -> KnowledgeError:
    """That what has these columns or keys holds no events, with those that may be misspelt."""
    found = list(names)
    formats = (EVENT_COLUMNS, SHOPIFY_COLUMNS, GA4_KEYS)
    likely = max(formats, key=lambda known: sum(name in found for name in known))
    meant = ((name, _near(name, found)) for name in likely if name not in found)
    hint = ", ".join(f"{name} for {near!r}" for name, near in meant if near)
    return KnowledgeError(
        f"no events can be read from this file{f'; did you mean {hint}?' if hint else ''}",
        where=f"{path}:1",
        mend=FORMATS,
    )


def _near(name: str, found: Iterable[str]) -> str:
    """What may be a misspelling of `name`, or nothing."""
    known = {*EVENT_COLUMNS, *SHOPIFY_COLUMNS, *GA4_KEYS}
    return next(iter(get_close_matches(name, set(found) - known, n=1, cutoff=0.75)), "")
