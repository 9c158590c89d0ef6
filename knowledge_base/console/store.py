"""Who may use the console, who is signed in, and what they did: one small SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.console_accounts import FILE
from engine.errors import StoreError

BUSY_S = 5.0
TABLES = """
create table if not exists people (
    name text primary key collate nocase, role text not null, password text not null default '',
    telegram integer unique, added text not null, added_by text not null);
create table if not exists sessions (
    digest text primary key, name text not null, csrf text not null,
    began integer not null, seen integer not null);
create table if not exists used_links (nonce text primary key, expires integer not null);
create table if not exists tries (who text not null, at integer not null);
create index if not exists tries_who on tries (who, at);
create table if not exists audit (
    id integer primary key autoincrement, at text not null, who text not null,
    what text not null, detail text not null default '');
create table if not exists former_stock (sku text primary key, stock integer not null);
create table if not exists uploads (
    file text primary key, name text not null, by text not null, strict integer not null,
    at text not null);
create table if not exists looks (name text primary key, at text not null, result text not null);
create table if not exists dismissed (
    warning text primary key, at text not null, who text not null, why text not null default '');
"""


class ConsoleStore:
    """The console's own file, mode 0600. Every method may raise StoreError."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        home.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600, exist_ok=True)
        with self._open() as connection:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(TABLES)

    @contextmanager
    def begin(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are all kept, or none."""
        with self._open() as connection:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")

    def rows(self, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        """What a query finds."""
        with self._open() as connection:
            return connection.execute(query, values).fetchall()

    def change(self, query: str, *values: Any) -> int:
        """How many rows a change concerned."""
        with self._open() as connection:
            return connection.execute(query, values).rowcount

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise StoreError(
                f"the console's file cannot be used ({error})", where=str(self._path),
                mend="let shopdesk write there; if it is damaged, take it from a backup.",
            ) from error  # fmt: skip
