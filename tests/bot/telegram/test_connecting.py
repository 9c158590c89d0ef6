"""A wrong set-up is told with its mend, exit 2 and no traceback; a lost network is waited for."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.telegram.front import Front
from engine.errors import TelegramError
from tests.bot.telegram.conftest import STAFF_CHAT, Bench


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it said."""

    code: int
    said: str


async def shopdesk_bot(home: Path, socket_path: Path, **settings: str) -> Ended:
    """`shopdesk bot` until it ends by itself."""
    env = {
        **os.environ,
        "SHOPDESK_HOME": str(home),
        "REDIS_URL": f"unix://{socket_path}",
        "TELEGRAM_TOKEN": "123456:TEST",
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli.main", "bot",
        env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, said.decode())


def assert_told(ended: Ended, *words: str) -> None:
    assert ended.code == 2, ended.said
    for word in (*words, "Mend:"):
        assert word in ended.said
    assert "Traceback" not in ended.said


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


async def test_a_wrong_token_ends_the_bot(
    bench: Bench, valkey_socket: Path, tmp_path: Path
) -> None:
    url = bench.telegram.base_url
    ended = await shopdesk_bot(
        tmp_path, valkey_socket, TELEGRAM_TOKEN="999:WRONG", TELEGRAM_API_URL=url
    )
    assert_told(ended, "TELEGRAM_TOKEN", "refuses the bot token", "@BotFather")
    assert "999:WRONG" not in ended.said


async def test_a_token_that_is_none_is_told_before_anything_is_asked(
    valkey_socket: Path, tmp_path: Path
) -> None:
    ended = await shopdesk_bot(tmp_path, valkey_socket, TELEGRAM_TOKEN="sesame")
    assert_told(ended, "TELEGRAM_TOKEN", "(hidden)")
    assert "sesame" not in ended.said


async def test_a_store_that_is_not_there_ends_the_bot(tmp_path: Path) -> None:
    ended = await shopdesk_bot(tmp_path, tmp_path / "nowhere.sock")
    assert_told(ended, "Redis", "cannot use the store")


async def test_a_taken_webhook_port_ends_the_bot(
    bench: Bench, valkey_socket: Path, tmp_path: Path, taken_port: int
) -> None:
    ended = await shopdesk_bot(
        tmp_path,
        valkey_socket,
        TELEGRAM_API_URL=bench.telegram.base_url,
        TELEGRAM_WEBHOOK_URL="https://bot.example/hook",
        TELEGRAM_WEBHOOK_PORT=str(taken_port),
    )
    assert_told(ended, "TELEGRAM_WEBHOOK_PORT", f"cannot listen on 0.0.0.0:{taken_port}")


async def test_a_webhook_telegram_refuses_ends_the_bot(
    bench: Bench, valkey_socket: Path, tmp_path: Path
) -> None:
    with socket.create_server(("0.0.0.0", 0)) as free:
        port = str(free.getsockname()[1])
    ended = await shopdesk_bot(
        tmp_path,
        valkey_socket,
        TELEGRAM_API_URL=bench.telegram.base_url,
        TELEGRAM_WEBHOOK_URL="https://bot.example/hook",
        TELEGRAM_WEBHOOK_SECRET="not allowed!",
        TELEGRAM_WEBHOOK_PORT=port,
    )
    assert_told(ended, "TELEGRAM_WEBHOOK_URL", "refuses the webhook")


async def test_a_staff_chat_without_the_bot_ends_the_bot(
    bench: Bench, valkey_socket: Path, tmp_path: Path
) -> None:
    ended = await shopdesk_bot(
        tmp_path,
        valkey_socket,
        TELEGRAM_API_URL=bench.telegram.base_url,
        OPERATOR_CHAT_ID=str(STAFF_CHAT),
    )
    assert_told(ended, "OPERATOR_CHAT_ID", str(STAFF_CHAT), "add the bot")


async def test_a_telegram_that_stays_away_at_the_start_is_told(bench: Bench) -> None:
    nobody = replace(bench.account, api_url="http://127.0.0.1:9")
    parts = replace(bench.parts, options=replace(bench.parts.options, connect_for_s=0.5))
    with pytest.raises(TelegramError, match="cannot be reached") as raised:
        await Front(nobody, parts).run()
    assert raised.value.where == "http://127.0.0.1:9"
    assert "TELEGRAM_API_URL" in raised.value.mend


async def test_a_staff_chat_lost_later_is_no_promise(bench: Bench) -> None:
    staff, mia = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user()
    async with bench.running(operator=STAFF_CHAT):
        await mia.send("hello")
        await mia.chat.wait_for_text("echo hello")
        await staff.remove_bot()
        await mia.send("/human")
        await mia.chat.wait_for_text("Nobody from our team can join this chat")
        await mia.send("anyone?")
        await mia.chat.wait_for_text("echo anyone?")
    said = [message.text for message in await mia.chat.bot_messages()]
    assert not any("A colleague answers" in text for text in said)
