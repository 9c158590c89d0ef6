"""Cells as they come: cleaned, measured, and put under their columns' names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge_base.importers.formulas import MARK, restored
from knowledge_base.importers.values import MAX_CELL, MAX_ROWS, Row, Told, too_large
from knowledge_base.tables import MISCOUNTED

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NOT_TEXT = "holds bytes or halves of characters that are no text"


def cleaned(cell: str) -> str:
    """A cell without outer spaces, control characters and an export's apostrophe.

    Raises ValueError where it is too long or no Unicode text.
    """
    if len(cell) > MAX_CELL:
        raise ValueError(f"a cell has {len(cell):,} characters, over {MAX_CELL:,}")
    if cell[:1] == MARK:
        cell = restored(cell)
    if not cell.isprintable():
        cell = CONTROLS.sub("", cell.replace("\r\n", "\n").replace("\r", "\n"))
        if not cell.isprintable():
            _encodable(cell)
    return cell.strip()


def _encodable(cell: str) -> None:
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise ValueError(NOT_TEXT) from None


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Names as rows are keyed by: lower case, an unnamed or second one of a name is ""."""
    names: dict[str, None] = {}
    listed: list[str] = []
    for cell in cells:
        name = " ".join(cell.replace("\ufeff", "").split()).casefold()
        listed.append("" if name in names or len(name) > MAX_CELL else name)
        names[name] = None
    return tuple(listed)


def row_of(names: Sequence[str], cells: Sequence[str]) -> Row | str:
    """The cells under their names, or why they are no row."""
    if len(cells) != len(names):
        if len(cells) < len(names) or any(cell.strip() for cell in cells[len(names) :]):
            return MISCOUNTED
        cells = cells[: len(names)]
    try:
        row = {name: cleaned(cell) for name, cell in zip(names, cells, strict=True)}
    except ValueError as error:
        return str(error)
    row.pop("", None)
    return row


def bounded(rows: Iterable[Told], name: str) -> Iterator[Told]:
    """The rows; raises KnowledgeError after as many as are read at once."""
    for number, told in enumerate(rows):
        if number >= MAX_ROWS:
            raise too_large(f"the file has over {MAX_ROWS:,} rows", f"{name}:{told[0]}")
        yield told
