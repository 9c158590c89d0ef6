"""The durable record of turns and feedback, masked, in SQLite or PostgreSQL."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from engine import wire
from engine.errors import StoreError
from engine.journal_setup import make_tables, prepare_quick_sqlite, prepare_sqlite
from engine.journal_tables import SCHEMA_VERSION, feedback, turns
from engine.journal_writing import (
    Happening,
    Insert,
    Thumb,
    Verdict,
    now,
    turn_done,
    turn_id,
    write,
    write_thumb,
)
from engine.types import Message, Reply, Route

__all__ = ["Database", "Journal", "JournalPlace", "JournaledTurn", "Verdict", "turn_id"]

PATIENCE_S = 5.0


class JournalPlace(Protocol):
    """What opening a journal needs to know; Settings has it."""

    @property
    def home(self) -> Path:
        """The folder of the shop's state."""

    @property
    def database_url(self) -> str | None:
        """A PostgreSQL (or SQLite) URL; None for SQLite under home."""


class Database(Protocol):
    """What reads and writes a journal's tables."""

    @property
    def insert(self) -> Insert:
        """The database's own insert, which knows conflicts."""

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction, kept when the block ends well. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class JournaledTurn:
    """One recorded turn, masked."""

    id: str
    at: datetime
    conversation: str
    shopper: str
    channel: str
    question: str
    answer: str
    route: Route
    language: str
    action: str = ""
    private: bool = True
    snapshot: str = ""


class Journal:
    """Turns and feedback. Every method raises StoreError when the database is gone or full."""

    def __init__(
        self,
        url: str,
        *,
        durable: bool = True,
        patience_s: float = PATIENCE_S,
        later: bool = False,
    ) -> None:
        """Connect and make what tables are missing. Raises StoreError.

        One that is not `durable` is quicker, and lost with the machine's power. `patience_s`: how
        long it waits where another program writes. `later`: the first use connects.
        """
        self._engine = _engine(url, durable=durable, patience_s=patience_s)
        self._patience_s, self._ready = patience_s, False
        self.insert = postgresql.insert if _is_postgres(self._engine) else sqlite.insert
        if later:
            return
        try:
            self._set_up()
        except BaseException:
            self._engine.dispose()
            raise

    @classmethod
    def open(
        cls, place: JournalPlace, *, patience_s: float = PATIENCE_S, later: bool = False
    ) -> Journal:
        """The journal of these settings. Raises StoreError."""
        if place.database_url:
            return cls(place.database_url, patience_s=patience_s, later=later)
        path = place.home.absolute() / "journal.sqlite3"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                f"cannot write the journal ({error.strerror})",
                where=str(path),
                mend="give SHOPDESK_HOME a folder you may write to, on a disk with room.",
            ) from error
        return cls(f"sqlite:///{path}", patience_s=patience_s, later=later)

    def record_turn(
        self, message: Message, question: str, reply: Reply, *, took_s: float = 0.0
    ) -> str:
        """Record a masked question with its masked reply; the turn's id.

        On return it is on disk. A message recorded before keeps its first reply.
        """
        self.write([turn_done(message, question, reply, took_s)])
        return turn_id(message)

    def write(self, happenings: Sequence[Happening]) -> None:
        """Write all of these or none. On return they are on disk; those known before stay."""
        with self.begin() as connection:
            for happening in happenings:
                write(connection, self.insert, happening)

    def recorded_reply(self, turn: str) -> Reply | None:
        """The masked reply of a recorded turn, its `turn` not set."""
        with self.begin() as connection:
            found = connection.scalar(select(turns.c.reply).where(turns.c.id == turn))
        try:
            return wire.loads(Reply, found) if found else None
        except wire.WireError:
            return None

    def question_of(self, turn: str) -> str | None:
        """The masked question of a recorded turn; None where there is none (any more)."""
        with self.begin() as connection:
            found = connection.scalar(select(turns.c.question).where(turns.c.id == turn))
        return None if found is None else str(found)

    def last_turns(self, conversation: str, limit: int = 10) -> tuple[JournaledTurn, ...]:
        """The newest turns of a conversation, oldest first."""
        names = [turns.c[name] for name in JournaledTurn.__dataclass_fields__]
        newest = (
            select(*names)
            .where(turns.c.conversation == conversation)
            .order_by(turns.c.number.desc())
            .limit(limit)
        )
        with self.begin() as connection:
            rows = connection.execute(newest).mappings().all()
        return tuple(JournaledTurn(**{**row, "route": Route(row["route"])}) for row in rows[::-1])

    def record_feedback(self, turn: str, shopper: str, verdict: Verdict) -> bool:
        """Record a thumb, the last one of a shopper counts; False when there is no such turn."""
        thumb = Thumb(turn, shopper, verdict, now())
        with self.begin() as connection:
            return write_thumb(connection, self.insert, thumb)

    def counts(self) -> dict[str, int]:
        """How many turns and thumbs there are, by table."""
        with self.begin() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (turns, feedback)
            }

    def wipe_log(self) -> None:
        """Write SQLite's log into its file and empty it: what was deleted is in neither then."""
        if not _is_postgres(self._engine):
            with self.begin() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, kept when the block ends well. Raises StoreError."""
        if not self._ready:
            self._set_up()
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _store_error(self._engine, error) from error

    def _set_up(self) -> None:
        until = time.monotonic() + self._patience_s
        while True:
            try:
                with self._engine.begin() as connection:
                    found = make_tables(connection)
                break
            except OperationalError as error:
                # Switching a new file to WAL does not wait for others who do the same, and two may
                # find the same column missing.
                again = any(word in str(error.orig) for word in ("locked", "duplicate column"))
                if not again or time.monotonic() > until:
                    raise _store_error(self._engine, error) from error
                time.sleep(0.02)
            except SQLAlchemyError as error:
                raise _store_error(self._engine, error) from error
        if found > SCHEMA_VERSION:
            raise StoreError(
                f"the journal has schema {found}, this shopdesk knows {SCHEMA_VERSION}",
                where=_shown(self._engine),
                mend="update shopdesk, or name another database.",
            )
        self._ready = True


def _engine(url: str, *, durable: bool, patience_s: float) -> Engine:
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    try:
        # The parameters are the shoppers' words: they must not get into any error text.
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=_postgres_url(url),
            connect_args=_patient(url, patience_s),
        )  # fmt: skip
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise StoreError(
            f"DATABASE_URL cannot be used ({type(error).__name__})",
            where="DATABASE_URL",
            mend="write postgresql://user:password@host/database and "
            "`pip install shopdesk[postgres]`.",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_sqlite if durable else prepare_quick_sqlite)
    return engine


def _patient(url: str, patience_s: float) -> dict[str, Any]:
    if not _postgres_url(url):
        return {"timeout": patience_s}
    # PostgreSQL counts whole seconds here, at least two.
    waits = f"-c lock_timeout={int(1000 * patience_s)}"
    return {"connect_timeout": max(2, int(patience_s)), "options": waits}


def _postgres_url(url: str) -> bool:
    return url.startswith("postgresql")


def _is_postgres(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _store_error(engine: Engine, error: SQLAlchemyError) -> StoreError:
    reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0][:200]
    return StoreError(
        f"the journal cannot be used ({reason})",
        where=_shown(engine),
        mend="see that the database runs, is not locked by another program, and has room.",
    )
