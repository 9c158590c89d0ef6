"""Makes the journal's tables, and brings those of an older version up to date."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Index, Table, inspect, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, DropIndex

from engine.journal_tables import OUTDATED_INDEXES, SCHEMA_VERSION, TABLES, schema

_SET_UP_LOCK = 727_201
"""Our number among PostgreSQL's advisory locks: one process makes the tables at a time."""


def make_tables(connection: Connection) -> int:
    """Make what tables, columns and indexes are missing; the schema version that then stands there.

    A journal of a newer version is left as it is. Nothing stored is changed or lost.
    """
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _SET_UP_LOCK})
    connection.execute(CreateTable(schema, if_not_exists=True))
    insert = postgresql.insert if postgres else sqlite.insert
    first = insert(schema).values(id=1, version=SCHEMA_VERSION)
    connection.execute(first.on_conflict_do_nothing())
    found = connection.scalar(schema.select().with_only_columns(schema.c.version)) or 0
    if found > SCHEMA_VERSION:
        return found
    for table in TABLES:
        connection.execute(CreateTable(table, if_not_exists=True))
        _add_columns(connection, table)
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    if found < SCHEMA_VERSION:
        for name in OUTDATED_INDEXES:
            connection.execute(DropIndex(Index(name), if_exists=True))
        connection.execute(update(schema).values(version=SCHEMA_VERSION))
    return SCHEMA_VERSION


def _add_columns(connection: Connection, table: Table) -> None:
    """Columns a later version has more; each has a default, so that old rows are whole."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            made = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"alter table {table.name} add column {made}"))


def prepare_sqlite(connection: Any, _: object) -> None:
    """Make a new SQLite connection durable, and leave nothing of what is deleted."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA secure_delete=ON")
    # A recorded turn's raw message is deleted at once, so it must survive a power cut too.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def prepare_quick_sqlite(connection: Any, record: object) -> None:
    """The same, without waiting for the disk."""
    prepare_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF").close()
