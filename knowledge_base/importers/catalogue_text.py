"""One product's rows in the text of a catalogue, changed without touching any other byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import KnowledgeError
from knowledge_base.importers.values import Row
from knowledge_base.tables import PRODUCT_COLUMNS

FILE = "catalogue.csv"
MARK = "\ufeff"
"""What some programs begin a UTF-8 file with."""
NO_LINES: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it lies in a text: from `start` to `end`, its last line, its cells."""

    start: int
    end: int
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spliced:
    """A catalogue's new text. `moved`: lines of the old text, with how many came in after each."""

    text: str
    moved: tuple[tuple[int, int], ...]

    def line(self, before: int) -> int:
        """Where a line of the old text stands now."""
        return before + sum(more for at, more in self.moved if at < before)


def records(text: str) -> Iterator[Record]:
    """The rows of a CSV text, its header first. Raises KnowledgeError where it is broken."""
    first = len(MARK) if text.startswith(MARK) else 0
    end = first

    def lines() -> Iterator[str]:
        nonlocal end
        # As `tables.read_rows` reads it: a line ends nowhere else.
        for line in io.StringIO(text[first:], newline=""):
            end += len(line)
            yield line

    reader = csv.reader(lines(), strict=True)
    start = first
    try:
        for cells in reader:
            yield Record(start, end, reader.line_num, tuple(cells))
            start = end
    except csv.Error as error:
        raise KnowledgeError(
            f"broken CSV: {error}", where=f"{FILE}:{reader.line_num}",
            mend="close the quotation mark in this row, then save again.",
        ) from error  # fmt: skip


def with_product(
    text: str, product: str, rows: Sequence[Row], broken: frozenset[int] = NO_LINES
) -> Spliced:
    """The text with these rows in place of a product's; none: without it.

    A product that is not there yet goes to the end. Rows on `broken` lines stay as they are.
    Raises KnowledgeError for a broken text or one without our columns.
    """
    found = records(text)
    head = next(found, None)
    names = [name.strip() for name in head.cells] if head else []
    if head is None or not set(PRODUCT_COLUMNS) <= set(names):
        raise KnowledgeError("the catalogue's first line lacks columns", where=f"{FILE}:1",
                             mend=f"it needs {', '.join(PRODUCT_COLUMNS)}.")  # fmt: skip
    key, sku = names.index("product"), names.index("sku")
    own = [one for one in found if len(one.cells) == len(names) and one.line not in broken
           and one.cells[key].strip() == product]  # fmt: skip
    beside = {one.cells[sku].strip(): dict(zip(names, one.cells, strict=True)) for one in own}
    end = "\r\n" if text[: head.end].endswith("\r\n") else "\n"
    new = "".join(_line([(beside.get(row["sku"], {}) | row).get(name, "") for name in names], end)
                  for row in rows)  # fmt: skip
    if not own:
        gap = "" if text.endswith(("\n", "\r")) else end
        return Spliced(text + gap + new, ())
    return _replaced(text, own, new)


def with_record(text: str, old: Record, new: str) -> Spliced:
    """The text with another row, or rows, in place of one."""
    return _replaced(text, [old], new)


def _replaced(text: str, own: Sequence[Record], new: str) -> Spliced:
    """`new` in place of the first of some rows; the others go."""
    pieces: list[str] = []
    moved: list[tuple[int, int]] = []
    last = 0
    for number, one in enumerate(own):
        put = "" if number else new
        pieces += [text[last : one.start], put]
        moved.append((one.line, _lines(put) - _lines(text[one.start : one.end])))
        last = one.end
    return Spliced("".join((*pieces, text[last:])), tuple(moved))


def _lines(text: str) -> int:
    return sum(1 for _ in io.StringIO(text, newline=""))


def _line(cells: Sequence[str], end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow(cells)
    return out.getvalue()
