"""The journal keeps turns once, durably, in SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text

from engine.errors import StoreError
from engine.journal import Journal, Verdict, turn_id
from engine.types import Band, Button, Citation, Message, Reply, Route

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def message(number: int = 1, conversation: str = "c1", at: datetime = AT) -> Message:
    return Message(f"m{number}", conversation, "s1", "raw words", at)


def reply(words: str = "Thirty days.") -> Reply:
    return Reply(
        words,
        Route.FAQ,
        Band.CERTAIN,
        0.97,
        "en",
        citations=(Citation("entry:returns", "Returns"),),
        buttons=(Button("Source", "source:returns"),),
    )


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    opened = Journal(database_url)
    yield opened
    opened.close()


class TestEveryDatabase:
    def test_a_turn_is_found_again(self, journal: Journal) -> None:
        turn = journal.record_turn(message(), "how long?", reply(), took_s=0.2)
        assert journal.recorded_reply(turn) == reply()
        (found,) = journal.last_turns("c1")
        assert (found.id, found.question, found.answer) == (turn, "how long?", "Thirty days.")
        assert found.at == AT

    def test_the_same_message_recorded_twice_is_one_turn(self, journal: Journal) -> None:
        first = journal.record_turn(message(), "q", reply("first"))
        second = journal.record_turn(message(), "q", reply("second"))
        assert first == second == turn_id(message())
        assert journal.counts() == {"turns": 1, "feedback": 0}
        assert journal.last_turns("c1")[0].answer == "first"

    def test_last_turns_are_the_newest_of_one_conversation_oldest_first(
        self, journal: Journal
    ) -> None:
        for number in range(12):
            journal.record_turn(message(number), f"q{number}", reply())
            journal.record_turn(message(number, "c2"), "other", reply())
        assert [t.question for t in journal.last_turns("c1", 3)] == ["q9", "q10", "q11"]

    def test_the_last_thumb_of_a_shopper_counts(self, journal: Journal) -> None:
        turn = journal.record_turn(message(), "q", reply())
        assert journal.record_feedback(turn, "s1", Verdict.UP)
        assert journal.record_feedback(turn, "s1", Verdict.DOWN)
        assert journal.record_feedback(turn, "s2", Verdict.UP)
        assert journal.counts()["feedback"] == 2

    @pytest.mark.parametrize("turn", ["", "0123456789abcdef", "x" * 16, "'; drop table turns; --"])
    def test_a_thumb_for_no_turn_is_not_kept(self, journal: Journal, turn: str) -> None:
        assert not journal.record_feedback(turn, "s1", Verdict.UP)
        assert journal.counts()["feedback"] == 0

    def test_times_are_kept_whatever_their_zone(self, journal: Journal) -> None:
        there = AT.astimezone(timezone(timedelta(hours=8)))
        journal.record_turn(message(at=there), "q", reply())
        assert journal.last_turns("c1")[0].at == AT

    def test_odd_characters_are_no_error(self, journal: Journal) -> None:
        turn = journal.record_turn(message(), "nul \x00 half \ud83d 灯", reply("\x00\ud83d好"))
        assert journal.last_turns("c1")[0].question.endswith("灯")
        assert journal.recorded_reply(turn) is not None

    def test_opening_twice_keeps_everything(self, journal: Journal, database_url: str) -> None:
        journal.record_turn(message(), "q", reply())
        again = Journal(database_url)
        assert again.counts()["turns"] == 1
        again.close()

    def test_eight_opened_at_once_make_the_tables_once(self, database_url: str) -> None:
        failed: list[Exception] = []

        def open_and_write(number: int) -> None:
            try:
                opened = Journal(database_url)
                opened.record_turn(message(number), "q", reply())
                opened.close()
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=open_and_write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        opened = Journal(database_url)
        assert opened.counts()["turns"] == 8
        opened.close()

    def test_a_newer_schema_is_refused(self, journal: Journal, database_url: str) -> None:
        engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("update schema_version set version = 99"))
        engine.dispose()
        with pytest.raises(StoreError, match="schema 99"):
            Journal(database_url)


WRITER = """
import sys
from datetime import UTC, datetime
from engine.journal import Journal
from engine.types import Message, Reply, Route
journal = Journal(sys.argv[1])
for number in range(100000):
    sent = Message(f"m{number}", "c1", "s1", "", datetime.now(UTC))
    journal.record_turn(sent, "q", Reply("a", Route.FAQ, None, 1.0, "en"))
    print(number, flush=True)
"""


def test_a_recorded_turn_survives_a_killed_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.sqlite3"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(30)]
    writer.kill()
    told = int((lines + writer.stdout.readlines())[-1]) + 1
    writer.stdout.close()
    writer.wait()
    journal = Journal(url)
    assert journal.counts()["turns"] >= told
    journal.close()


def test_the_journal_lies_in_the_home_for_its_owner_only(tmp_path: Path) -> None:
    place = SimpleNamespace(home=tmp_path / "home", database_url=None)
    journal = Journal.open(place)
    path = tmp_path / "home" / "journal.sqlite3"
    assert path.stat().st_mode & 0o777 == 0o600
    journal.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_locked_database_is_a_store_error_without_the_shoppers_words(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = Journal(f"sqlite:///{path}", patience_s=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked") as raised:
        journal.record_turn(message(), "secret words", reply("secret reply"))
    assert "secret" not in str(raised.value) + repr(raised.value.__cause__)
    other.execute("rollback")
    other.close()
    journal.record_turn(message(), "q", reply())
    journal.close()


def test_a_full_database_is_a_store_error(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite3")
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count=20")
        connection.commit()
    with pytest.raises(StoreError, match="full"):
        for number in range(500):
            journal.record_turn(message(number), "q" * 500, reply())
    journal.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:secret@127.0.0.1:1/none",
        "sqlite:////proc/none/journal.sqlite3",
        "oracle:nonsense",
    ],
)
def test_a_database_that_is_not_there_is_said_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as raised:
        Journal(url)
    assert raised.value.mend
    assert "secret" not in str(raised.value)
