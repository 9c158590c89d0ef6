"""Who was told a wrong version is listed, and gets the right one once, unless forgotten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from engine import keys, valkey
from engine.errors import ShopdeskError
from engine.journal import Journal
from engine.recall import send_corrections, told_wrong
from engine.retrieval.snapshot import write_live
from engine.rights import Rights
from engine.sessions import MemorySessions
from engine.types import Band, Citation, Message, Receipt, Reply, Route, WordedBy
from knowledge_base.store import EMPTY_SHOP, load

AT = datetime(2026, 11, 30, tzinfo=UTC)
SINCE = AT - timedelta(days=30)
OLD, NEW = "a" * 16, "b" * 16
ENTRY = load(EMPTY_SHOP).entries[0]
WORDS = ENTRY.answers["en"].split()[-1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose entry was corrected: `NEW` is live, `OLD` was."""
    for snapshot in (OLD, NEW):
        shutil.copytree(EMPTY_SHOP, tmp_path / "snapshots" / snapshot / "knowledge")
    for file in (tmp_path / "snapshots" / OLD / "knowledge").rglob("faq/*"):
        text = file.read_text("utf-8")
        if WORDS in text:
            file.write_text(text.replace(WORDS, "wrongwrong"), "utf-8")
    write_live(tmp_path, NEW)
    return tmp_path


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    opened = Journal(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    server = valkey.start(tmp_path_factory.mktemp("home"))
    yield Redis(unix_socket_path=str(server.socket), decode_responses=True)
    server.stop()


def told(
    journal: Journal, who: str, snapshot: str, *, channel: str = "telegram", at: datetime = AT,
    band: Band = Band.CERTAIN, entries: tuple[str, ...] = (ENTRY.id,), answer: str = "wrongwrong",
) -> str:  # fmt: skip
    reply = Reply(
        answer, Route.FAQ, band, 1.0, "en",
        citations=tuple(Citation(f"entry:{entry}", entry) for entry in entries),
        receipt=Receipt(snapshot, "", WordedBy.OPERATOR),
    )  # fmt: skip
    said = Message(f"{who}{at}", f"tg:{who}", who, "q", at, channel=channel)
    return journal.record_turn(said, "q", reply)


def test_who_was_told_another_text_is_listed_and_nobody_else(home: Path, journal: Journal) -> None:
    wrong = told(journal, "ann", OLD)
    second = told(journal, "bob", OLD, entries=("other", ENTRY.id))
    gone = told(journal, "cleo", "c" * 16)
    told(journal, "dan", NEW)
    told(journal, "eve", OLD, band=Band.UNSURE)
    told(journal, "finn", OLD, entries=("other",))
    told(journal, "gus", OLD, at=SINCE - timedelta(days=1))
    told(journal, "hal", "d" * 16, answer=f"Well: {ENTRY.answers['en']}")
    found = told_wrong(journal, home, ENTRY.id, SINCE)
    assert [turn.turn for turn in found] == [wrong, second, gone]
    assert {turn.right for turn in found} == {ENTRY.answers["en"]}


def test_an_entry_nobody_knows_is_an_error(home: Path, journal: Journal) -> None:
    with pytest.raises(ShopdeskError, match="no entry 'nowhere'"):
        told_wrong(journal, home, "nowhere", SINCE)


def test_each_conversation_gets_one_correction_once(
    home: Path, journal: Journal, redis: Redis
) -> None:
    redis.flushall()
    for minute in range(3):
        told(journal, "ann", OLD, at=AT - timedelta(minutes=minute))
    told(journal, "web", OLD, channel="web")
    told(journal, "bob", OLD)
    found = told_wrong(journal, home, ENTRY.id, SINCE)
    sent = send_corrections(journal, redis, ENTRY.id, found, AT)
    assert (sent.queued, sent.before, sent.elsewhere) == (2, 0, 1)
    again = send_corrections(journal, redis, ENTRY.id, found, AT)
    assert (again.queued, again.before) == (0, 2)
    lines = [json.loads(line) for line in redis.lrange(keys.CORRECTIONS, 0, -1)]
    assert sorted(line["conversation"] for line in lines) == ["tg:ann", "tg:bob"]
    assert {line["text"] for line in lines} == {ENTRY.answers["en"]}


def test_who_is_forgotten_is_not_written_to(home: Path, journal: Journal, redis: Redis) -> None:
    redis.flushall()
    told(journal, "ann", OLD)
    Rights(journal, MemorySessions()).forget("ann")
    told(journal, "bob", OLD)
    found = told_wrong(journal, home, ENTRY.id, SINCE)
    assert send_corrections(journal, redis, ENTRY.id, found, AT).queued == 1
