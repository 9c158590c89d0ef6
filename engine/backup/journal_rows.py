"""The journal's rows, out of one database and into another of either kind."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select, text

from engine.errors import BackupError
from engine.journal import Journal
from engine.journal_tables import TABLES, UtcTime, schema

AT_ONCE = 1000
Row = tuple[str, dict[str, Any]]
"""A table's name, and the values by column."""
_TABLES = {table.name: table for table in TABLES if table is not schema}
_MEND = "restore it with the shopdesk that made it, or a newer one."


def read_rows(journal: Journal) -> Iterator[Row]:
    """All rows as they are at one moment, in the order of writing. Raises StoreError."""
    with journal.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set transaction isolation level repeatable read"))
        for table in _TABLES.values():
            query = select(table).order_by(*table.primary_key.columns)
            for row in connection.execution_options(yield_per=AT_ONCE).execute(query).mappings():
                yield table.name, dict(row)


def count_rows(journal: Journal) -> int:
    """How many rows it holds. Raises StoreError."""
    with journal.begin() as connection:
        counts = [connection.scalar(select(func.count()).select_from(t)) for t in _TABLES.values()]
    return sum(count or 0 for count in counts)


def write_rows(journal: Journal, rows: Iterable[Row]) -> int:
    """Write all or none; how many there were. Raises StoreError, BackupError."""
    count = 0
    with journal.begin() as connection:
        for name, group in itertools.groupby(rows, key=lambda row: row[0]):
            values = (row[1] for row in group)
            while batch := list(itertools.islice(values, AT_ONCE)):
                connection.execute(insert(_TABLES[name]), batch)
                count += len(batch)
        _go_on_counting(connection)
    return count


def to_line(row: Row) -> bytes:
    """A row as a line of JSON."""
    name, values = row
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
    return json.dumps([name, plain], ensure_ascii=True).encode() + b"\n"


def from_lines(lines: IO[bytes]) -> Iterator[Row]:
    """Rows out of such lines. Raises BackupError for one that is none of ours."""
    for number, line in enumerate(lines, 1):
        try:
            name, values = json.loads(line)
            table = _TABLES[name]
            yield name, {column: _value(table, column, value) for column, value in values.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BackupError(f"line {number} of the journal is no row of ours",
                              where="journal.jsonl", mend=_MEND) from error  # fmt: skip


@contextmanager
def sqlite_copy(path: Path, room: Path) -> Iterator[IO[bytes]]:
    """A consistent copy of an SQLite database that others go on writing to, opened to be read.

    It takes its room in the folder `room`, under no name: a kill leaves nothing of it.
    """
    handle, name = tempfile.mkstemp(dir=room, prefix=".journal-")
    copy = Path(name)
    with os.fdopen(handle, "rb") as file:
        try:
            # Not read-only: that one cannot make the shared memory a lone reader needs.
            source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30.0)
            target = sqlite3.connect(copy)
            with closing(source), closing(target):
                target.execute("PRAGMA journal_mode=OFF").close()
                target.execute("PRAGMA synchronous=OFF").close()
                copy.unlink()
                # All pages at once: else every write of another process begins it anew.
                source.backup(target, pages=-1)
        except sqlite3.Error as error:
            raise BackupError(
                f"the database cannot be copied ({error})", where=str(path),
                mend="see that it is not locked by another program, and that the disk has room.",
            ) from error  # fmt: skip
        finally:
            copy.unlink(missing_ok=True)
        file.seek(0)
        yield file


def _value(table: Table, column: str, value: Any) -> Any:
    is_time = isinstance(table.c[column].type, UtcTime)
    return datetime.fromisoformat(value) if is_time and value is not None else value


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL counts rows in a sequence, which knows nothing of numbers that were given."""
    if connection.dialect.name != "postgresql":
        return
    for table in _TABLES.values():
        if "number" in table.c:
            last = func.max(table.c.number)
            sequence = func.pg_get_serial_sequence(table.name, "number")
            connection.execute(
                select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None)))
            )
