"""What is older than it may grow is gone, with all that hangs on it; what is younger stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from engine.event_log import EventLog
from engine.journal import Journal, Verdict
from engine.journal_tables import handovers
from engine.journal_writing import HandOver, Step
from engine.retention import AT_ONCE, delete_aged
from engine.types import Event, Message, Reply, Route

AT = datetime(2026, 11, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Ages:
    keep_days: int = 90
    keep_events_days: int = 730


def test_only_what_is_too_old_is_deleted(database_url: str) -> None:
    journal = Journal(database_url)
    for number in range(AT_ONCE + 20):
        at = AT - timedelta(days=91 if number < AT_ONCE + 10 else 89)
        said = Message(f"m{number}", "c", "s", "q", at)
        turn = journal.record_turn(said, "q", Reply("a", Route.FAQ, None, 1.0, "en"))
        if number % 100 == 0:
            journal.record_feedback(turn, "s", Verdict.UP)
    for days in (91, 89):
        journal.write([HandOver("c", "s", Step.OPENED, AT - timedelta(days=days), "asked")])
    EventLog(journal).record(
        [Event("s", AT - timedelta(days=days), "purchase", "lamp") for days in (731, 729)]
    )
    gone = delete_aged(journal, Ages(), AT)
    assert (gone.turns, gone.handovers, gone.events) == (AT_ONCE + 10, 1, 1)
    assert journal.counts() == {"turns": 10, "feedback": 0}
    with journal.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(handovers)) == 1
    assert delete_aged(journal, Ages(), AT).turns == 0
    journal.close()


def test_no_byte_of_what_aged_is_left(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/j.sqlite3")
    said = Message("m", "c", "s", "q", AT - timedelta(days=100))
    journal.record_turn(said, "zanzibarine", Reply("zanzibarine", Route.FAQ, None, 1.0, "en"))
    delete_aged(journal, Ages(), AT)
    assert [p.name for p in tmp_path.iterdir() if b"zanzibarine" in p.read_bytes()] == []
    journal.close()
