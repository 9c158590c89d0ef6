"""Reads CSV and TSV in whatever encoding and with whatever delimiter they were saved."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import KnowledgeError
from knowledge_base.importers.cells import bounded, column_names, row_of
from knowledge_base.importers.values import Table, Told

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
LONGEST_FIELD = 131_072
HIGH_RUN = re.compile(rb"[\x80-\xff]+(?:[\x30-\x7e][\x80-\xff]+)*")
MOSTLY = 0.8


def read_delimited(data: bytes, name: str) -> Table:
    """The rows of a CSV or TSV file.

    Raises KnowledgeError where it is no text, or a quote is never closed.
    """
    text, note = decoded(data, name)
    # Another reader of this process may have set it higher.
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error as error:
        raise _broken(error, name, reader.line_num) from None
    names = column_names(header)
    return Table(tuple(filter(None, names)), bounded(_rows(reader, names, name), name), note)


def _rows(reader: Reader, names: tuple[str, ...], name: str) -> Iterator[Told]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise _broken(error, name, line) from None
            yield line, f"broken CSV: {error}"
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield line, row_of(names, cells)


def _broken(error: csv.Error, name: str, line: int) -> KnowledgeError:
    return KnowledgeError(
        f"broken CSV: {error}",
        where=f"{name}:{line}",
        mend="most likely a quote is opened there and never closed; correct that line.",
    )


def _delimiter(text: str) -> str:
    first = next((line for line in text.split("\n", 100) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file, and a note where its encoding had to be guessed.

    UTF-8 is tried, UTF-16 where the file says so, then GB 18030 or Windows-1252, whichever the
    bytes look like. Raises KnowledgeError where it is none of these.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strictly(data, "utf-16", name), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        encoding = "gb18030" if _looks_chinese(data) else "cp1252"
    text = _strictly(data, encoding, name)
    return text, f"not UTF-8; read as {encoding}. If names look wrong, save it as CSV UTF-8"


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"not text in UTF-8, UTF-16, GB 18030 or Windows-1252 (byte {error.start})",
            where=name,
            mend="save it as CSV UTF-8.",
        ) from None


def _looks_chinese(data: bytes) -> bool:
    """Whether bytes above ASCII stand together as in Chinese, not alone as in Western words."""
    runs = [found.group() for found in HIGH_RUN.finditer(data)]
    together = sum(len(run) for run in runs if len(run) >= 4)
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return together > MOSTLY * sum(len(run) for run in runs)
