"""The files an evaluation reads: checked line by line, errors with file and line."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ShopdeskError

LONGEST_FIELD = 1_000_000


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with the id it belongs to; "" where the column is blank."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class EntryText:
    """One example question of an entry, with the answer beside it or ""."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and whether they ask the same; None where the column is blank."""

    first: str
    second: str
    same: bool | None


def read_entries(path: Path) -> tuple[EntryText, ...]:
    """`id,question[,answer]`, several rows an id. Raises ShopdeskError by line."""
    rows = []
    for number, row in read_table(path, ("id", "question")):
        if not row["id"].strip():
            raise bad_line(
                path, number, "an entry without id", "give every row the id of its entry."
            )
        if row["question"].strip():
            rows.append(EntryText(row["id"].strip(), row["question"], row.get("answer") or ""))
    if not rows:
        raise bad_line(path, 1, "no entry with a question", "write rows of id,question.")
    return tuple(rows)


def read_queries(path: Path) -> tuple[LabelledText, ...]:
    """`text,id`; the id may be blank. Raises ShopdeskError by line."""
    rows = read_table(path, ("text",))
    return tuple(LabelledText(row["text"], (row.get("id") or "").strip()) for _, row in rows)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """`text<TAB>text<TAB>0/1`; the last may be blank. Raises ShopdeskError by line."""
    pairs = []
    for number, line in enumerate(utf8_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        # Some published sets number their lines in a column before.
        parts = line.split("\t")[-3:]
        if len(parts) != 3 or parts[2].strip() not in ("0", "1", ""):
            raise bad_line(path, number, "not text<TAB>text<TAB>0/1", "mend or delete the line.")
        same = parts[2].strip()
        pairs.append(Pair(parts[0], parts[1], same == "1" if same else None))
    return tuple(pairs)


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows of a CSV file with their line. Raises ShopdeskError naming file, line and mend."""
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    reader = csv.DictReader(utf8_text(path).splitlines(keepends=True))
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        found = ", ".join(reader.fieldnames or ()) or "nothing"
        raise bad_line(path, 1, f"no column {missing[0]!r} (found: {found})",
                   f"name the columns {','.join(needed)} in the first line.")  # fmt: skip
    try:
        for row in reader:
            yield reader.line_num, {k: v or "" for k, v in row.items() if k is not None}
    except csv.Error as error:
        raise bad_line(path, reader.line_num, str(error), "mend or delete the line.") from None


def utf8_text(path: Path) -> str:
    """The whole of a text file. Raises ShopdeskError where it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise bad_line(path, line, "not UTF-8 text", "save it as UTF-8.") from None


def bad_line(path: Path, line: int, what: str, mend: str) -> ShopdeskError:
    """What is wrong with a line of a file."""
    return ShopdeskError(what, where=f"{path}:{line}", mend=mend)
