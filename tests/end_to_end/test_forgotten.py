"""What a shopper said through any door is in no byte of the home once they ask to be forgotten."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.gaps.answering import Answered, answer_gap
from engine.gaps.clustering import Gap, Variant, gap_id
from engine.gaps.collecting import Asked, Kind
from engine.gaps.telling import tell
from engine.journal import Journal
from engine.journal_tables import turns
from engine.types import Entry
from engine.valkey import connect
from knowledge_base.working_copy import WorkingCopy
from tests.bot.telegram.conftest import STAFF_CHAT
from tests.bot.web.conftest import Page
from tests.bot.web.scripted_desk import ScriptedDesk
from tests.emulator import ChatView, EmulatorClient, User
from tests.end_to_end.house import SMALL, House, running, telegram

PLANTED = "zanzibarine"
OTHERS = "halcyonite"


@pytest.fixture
async def tg() -> AsyncIterator[EmulatorClient]:
    async with telegram() as client:
        await client.staff_group(STAFF_CHAT)
        yield client


@pytest.fixture
async def house(tmp_path: Path, tg: EmulatorClient) -> AsyncIterator[House]:
    place = {"OPERATOR_CHAT_ID": str(STAFF_CHAT), "SHOPDESK_LOG": "DEBUG"}
    async with running(tmp_path / "h", tg.base_url, SMALL, **place) as house:
        yield house


def shopdesk(house: House, *words: str) -> str:
    """What the command says."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", *words],
        env={**os.environ, "SHOPDESK_HOME": str(house.home)},
        capture_output=True, text=True, check=True, cwd=house.home,
    )  # fmt: skip
    return done.stdout


async def in_telegram(mia: User, staff: ChatView) -> None:
    """Asked, edited, opened a link, called a person, and told them something."""
    for text in (f"Have you any {PLANTED}?", f"/start {PLANTED}"):
        seen = (await mia.tg.status())["calls"]
        await mia.send(text)
        await mia.chat.wait_for(lambda c: c.ok and c.method == "sendMessage", 20, after=seen)
    await mia.send("/human")
    await staff.wait_for_text("A shopper asked for a person", 20)
    await mia.send(f"It is about {PLANTED}, my colleague knows.")
    await staff.wait_for_text(f"about {PLANTED}", 20)


async def spooled(house: House, mia: User, staff: ChatView) -> None:
    """Said while the journal is locked: answered, and staff are told."""
    with closing(sqlite3.connect(house.home / "journal.sqlite3", isolation_level=None)) as other:
        other.execute("begin immediate")
        await mia.send(f"And {PLANTED} in blue?")
        await mia.chat.wait_for_text("in blue", 20)
        await staff.wait_for_text("The journal cannot be written", 20)
    await staff.wait_for_text("The journal works again", 40)


def on_disk(house: House, word: str = PLANTED) -> list[str]:
    """The files that hold it."""
    found = []
    for path in (p for p in house.home.rglob("*") if p.is_file()):
        try:
            if word.encode() in path.read_bytes():
                found.append(str(path.relative_to(house.home)))
        except FileNotFoundError:  # Files are renamed while they are rewritten.
            found.append(str(path.relative_to(house.home)))
    return sorted(found)


def answered_gap(house: House) -> Answered:
    """A gap of all that was asked in vain in these words, answered in the shop's own."""
    entry = Entry("colours", {"en": "Colours"}, {"en": ("Which colours are there?",)},
                  {"en": "Ask a colleague."})  # fmt: skip
    copy = WorkingCopy(house.home / "shop")
    with closing(Journal(f"sqlite:///{house.home}/journal.sqlite3")) as journal:
        with journal.begin() as connection:
            rows = connection.execute(select(turns).where(turns.c.question.contains(PLANTED))).all()
        asked = tuple(
            Asked(row.id, row.at, row.conversation, row.shopper, "en", row.question, Kind.UNKNOWN)
            for row in rows
        )
        title = asked[0].words
        gap = Gap(gap_id(title), title, "en", (Variant(title, "en", 1),), asked, ())
        done = answer_gap(gap, entry, "olga", working_copy=copy, journal=journal, at=asked[0].at)
        with connect(Place(house.home)) as redis:
            tell(journal, redis, gap.id, {entry.id: entry}, datetime.now(UTC))
    return done


@dataclass(frozen=True)
class Place:
    """Where the house's Valkey is."""

    home: Path
    redis_url: str | None = None


async def test_no_byte_is_left_of_who_is_forgotten_and_others_stay(
    house: House, tg: EmulatorClient
) -> None:
    mia, ole, staff = tg.user(), tg.user(1002, "Ole"), ChatView(tg, STAFF_CHAT)
    await ole.send(f"I look for {OTHERS}")
    await ole.chat.wait_for_text(OTHERS, 20)
    await spooled(house, mia, staff)
    await in_telegram(mia, staff)
    gap = await asyncio.to_thread(answered_gap, house)
    assert PLANTED in gap.replays[0].read_text("utf-8")
    await mia.chat.wait_for_text("You asked: “", 30)
    anna = tg.user(9, "Anna")
    topic = (await staff.topics())[0]["thread_id"]
    await anna.send("/close", staff, thread_id=topic)
    await mia.chat.wait_for_text("Our colleague has closed", 20)
    page = Page(house.web_port, ScriptedDesk(), house.home)
    await asyncio.to_thread(shopdesk, house, "ask", f"A {PLANTED} please", "--session", "kim")
    await asyncio.to_thread(shopdesk, house, "replay", "record", "--days", "2")
    async with page.chat() as chat:
        await chat.ask(f"Is {PLANTED} in stock?", id="w1", language="en")
        assert len(on_disk(house)) >= 3
        copy = await chat.ask("/export", id="w2", language="en")
        assert PLANTED in json.loads(str(copy["attachment"]))["turns"][0]["question"]
        await chat.ask("/forget", id="w3", language="en")
        gone = await chat.press("erase:yes")
        assert "is deleted" in str(gone["text"])
    await mia.send("/export")
    file = await mia.chat.wait_for(lambda c: c.ok and c.method == "sendDocument", 20)
    assert file
    await mia.send("/forget")
    await mia.chat.wait_for_text("Shall I delete everything", 20)
    await mia.press("Yes, delete everything")
    await mia.chat.wait_for_text("is deleted", 20)
    await asyncio.to_thread(shopdesk, house, "forget", "terminal:kim")
    async with asyncio.timeout(20):
        while on_disk(house):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.2)
    assert on_disk(house) == []
    assert on_disk(house, OTHERS) != []
