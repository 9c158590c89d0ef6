"""What shoppers say of themselves, and the bot token, are in no log and leave the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from redis import Redis

from bot.telegram import keys as telegram_keys
from engine import keys, valkey
from tests.bot.telegram.conftest import STAFF_CHAT
from tests.bot.web.conftest import Page
from tests.bot.web.scripted_desk import ScriptedDesk
from tests.emulator import ChatView, EmulatorClient
from tests.end_to_end.house import SMALL, TOKEN, House, running, telegram

VALUES = ("mia.weber@example.com", "+49 151 2345 6789", "4111 1111 1111 1111", "13812345678")
SAID = (
    "My e-mail is mia.weber@example.com.",
    "Call me on +49 151 2345 6789, please.",
    "boom, I paid with the card 4111 1111 1111 1111.",
    "nothing, 我的电话是 13812345678。",
    "wait 0.3, it is mia.weber@example.com again.",
)
"""The small engine raises at "boom" and fails at "nothing": errors must quote nobody."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house where everything above was said, in Telegram, to staff and in the chat page."""
    async with telegram() as tg:
        await tg.staff_group(STAFF_CHAT)
        place = {"OPERATOR_CHAT_ID": str(STAFF_CHAT), "SHOPDESK_LOG": "DEBUG"}
        async with running(tmp_path, tg.base_url, SMALL, **place) as house:
            await _talk(tg)
            page = Page(house.web_port, ScriptedDesk(), tmp_path)
            async with page.chat() as chat:
                for number, text in enumerate(SAID):
                    await chat.ask(text, id=f"m{number}", language="en")
            yield house


async def _talk(tg: EmulatorClient) -> None:
    mia = tg.user()
    await tg.fail("error", code=500, method="sendMessage", times=1)
    await tg.fail("drop_before", method="getUpdates", times=1)
    for text in SAID:
        seen = (await tg.status())["calls"]
        await mia.send(text)
        await mia.chat.wait_for(lambda c: c.ok and c.method == "sendMessage", 20, after=seen)
        await asyncio.sleep(1.0)
    await mia.send("/human")
    staff = ChatView(tg, STAFF_CHAT)
    await staff.wait_for_text("A shopper asked for a person", 20)
    for text in SAID[:2]:
        await mia.send(text)
    await staff.wait_for_text("Shopper: My e-mail is ⟦email:1⟧.", 20)
    shown = str(await staff.messages())
    assert not any(value in shown for value in VALUES)


async def test_no_log_and_once_forgotten_no_file_holds_a_personal_value(house: House) -> None:
    said = house.log.read_text() + (house.home / "valkey" / "valkey.log").read_text()
    assert "failed" in said
    secrets = (*VALUES, TOKEN, TOKEN.partition(":")[2])
    assert [value for value in secrets if value in said] == []
    await _forget(house)
    async with asyncio.timeout(10):
        while _holding(house):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    assert _holding(house) == []
    with closing(sqlite3.connect(house.home / "journal.sqlite3")) as journal:
        (count,) = journal.execute("select count(*) from turns").fetchone()
    assert count > 2 * len(SAID)


async def _forget(house: House) -> None:
    """Delete what the store still holds of a person: the vault, and nothing else."""
    socket = house.home / "valkey" / "valkey.sock"
    with Redis(unix_socket_path=str(socket), decode_responses=True) as redis:
        async with asyncio.timeout(10):
            while redis.xlen(telegram_keys.INBOX):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        left = [key for key in redis.scan_iter("*") if any(v in _dump(redis, key) for v in VALUES)]
        assert left
        # Only the vault may still hold one, for a day, so that an order can be proved.
        assert [key for key in left if not key.startswith(keys.session(""))] == []
        for key in left:
            redis.delete(key)
    valkey.Valkey(socket, None).compact()


def _dump(redis: Redis, key: str) -> str:
    """A key's value as text, of whatever type it is."""
    kind = str(redis.type(key))
    if kind == "stream":
        return str(redis.xrange(key))
    if kind == "hash":
        return str(redis.hgetall(key))
    if kind == "list":
        return str(redis.lrange(key, 0, -1))
    return str(redis.get(key)) if kind == "string" else ""


def _holding(house: House) -> list[str]:
    """The files of the home, but the shop's own, that hold a value."""
    found = []
    for path in house.home.rglob("*"):
        if path.is_file() and path.relative_to(house.home).parts[0] != "shop":
            with suppress(FileNotFoundError):  # Valkey drops its old files meanwhile.
                text = path.read_bytes().decode("utf-8", "replace")
                found += [path.name for value in VALUES if value in text]
    return found
