"""The event log keeps each event once, all of an import or none, in SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from engine.errors import StoreError
from engine.event_log import EventLog
from engine.journal import Journal
from engine.types import Event

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def event(number: int = 1, shopper: str = "s1", product: str = "mug") -> Event:
    return Event(shopper, AT + timedelta(minutes=number), "view_item", product)


@pytest.fixture
def log(database_url: str) -> Iterator[EventLog]:
    journal = Journal(database_url)
    yield EventLog(journal)
    journal.close()


class TestEveryDatabase:
    def test_an_event_told_twice_is_kept_once(self, log: EventLog) -> None:
        assert log.record([event(1), event(1), event(2)]) == 2
        assert log.record([event(2), replace(event(1), quantity=5), event(3)]) == 1
        assert log.of("s1") == (event(1), event(2), event(3))

    def test_what_is_new_is_counted_without_being_kept(self, log: EventLog) -> None:
        log.record([event(1)])
        assert log.count_new([event(1), event(2), event(2)]) == 1
        assert log.of("s1") == (event(1),)

    def test_the_newest_events_of_one_shopper_come_oldest_first(self, log: EventLog) -> None:
        log.record(event(number, shopper) for number in (3, 1, 4, 2) for shopper in ("s1", "s2"))
        assert log.of("s1", 3) == (event(2), event(3), event(4))
        assert log.of("nobody") == ()

    def test_all_events_come_by_shopper_and_then_by_time(
        self, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("engine.event_log.CHUNK", 4)
        told = [event(n // 2, f"s{n % 3}", f"p{n}") for n in range(23)]
        log.record(told[::-1])
        assert list(log.all()) == sorted(told, key=lambda e: (e.shopper, e.at, e.product))

    def test_others_write_while_all_events_are_read(
        self, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("engine.event_log.CHUNK", 2)
        log.record(event(number) for number in range(5))
        read = log.all()
        first = next(read)
        log.record([event(9)])
        assert [first, *read] == [*(event(number) for number in range(5)), event(9)]

    def test_an_import_that_breaks_off_keeps_nothing(
        self, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("engine.event_log.CHUNK", 2)

        def breaking() -> Iterator[Event]:
            yield from (event(number) for number in range(5))
            raise OSError("cut short")

        with pytest.raises(OSError, match="cut short"):
            log.record(breaking())
        assert not log.has_any()

    def test_a_forgotten_shopper_leaves_nothing_and_others_stay(self, log: EventLog) -> None:
        log.record([event(1), event(2, product="lamp"), event(1, "s2")])
        assert log.forget("s1") == 2
        assert log.forget("s1") == 0
        assert list(log.all()) == [event(1, "s2")]

    def test_one_product_of_a_shopper_can_be_forgotten(self, log: EventLog) -> None:
        log.record([event(1), event(2), event(3, product="lamp"), event(1, "s2")])
        assert log.forget_product("s1", "mug") == 2
        assert list(log.all()) == [event(3, product="lamp"), event(1, "s2")]

    def test_it_knows_whether_there_are_any(self, log: EventLog) -> None:
        assert not log.has_any()
        log.record([event()])
        assert log.has_any()

    def test_times_are_kept_whatever_their_zone_and_without_one_are_utc(
        self, log: EventLog
    ) -> None:
        there = replace(event(), at=event().at.astimezone(timezone(timedelta(hours=8))))
        bare = replace(event(), at=event().at.replace(tzinfo=None))
        assert log.record([there, bare, event()]) == 1
        assert log.of("s1")[0].at == event().at

    def test_opening_an_older_journal_adds_the_events(
        self, log: EventLog, database_url: str
    ) -> None:
        engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("drop table events"))
        engine.dispose()
        journal = Journal(database_url)
        assert EventLog(journal).record([event()]) == 1
        journal.close()


def test_a_locked_database_is_a_store_error(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite3", patience_s=0.05)
    other = sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked"):
        EventLog(journal).record([event()])
    other.close()
    journal.close()
