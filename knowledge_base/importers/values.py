"""What an import reads, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.errors import KnowledgeError

MAX_BYTES = 64 * 2**20
MAX_ROWS = 200_000
MAX_CELL = 32_767
"""Characters: what a cell of a spreadsheet can hold."""

Row = dict[str, str]
Told = tuple[int, Row | str]
"""Of one line: its row, or why it is none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that does not go in, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file by column name (lower case); `note`: what is worth telling of it."""

    names: tuple[str, ...]
    rows: Iterable[Told]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changes in a shop: counts of things, and the new texts of its files.

    `source`: the name of the format; `notes`: what is worth telling of the file as a whole;
    `rows`: how many the file has.
    """

    kind: str
    added: int
    changed: int
    same: int
    refused: tuple[Refused, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    source: str = ""
    rows: int = 0

    @property
    def refused_share(self) -> float:
        """Of all rows."""
        refused = len(self.refused)
        return refused / whole if (whole := max(self.rows, refused)) else 0.0


def too_large(what: str, name: str) -> KnowledgeError:
    """That a file is larger than is read at once."""
    return KnowledgeError(
        f"{what}; at most {MAX_BYTES // 2**20} MiB, {MAX_ROWS:,} rows and {MAX_CELL:,} characters "
        "a cell are read at once",
        where=name,
        mend="split the file; each part needs the line of column names.",
    )
