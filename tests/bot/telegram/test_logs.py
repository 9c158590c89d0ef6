"""What logs and errors may say."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace

import pytest

from bot.telegram.front import Front
from bot.telegram.logs import hide_token
from engine.errors import TelegramError
from tests.bot.telegram.conftest import Bench


async def test_the_token_is_in_no_log_line(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hide_token(bench.account.token)
    await bench.telegram.fail("drop_before", method="sendMessage")
    await bench.telegram.fail("error", code=502, method="getUpdates")
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello, mia@example.com")
        await mia.chat.wait_for_text("echo hello")
    said = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert "online in Telegram" in said
    assert bench.account.token not in said
    assert "mia@example.com" not in said.replace("redis", "")


def test_a_token_in_a_message_or_traceback_is_rewritten(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger().addHandler(caplog.handler)
    hide_token("42:SECRET")
    try:
        raise ValueError("at http://x/bot42:SECRET/getMe")
    except ValueError:
        logging.getLogger("x").exception("failed for %s", "42:SECRET")
    assert "42:SECRET" not in caplog.text


async def test_a_refused_token_is_told_with_its_mend(bench: Bench) -> None:
    account = replace(bench.account, token="999:WRONG")
    with pytest.raises(TelegramError, match="refuses the bot token") as raised:
        await Front(account, bench.parts).run()
    assert raised.value.mend
    assert "999:WRONG" not in str(raised.value)


async def test_a_token_revoked_later_ends_the_bot(bench: Bench) -> None:
    await bench.telegram.fail("error", code=401, description="Unauthorized", method="getUpdates")
    with pytest.raises(TelegramError, match="refuses the bot token"):
        await Front(bench.account, bench.parts).run()


async def test_a_network_that_is_down_at_the_start_is_waited_for(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.telegram.fail("drop_before", method="getMe", times=2)
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello")
        await mia.chat.wait_for_text("echo hello")
    assert caplog.text.count("Telegram cannot be reached") == 2


def test_the_front_loads_no_model_library() -> None:
    code = (
        "import bot, sys, pkgutil, importlib, bot.telegram as t\n"
        "[importlib.import_module('bot.telegram.' + m.name) for m in"
        " pkgutil.iter_modules(t.__path__)]\n"
        "print([m for m in ('torch', 'transformers', 'faiss', 'sklearn') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
