"""A backup of a whole running shop: nothing acknowledged is missing, and it goes on elsewhere."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine import wire
from engine.types import Reply
from tests.emulator import EmulatorClient
from tests.end_to_end import flow
from tests.end_to_end.few_entries import SETTINGS, few_entries
from tests.end_to_end.house import REAL, SMALL, House, running, telegram

ROOT = Path(__file__).parents[2]
CHATS = 4
BEFORE, MEANWHILE = 3, 4
"""Messages of each chat before the backup begins, and while it is written."""


async def shopdesk(home: Path, *words: str) -> dict[str, Any]:
    """What the command says as JSON."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli.main", *words, "--json", cwd=ROOT,
        env={**os.environ, "SHOPDESK_HOME": str(home)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    told: dict[str, Any] = json.loads(said)
    return told


def journaled(home: Path) -> dict[str, tuple[str, Reply]]:
    """Conversation and reply by question."""
    with closing(sqlite3.connect(f"file:{home}/journal.sqlite3?mode=ro", uri=True)) as journal:
        rows = journal.execute("select question, conversation, reply from turns").fetchall()
    return {question: (name, wire.loads(Reply, reply)) for question, name, reply in rows}


async def asked_in_turn(tg: EmulatorClient, home: Path, questions: list[str]) -> None:
    """Each once the last has its answer, so that no two become one turn."""
    person = tg.user(8000, "P0")
    for text in questions:
        done = await flow.until_answered(tg, home, [await flow.say(person, text)], 240)
        assert done.lost == ()


async def talk(tg: EmulatorClient, words: str, times: int) -> list[flow.Asked]:
    """Every chat says so many things, further apart than what may be one burst."""
    people, asked = [tg.user(7000 + n, f"P{n}") for n in range(CHATS)], []
    for turn in range(times):
        for number, person in enumerate(people):
            asked.append(await flow.say(person, f"{words} {turn} of chat {number}"))
        await asyncio.sleep(3.1)
    return asked


async def goes_on(tg: EmulatorClient, house: House) -> list[str]:
    """What each chat is told next."""
    asked = await talk(tg, "and now", 1)
    assert (await flow.until_answered(tg, house.home, asked, 120)).lost == ()
    made = flow.turns(house.home)
    return [made[one.text].reply.text for one in asked]


@pytest.mark.kill
async def test_a_backup_while_turns_go_on_holds_all_that_was_acknowledged(tmp_path: Path) -> None:
    first, second, backup = tmp_path / "a", tmp_path / "b", tmp_path / "b.zip"
    # One Telegram for both: its update ids go on, as those of a bot do that moves.
    async with telegram() as tg:
        async with running(first, tg.base_url, SMALL) as house:
            before = await talk(tg, "before", BEFORE)
            assert (await flow.until_answered(tg, first, before, 120)).lost == ()
            known = journaled(first)
            going_on = asyncio.create_task(talk(tg, "meanwhile", MEANWHILE))
            await asyncio.sleep(1.0)
            await shopdesk(first, "backup", str(backup))
            assert house.process is not None and house.process.poll() is None
            meanwhile = await going_on
            assert (await flow.until_answered(tg, first, meanwhile, 120)).lost == ()
        all_of_it = journaled(first)
        await shopdesk(second, "restore-backup", str(backup))
        restored = journaled(second)
        assert {one.text for one in before} <= restored.keys() <= all_of_it.keys()
        assert {text: restored[text] for text in known} == known
        async with running(second, tg.base_url, SMALL) as house:
            # What waited in the store when it was taken is answered here.
            told = await goes_on(tg, house)
            made = journaled(second)
    for number, text in enumerate(told):
        mine = [words for words in made if words.endswith(f"of chat {number}")]
        assert len(mine) >= BEFORE + 1
        assert text.endswith(f"That was number {len(mine)}.")


QUESTIONS = ["how much is shipping to germany?", "a blue desk lamp under 60 euro"]
AFTER = ["is the first one in stock?", "how long can I return it?", "where is my order JJ-10001?"]


@pytest.mark.model
@pytest.mark.long
async def test_a_restored_shop_answers_the_same_and_goes_on(tmp_path: Path) -> None:
    first, second, backup = tmp_path / "a", tmp_path / "b", tmp_path / "b.zip"
    async with telegram() as tg:
        async with running(few_entries(first), tg.base_url, REAL, **SETTINGS):
            await asked_in_turn(tg, first, QUESTIONS)
            await shopdesk(first, "backup", str(backup))
            await asked_in_turn(tg, first, AFTER)
        await shopdesk(second, "restore-backup", str(backup))
        async with running(second, tg.base_url, REAL, **SETTINGS):
            await asked_in_turn(tg, second, AFTER)
    was, now = journaled(first), journaled(second)
    assert was.keys() == now.keys() == {*QUESTIONS, *AFTER}
    for text in was:
        (name, before), (other, after) = was[text], now[text]
        assert (name, before.text, before.citations) == (other, after.text, after.citations)
        assert (before.route, before.products) == (after.route, after.products)
        assert before.receipt.snapshot == after.receipt.snapshot != ""
