"""What new texts of a shop's files would change, thing by thing, side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

KEYS = {"catalogue.csv": "product", "reviews.csv": "id", "orders.csv": "number"}
WITHIN = "sku"
"""What the rows of one product are told apart by."""
PERSONAL = frozenset({"email", "phone", "name", "tracking"})
"""Columns of orders that are nobody's to look through."""
LONGEST = 2_000
"""Characters of a cell that are shown."""
Rows = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as it is, and as it would be."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A product, entry, review or order that would be new or another."""

    kind: str
    file: str
    id: str
    cells: tuple[Cell, ...]


def differences(folder: Path, files: Mapping[str, str], most: int) -> tuple[Difference, ...]:
    """The first `most` things that change, in the order of the new texts."""
    found: list[Difference] = []
    for file, text in files.items():
        path = folder / file
        before = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
        for one in _of_file(file, before, text):
            if len(found) >= most:
                return tuple(found)
            found.append(one)
    return tuple(found)


def _of_file(file: str, before: str, after: str) -> Iterator[Difference]:
    key = KEYS.get(file)
    if key is None:
        if before != after:
            yield _difference(file, PurePosixPath(file).stem, {"": before}, {"": after})
        return
    hidden = PERSONAL if file == "orders.csv" else frozenset[str]()
    was, now = _things(before, key, hidden), _things(after, key, hidden)
    for name, values in now.items():
        if was.get(name) != values:
            yield _difference(file, name, was.get(name, {}), values)


def _difference(
    file: str, name: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Difference:
    labels = [label for label in dict.fromkeys((*before, *after))
              if before.get(label, "") != after.get(label, "")]  # fmt: skip
    cells = tuple(
        Cell(label, before.get(label, "")[:LONGEST], after.get(label, "")[:LONGEST])
        for label in labels
    )
    kind = "changed" if any(before.values()) else "added"
    return Difference(kind, file, name, cells)


def _things(text: str, key: str, hidden: frozenset[str]) -> Rows:
    """The values of a table by thing: what a product's variants have of their own by their sku."""
    things: Rows = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        values = things.setdefault(row.get(key) or "", {})
        own = row.get(WITHIN)
        for column, cell in row.items():
            if not cell or column in hidden or column in (key, WITHIN) or not isinstance(cell, str):
                continue
            name = (
                f"{own} {column}"
                if own and column in ("colour", "size", "price", "stock")
                else column
            )
            values.setdefault(name, cell)
    return things
