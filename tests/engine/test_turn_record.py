"""A journal that fails keeps no shopper waiting, and nothing that was said is lost."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.event_log import EventLog
from engine.journal import Journal, Verdict, turn_id
from engine.journal_writing import HandOver, Step
from engine.spool import Spool
from engine.turn_record import TurnRecord
from engine.types import Event, Message, Reply, Route

AT = datetime(2026, 11, 30, tzinfo=UTC)
REPLY = Reply("Thirty days.", Route.FAQ, None, 1.0, "en")


def message(number: int) -> Message:
    return Message(f"m{number}", "c1", "s1", "raw words", AT)


@contextmanager
def recording(folder: Path) -> Iterator[tuple[TurnRecord, Journal]]:
    journal = Journal(f"sqlite:///{folder}/journal.sqlite3", patience_s=0.05, later=True)
    record = TurnRecord(journal, Spool(folder), try_every_s=0.05)
    yield record, journal
    record.close()
    journal.close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "journal.sqlite3", isolation_level=None)) as other:
        other.execute("begin immediate")
        yield


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Another program has filled the disk: SQLite can add no page."""
    pages: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def small(*words: object, **more: object) -> sqlite3.Connection:
        made = connect(*words, **more)  # type: ignore[call-overload]
        made.execute("PRAGMA max_page_count=1")
        pages.append(made)
        return made  # type: ignore[no-any-return]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite3.dbapi2.connect", small)
        yield


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    path = folder / "journal.sqlite3"
    hidden = folder / "hidden"
    for name in ("", "-wal", "-shm"):
        if (file := folder / f"journal.sqlite3{name}").exists():
            file.rename(f"{hidden}{name}")
    path.mkdir()
    yield
    path.rmdir()
    for name in ("", "-wal", "-shm"):
        if Path(f"{hidden}{name}").exists():
            Path(f"{hidden}{name}").rename(folder / f"journal.sqlite3{name}")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("failing", [locked, gone])
def test_what_was_said_while_the_journal_failed_is_in_it_afterwards(
    tmp_path: Path, failing: Callable[[Path], object]
) -> None:
    with recording(tmp_path) as (record, journal):
        record.turn(message(0), "before", REPLY, 0.1)
        if failing is gone:
            journal.close()
        with failing(tmp_path):  # type: ignore[attr-defined]
            began = time.monotonic()
            for number in range(1, 30):
                record.turn(message(number), f"q{number}", REPLY, 0.1)
            assert record.trouble
            # One waits for the journal, the others no more: nobody is kept from an answer.
            assert time.monotonic() - began < 5
            record.thumb(turn_id(message(3)), "s1", Verdict.DOWN)
            record.record([Event("s1", AT, "view_item", "lamp")])
            record.handed_over(HandOver("c1", "s1", Step.OPENED, AT, "asked"))
            assert record.reply_of(turn_id(message(0))) is None
            with pytest.raises(StoreError):
                record.of("s1")
        until(lambda: not record.trouble)
        assert journal.counts() == {"turns": 30, "feedback": 1}
        asked = [turn.question for turn in journal.last_turns("c1", 40)]
        assert asked == ["before", *(f"q{number}" for number in range(1, 30))]
        assert [event.product for event in EventLog(journal).of("s1")] == ["lamp"]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with recording(tmp_path) as (record, journal):
        record.turn(message(0), "before", REPLY, 0.1)
        journal.close()
        with full(tmp_path):
            for number in range(1, 200):
                record.turn(message(number), "long " * 100, REPLY, 0.1)
            assert "full" in record.trouble
            journal.close()
        until(lambda: not record.trouble)
        assert journal.counts()["turns"] == 200


def test_what_a_killed_process_had_spooled_is_brought_in_by_the_next(tmp_path: Path) -> None:
    with recording(tmp_path) as (record, _), locked(tmp_path):
        record.turn(message(1), "q", REPLY, 0.1)
        record.close()
    with recording(tmp_path) as (record, journal):
        # Nobody is alarmed: the journal works.
        assert not record.trouble
        until(lambda: journal.counts()["turns"] == 1)


def test_what_is_written_twice_is_there_once(tmp_path: Path) -> None:
    with recording(tmp_path) as (record, journal):
        with locked(tmp_path):
            record.turn(message(1), "first", REPLY, 0.1)
            record.turn(message(1), "second", REPLY, 0.1)
            record.thumb(turn_id(message(1)), "s1", Verdict.DOWN)
            record.thumb(turn_id(message(1)), "s1", Verdict.UP)
        until(lambda: not record.trouble)
        assert [turn.question for turn in journal.last_turns("c1")] == ["first"]
        assert journal.counts() == {"turns": 1, "feedback": 1}


def test_many_threads_lose_nothing_while_the_journal_comes_and_goes(tmp_path: Path) -> None:
    def say(record: TurnRecord, first: int) -> None:
        for number in range(first, first + 60):
            record.turn(message(number), "q", REPLY, 0.1)
            time.sleep(0.002)

    with recording(tmp_path) as (record, journal):
        record.turn(message(0), "q", REPLY, 0.1)
        threads = [threading.Thread(target=say, args=(record, 1 + 60 * n)) for n in range(6)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            with locked(tmp_path):
                time.sleep(0.15)
            time.sleep(0.1)
        until(lambda: not record.trouble)
        assert journal.counts()["turns"] == 361
