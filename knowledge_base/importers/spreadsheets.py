"""Reads the first sheet of an XLSX workbook, after looking whether it would burst."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from engine.errors import KnowledgeError
from knowledge_base.importers.cells import bounded, column_names, row_of
from knowledge_base.importers.values import MAX_ROWS, Table, Told, too_large

MAX_MEMBERS = 2_000
MAX_UNPACKED = 256 * 2**20
MAX_RATIO = 200
"""How many times its size a workbook may unpack to, once that is over SMALL."""
SMALL = 16 * 2**20
MAX_PART = 8 * 2**20
"""Of a part that is read as one tree, which takes thirty times its size in memory."""
NO_TREES = ("xl/worksheets/", "xl/sharedStrings.xml", "xl/pivotCache/", "xl/drawings/")
"""Where parts lie that are read piece by piece, or not at all."""
MAX_COLUMNS = 500
CHUNK = 2**20
ROWS_AT_ONCE = 500
"""A row may be as wide as MAX_COLUMNS, and a file may have nothing but its last cells."""
SIGNS = (b"<!doctype", b"<!entity")
MEND = "open it in a spreadsheet program and save it anew as XLSX, or as CSV UTF-8."


def read_spreadsheet(data: bytes, name: str) -> Table:
    """The rows of a workbook's first sheet; formulas count as the values last computed.

    Raises KnowledgeError where it is no workbook, or unpacks to more than it should.
    """
    _check(data, name)
    rows = _sheet_rows(data, name)
    _, header = next(rows, (1, ()))
    names = column_names(_text(value) for value in header)
    while names and not names[-1]:
        names = names[:-1]
    return Table(tuple(filter(None, names)), bounded(_told(rows, names), name))


def _told(rows: Iterator[tuple[int, tuple[Any, ...]]], names: tuple[str, ...]) -> Iterator[Told]:
    for line, values in rows:
        cells = [_text(value) for value in values]
        if any(cell.strip() for cell in cells):
            yield line, row_of(names, cells + [""] * (len(names) - len(cells)))


def _sheet_rows(data: bytes, name: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that hold anything, up to their last cell; read as they are asked for."""
    from openpyxl import load_workbook

    with _readable(name):
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        # One more row than may be: the one that tells that there are too many.
        most = MAX_ROWS + 2
        rows = enumerate(sheet.iter_rows(max_row=most, max_col=MAX_COLUMNS, values_only=True), 1)
    while some := _next_rows(rows, name):
        yield from ((line, row) for line, row in some if row)


def _next_rows(
    rows: Iterator[tuple[int, tuple[Any, ...]]], name: str
) -> list[tuple[int, tuple[Any, ...]]]:
    with _readable(name):
        return [(line, _to_last_cell(row)) for line, row in islice(rows, ROWS_AT_ONCE)]


def _to_last_cell(row: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Whatever goes wrong in it is a workbook that cannot be read."""
    try:
        # It warns of styles and links that it does not read; so do we not.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:  # Broken workbooks fail in more ways than openpyxl names.
        raise KnowledgeError(
            f"not a readable XLSX workbook ({type(error).__name__}: {str(error)[:200]})",
            where=name,
            mend=MEND,
        ) from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _check(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive, len(data), name)
    except KnowledgeError:
        raise
    except Exception as error:  # As above: zipfile fails in many ways on bytes made to break it.
        raise KnowledgeError(
            f"not a readable XLSX workbook ({error})", where=name, mend=MEND
        ) from None


def _check_members(archive: zipfile.ZipFile, size: int, name: str) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise KnowledgeError(
            f"{len(members):,} files are packed in it, over {MAX_MEMBERS:,}", where=name, mend=MEND
        )
    if unpacked > MAX_UNPACKED:
        raise too_large(f"the workbook unpacks to {unpacked / 2**20:,.0f} MiB", name)
    if unpacked > SMALL and unpacked > MAX_RATIO * size:
        raise KnowledgeError(
            f"the workbook unpacks to {unpacked // size:,} times its size, over {MAX_RATIO}",
            where=name,
            mend=MEND,
        )
    if "[Content_Types].xml" not in archive.namelist():
        raise KnowledgeError("a ZIP archive, but no XLSX workbook", where=name, mend=MEND)
    if large := _large_part(archive, members):
        raise too_large(f"{large} in the workbook unpacks to over {MAX_PART // 2**20} MiB", name)
    if any(_declares(archive, member) for member in members):
        raise KnowledgeError(
            "the workbook declares XML entities, which no spreadsheet program does",
            where=name,
            mend=MEND,
        )


def _large_part(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    """The name of a part too large to be read as one tree; "" where there is none."""
    from defusedxml.ElementTree import fromstring

    large = [one.filename for one in members if one.file_size > MAX_PART]
    for part in large:
        if part.endswith((".xml", ".rels")) and not part.startswith(NO_TREES):
            return part
    # The workbook's own part may lie anywhere, even among the sheets.
    types = fromstring(archive.read("[Content_Types].xml")) if large else ()
    mains = {one.get("PartName", "").lstrip("/") for one in types
             if "main+xml" in one.get("ContentType", "")}  # fmt: skip
    return next((part for part in large if part in mains), "")


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether an XML file in it holds a DTD; in text such a sign is always escaped."""
    if not member.filename.endswith((".xml", ".rels")):
        return False
    before = b""
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            seen = before + chunk.replace(b"\0", b"").lower()
            if any(sign in seen for sign in SIGNS):
                return True
            before = seen[-len(SIGNS[0]) :]
    return False
