"""Bursts, slow and failing chats, floods, previews: what may go wrong on the way."""

from __future__ import annotations

import asyncio

from bot.telegram.limiter import Limits
from bot.telegram.options import Streaming
from tests.bot.telegram.conftest import Bench, picture
from tests.emulator import Call


def _is_reply(call: Call) -> bool:
    return call.ok and call.method in ("sendMessage", "sendPhoto", "copyMessage")


async def test_a_burst_is_one_turn(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running(burst_window_s=0.5):
        for words in ("hi", "do you ship", "to Norway?"):
            await mia.send(words)
            await asyncio.sleep(0.1)
        await mia.chat.wait_for_text("echo hi\ndo you ship\nto Norway?")
    assert len(bench.desk.seen) == 1


async def test_an_album_gets_one_answer(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running(burst_window_s=0.3):
        for _ in range(3):
            await mia.send_photo(picture(), album="a")
        await mia.chat.wait_for_text("I cannot look at photos")
        await asyncio.sleep(0.4)
    assert len(await mia.chat.bot_messages()) == 1


async def test_a_slow_chat_holds_up_no_other(bench: Bench) -> None:
    bench.desk.slow = {"slow": 2.0}
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    async with bench.running():
        await mia.send("slow")
        await ole.send("quick")
        await ole.chat.wait_for_text("echo quick", timeout_s=1.5)
        assert not await mia.chat.bot_messages()


async def test_a_repeated_update_is_answered_once(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running(poll_timeout_s=1):
        await mia.send("once")
        await mia.chat.wait_for_text("echo once")
        status = await bench.telegram.do("status")
        await bench.telegram.do("repeat", update_id=status["last_update_id"])
        await mia.send("twice")
        await mia.chat.wait_for_text("echo twice")
    assert [message.text for message in bench.desk.seen] == ["once", "twice"]


async def test_sentences_are_shown_as_a_draft_and_the_message_follows(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("stream")
        await mia.chat.wait_for_text("Above 60", timeout_s=6.0)
    drafts = await mia.chat.calls("sendMessageDraft")
    assert [len(call.text.split(". ")) for call in drafts] == [1, 2]
    assert len(await mia.chat.bot_messages()) == 1


async def test_a_server_without_drafts_is_asked_once(bench: Bench) -> None:
    await bench.telegram.fail(
        "error", code=404, description="Not Found", method="sendMessageDraft", times=9
    )
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    async with bench.running():
        for person in (mia, ole):
            await person.send("stream")
            await person.chat.wait_for_text("Above 60", timeout_s=6.0)
    assert len(await bench.telegram.calls("sendMessageDraft")) == 1


async def test_a_preview_by_edits_becomes_the_reply(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running(streaming=Streaming.EDITS):
        await mia.send("stream")
        await mia.chat.wait_for(lambda c: bool(c.buttons), 6.0)
    shown = await mia.chat.bot_messages()
    assert len(shown) == 1
    assert shown[0].text.endswith("it is free.")
    assert shown[0].buttons


async def test_flood_limits_hold_against_the_emulator(bench: Bench) -> None:
    await bench.telegram.enforce_flood_limits()
    people = [bench.telegram.user(2000 + n, f"P{n}") for n in range(40)]
    async with bench.running(limits=Limits()):
        await asyncio.gather(*(person.send("hello there") for person in people))
        await people[0].send("lamps")
        await people[0].chat.wait_for_text("Harbour", timeout_s=12.0)
    assert not await bench.telegram.violations()
    assert sum(map(_is_reply, await bench.telegram.calls())) == 43


async def test_too_many_requests_is_waited_out(bench: Bench) -> None:
    mia = bench.telegram.user()
    await bench.telegram.refuse_with_429(1, method="sendMessage")
    async with bench.running():
        await mia.send("hello there")
        await mia.chat.wait_for_text("echo hello there")
    assert not await bench.telegram.violations()
    assert len(bench.desk.seen) == 1


async def test_a_shopper_who_blocked_the_bot_holds_up_nothing(bench: Bench) -> None:
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    bench.desk.slow = {"wait": 0.3}
    async with bench.running():
        await mia.send("wait for it")
        await mia.block()
        await ole.send("hello")
        await ole.chat.wait_for_text("echo hello")
        await mia.chat.wait_for(lambda call: call.code == 403 and call.method == "sendMessage")
        await mia.unblock()
        await mia.send("back")
        await mia.chat.wait_for_text("echo back")
    assert await bench.redis.xlen("shopdesk:tg:inbox") == 0


async def test_what_fails_three_times_is_set_aside_with_an_apology(bench: Bench) -> None:
    bench.desk.failing = 9
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("crash, please")
        await mia.send("and then this")
        await mia.chat.wait_for_text("something went wrong on our side")
        await mia.chat.wait_for_text("echo and then this")
    assert bench.desk.failing == 6
    assert await bench.redis.xlen("shopdesk:tg:inbox") == 0


async def test_what_fails_once_is_answered(bench: Bench) -> None:
    bench.desk.failing = 1
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("crash, please")
        await mia.chat.wait_for_text("echo crash, please")
    assert [message.text for message in bench.desk.seen] == ["crash, please"] * 2
    assert len(await mia.chat.bot_messages()) == 1


async def test_a_connection_cut_before_sending_loses_nothing(bench: Bench) -> None:
    await bench.telegram.fail("drop_before", method="sendMessage", times=2)
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello there")
        await mia.chat.wait_for_text("echo hello there")
    assert len(bench.desk.seen) == 1
