"""What is kept of a shopper can be had whole, and nothing of it is left once it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.event_log import EventLog
from engine.journal import Journal, Verdict
from engine.replay.recording import journaled
from engine.replay.writing import write_conversation
from engine.rights import Rights
from engine.sessions import MemorySessions
from engine.types import Event, Message, Reply, Route, Session

AT = datetime(2026, 11, 30, tzinfo=UTC)
PLANTED = "zanzibarine"


def lived(journal: Journal, sessions: MemorySessions, shopper: str, words: str) -> None:
    """A shopper who asked, rated, looked and is remembered."""
    for number in range(30):
        message = Message(f"{shopper}{number}", f"chat-{shopper}", shopper, words, AT)
        reply = Reply(f"You said {words}.", Route.FAQ, None, 1.0, "en")
        turn = journal.record_turn(message, words, reply)
        journal.record_feedback(turn, shopper, Verdict.UP)
    EventLog(journal).record([Event(shopper, AT, "view_item", words)])
    with sessions.lock(f"chat-{shopper}") as locked:
        locked.save(Session(f"chat-{shopper}", shopper=shopper, vault={"⟦email:1⟧": words}))


def test_all_that_is_kept_is_handed_over(database_url: str) -> None:
    journal = Journal(database_url)
    lived(journal, MemorySessions(), "ann", PLANTED)
    kept = Rights(journal, MemorySessions()).export("ann")
    assert {name: len(rows) for name, rows in kept.items()} == {
        "turns": 30, "feedback": 30, "events": 1, "links": 0, "handovers": 0,
    }  # fmt: skip
    assert {row["question"] for row in kept["turns"]} == {PLANTED}
    assert not any(Rights(journal, MemorySessions()).export("bob").values())
    journal.close()


def test_who_is_forgotten_is_in_no_table_and_no_session_and_others_stay(database_url: str) -> None:
    journal, sessions = Journal(database_url), MemorySessions()
    lived(journal, sessions, "ann", PLANTED)
    lived(journal, sessions, "bob", "lamps")
    rights = Rights(journal, sessions)
    gone = rights.forget("ann")
    assert (gone.turns, gone.feedback, gone.events, gone.conversations) == (30, 30, 1, 1)
    assert not any(rights.export("ann").values())
    assert sessions.peek("chat-ann").vault == {}
    assert len(rights.export("bob")["turns"]) == 30
    assert sessions.peek("chat-bob").vault
    assert rights.forget("ann").turns == 0
    journal.close()


def test_no_byte_of_who_is_forgotten_is_left_on_disk(tmp_path: Path) -> None:
    journal, sessions = Journal(f"sqlite:///{tmp_path}/j.sqlite3"), MemorySessions()
    lived(journal, sessions, "ann", PLANTED)
    replays = tmp_path / "replays"
    for made in journaled(journal, AT - timedelta(days=1), propose=True):
        write_conversation(replays, made)

    def on_disk() -> list[str]:
        files = (path for path in tmp_path.rglob("*") if path.is_file())
        return sorted(p.name for p in files if PLANTED.encode() in p.read_bytes())

    assert len(on_disk()) >= 2
    assert Rights(journal, sessions, replays=replays).forget("ann").replays == 1
    assert on_disk() == []
    journal.close()
    assert on_disk() == []
