"""Failures on demand: what the bot sees, and what has happened all the same."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from tests.emulator import Emulator
from tests.emulator.faults import FloodGate
from tests.emulator.raw_bot import RawBot

ME = 1001


async def test_a_429_tells_how_long_to_wait_and_finds_out_who_does_not(raw: RawBot) -> None:
    await raw.tg.refuse_with_429(1, method="sendMessage")
    told = await raw.call("sendMessage", chat_id=ME, text="hi")
    assert (told["error_code"], told["parameters"]) == (429, {"retry_after": 1})
    assert told["description"] == "Too Many Requests: retry after 1"
    assert (await raw.call("sendMessage", chat_id=ME, text="hi"))["error_code"] == 429
    assert [violation.limit for violation in await raw.tg.violations()] == ["retry_after"]


async def test_an_error_comes_as_often_as_ordered_and_only_where_ordered(raw: RawBot) -> None:
    await raw.tg.fail("error", code=502, description="Bad Gateway", chat_id=ME, times=2, skip=1)
    await raw.tg.user(2002).send("hi")
    codes = []
    for _ in range(4):
        await raw.result("sendMessage", chat_id=2002, text="other chat")
        codes.append((await raw.call("sendMessage", chat_id=ME, text="x")).get("error_code", 200))
    assert codes == [200, 502, 502, 200]


@pytest.mark.parametrize(("kind", "arrived"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_call_is_carried_out_only_when_dropped_after(
    raw: RawBot, kind: str, arrived: int
) -> None:
    await raw.tg.fail(kind, method="sendMessage")
    # A fresh session: aiohttp repeats a call itself on a kept-alive connection.
    async with aiohttp.ClientSession() as fresh:
        with pytest.raises(aiohttp.ClientError):
            await fresh.post(raw.address("sendMessage"), json={"chat_id": ME, "text": "hi"})
    assert len(await raw.tg.user().chat.bot_messages()) == arrived
    assert [call.dropped for call in await raw.tg.calls()] == [True] * arrived


async def test_a_slow_call_is_answered_late(raw: RawBot) -> None:
    await raw.tg.fail("slow", delay_s=0.5)
    started = time.monotonic()
    await raw.result("sendMessage", chat_id=ME, text="hi")
    assert time.monotonic() - started >= 0.5


async def test_failures_can_be_called_off(raw: RawBot) -> None:
    await raw.tg.fail("error", times=100)
    assert (await raw.call("getMe"))["ok"] is False
    await raw.tg.clear_faults()
    assert (await raw.call("getMe"))["ok"] is True


async def test_polls_fail_only_when_named(raw: RawBot) -> None:
    await raw.tg.fail("error", code=500)
    await raw.result("getUpdates")
    await raw.tg.fail("error", code=500, method="getUpdates")
    assert (await raw.call("getUpdates"))["error_code"] == 500


def paced(calls: list[tuple[float, int]], **options: Any) -> list[str]:
    """The limits passed by calls at given seconds to given chats."""
    now = [0.0]
    gate = FloodGate(lambda: now[0], **options)
    for at, chat_id in calls:
        now[0] = at
        gate.check(chat_id, 1)
    return [violation.limit for violation in gate.violations]


def test_one_message_a_second_to_a_chat_is_no_violation() -> None:
    assert paced([(float(second), ME) for second in range(100)]) == []


def test_a_short_burst_to_a_chat_is_let_pass_and_a_long_one_is_not() -> None:
    assert paced([(0.01 * number, ME) for number in range(3)]) == []
    assert paced([(0.01 * number, ME) for number in range(4)]) == ["chat"]


def test_thirty_chats_a_second_is_the_most() -> None:
    assert paced([(number / 30, 1000 + number) for number in range(300)]) == []
    assert "overall" in paced([(number / 50, 1000 + number) for number in range(300)])


def test_twenty_messages_a_minute_to_a_group_is_the_most() -> None:
    assert paced([(number * 3.0, -500) for number in range(60)]) == []
    assert "group" in paced([(number * 2.0, -500) for number in range(60)])


async def test_enforced_limits_answer_429(raw: RawBot) -> None:
    await raw.tg.enforce_flood_limits()
    codes = [
        (await raw.call("sendMessage", chat_id=ME, text=str(number))).get("error_code", 200)
        for number in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]


async def test_limits_not_enforced_are_counted(raw: RawBot) -> None:
    for number in range(5):
        await raw.result("sendMessage", chat_id=ME, text=str(number))
    assert [violation.limit for violation in await raw.tg.violations()] == ["chat", "chat"]


async def test_a_draft_is_gone_after_thirty_seconds_or_with_a_real_message() -> None:
    now = [1_800_000_000.0]
    async with Emulator(clock=lambda: now[0]) as tg, aiohttp.ClientSession() as session:
        raw, chat = RawBot(tg, session), tg.user().chat
        await tg.user().send("hi")
        draft = {"chat_id": ME, "draft_id": 5}
        await raw.result("sendMessageDraft", text="one", **draft)
        await raw.result("sendMessageDraft", text="one two", **draft)
        now[0] += 29
        assert await chat.draft() == "one two"
        now[0] += 2
        assert await chat.draft() is None
        await raw.result("sendMessageDraft", text="three", **draft)
        await raw.result("sendMessage", chat_id=ME, text="real")
        assert await chat.draft() is None
        assert [message.text for message in await chat.bot_messages()] == ["real"]
