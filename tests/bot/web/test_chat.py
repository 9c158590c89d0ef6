"""The websocket, as a page and as an attacker speak it."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.web import limits
from tests.bot.web.conftest import Page, served
from tests.bot.web.scripted_desk import LAMPS, SHIPPING


async def test_an_answer_comes_as_typing_sentences_and_a_reply(page: Page) -> None:
    async with page.chat() as chat:
        hello = await chat.next()
        assert hello["shop"] == {"en": "Juniper & Jade", "zh": "杜松与玉"}
        await chat.send(type="text", id="a1", text="How much is shipping?", language="en")
        frames = [await chat.next() for _ in range(6)]
    kinds = ["accepted", "typing", "delta", "delta", "delta", "reply"]
    assert [frame["type"] for frame in frames] == kinds
    assert {frame["id"] for frame in frames} == {"a1"}
    assert [frame["text"] for frame in frames[2:5]] == list(SHIPPING)
    reply = frames[-1]
    assert reply["text"] == " ".join(SHIPPING)
    actions = [button["action"].partition(":")[0] for button in reply["buttons"]]
    assert actions == ["source", "rate_up", "rate_down"]
    assert "receipt" not in reply


async def test_the_desk_gets_a_whole_message(page: Page) -> None:
    async with page.chat() as chat:
        await chat.ask("hello", id="m1", language="zh-CN")
    message = page.desk.seen[0]
    assert re.fullmatch(r"web:[0-9a-f]{32}", message.conversation)
    assert message.id == f"{message.conversation}:m1"
    assert (message.channel, message.private, message.language_hint) == ("web", True, "zh-CN")
    assert message.at.tzinfo is not None


async def test_a_card_carries_catalogue_price_stock_and_a_local_picture(page: Page) -> None:
    async with page.chat() as chat:
        reply = await chat.ask("a lamp please")
    first = reply["products"][0]
    assert first["price"] == {"amount": "49.00", "currency": "EUR"}
    assert first["in_stock"] is True
    assert first["image"] == "images/nordic-desk-lamp.png"
    assert len(reply["products"]) == len(LAMPS)


async def test_only_buttons_shown_to_this_session_are_obeyed(page: Page) -> None:
    async with page.chat() as chat, page.chat() as stranger:
        for action in ("details:nordic-desk-lamp", "entry:secret", "rate_up:00112233445566aa"):
            assert (await chat.press(action))["code"] == "not_issued"
        await chat.ask("a lamp please")
        assert (await stranger.press("details:nordic-desk-lamp"))["code"] == "not_issued"
        assert "ash wood" in (await chat.press("details:nordic-desk-lamp"))["text"]
    assert [message.action for message in page.desk.seen] == [None, "details:nordic-desk-lamp"]


async def test_standing_buttons_and_commands_need_not_be_shown(page: Page) -> None:
    async with page.chat() as chat:
        assert (await chat.press("human:"))["handoff"] == "asked"
        assert (await chat.press("language:zh"))["language"] == "zh"
        assert (await chat.press("language:tlh"))["code"] == "not_issued"
        assert (await chat.ask("/human"))["handoff"] == "asked"
        assert "/human" in (await chat.ask("/help", language="en"))["text"]
    assert all(message.text == "" for message in page.desk.seen)


async def test_what_is_known_can_be_forgotten_only_once_it_was_told(page: Page) -> None:
    async with page.chat() as chat:
        for action in ("forget:", "forget:canal-backpack"):
            assert (await chat.press(action))["code"] == "not_issued"
        assert "looked at" in (await chat.press("why:"))["text"]
        for action in ("forget:canal-backpack", "forget:"):
            assert (await chat.press(action))["type"] == "reply"
    actions = [message.action for message in page.desk.seen]
    assert actions == ["why:", "forget:canal-backpack", "forget:"]


async def test_the_language_command_offers_the_shops_languages(page: Page) -> None:
    async with page.chat() as chat:
        reply = await chat.ask("/language", language="zh")
        assert [button["label"] for button in reply["buttons"]] == ["English", "中文"]
        assert (await chat.press("language:zh"))["text"].startswith("好的")


@pytest.mark.parametrize("letter", ["x", "字", "🙂"])
async def test_a_message_over_4000_characters_is_refused_with_the_limit(
    page: Page, letter: str
) -> None:
    async with page.chat() as chat:
        error = await chat.ask(letter * 4001, id="long")
        assert (error["code"], error["id"]) == ("too_long", "long")
        assert "4,000" in error["text"]
        assert (await chat.ask(letter * 4000))["type"] == "reply"
    assert len(page.desk.seen) == 1


async def test_a_huge_frame_ends_the_connection(page: Page) -> None:
    async with page.chat() as chat:
        with pytest.raises(ConnectionClosed) as closed:
            await chat.ask("x" * (limits.MAX_FRAME_BYTES + 1))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"type":"text"}',
        '{"type":"text","text":7}',
        '{"type":"text","text":"a","id":"../x"}',
        '{"type":"action","action":"a:\\u0000"}',
        '{"type":"action","action":"' + "x" * 65 + '"}',
        '{"type":"resume","ids":[1]}',
        '{"type":"shutdown"}',
    ],
)
async def test_a_malformed_frame_gets_an_error_and_no_turn(page: Page, frame: str) -> None:
    async with page.chat() as chat:
        await chat.next("hello")
        await chat.socket.send(frame)
        assert (await chat.next())["code"] == "malformed"
        await chat.socket.send(frame.encode())
        assert (await chat.next())["code"] == "malformed"
        assert (await chat.ask("still here"))["type"] == "reply"
    assert len(page.desk.seen) == 1


async def test_odd_unicode_reaches_the_desk_as_storable_text(page: Page) -> None:
    async with page.chat() as chat:
        await chat.socket.send('{"type":"text","text":"a\\ud800b\\u0000c"}')
        assert (await chat.next("reply"))["text"] == "You said: a?bc"
        assert (await chat.ask(" \n\t "))["code"] == "empty"


async def test_a_flood_is_slowed_and_then_cut_off(page: Page) -> None:
    async with page.chat() as chat:
        await chat.next("hello")
        codes = []
        with pytest.raises(ConnectionClosed) as closed:
            for number in range(1000):
                await chat.send(type="text", text=f"message {number}")
                frame = await chat.next("reply", "error")
                codes.append(frame.get("code", "reply"))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    assert codes[: limits.MESSAGE_BURST] == ["reply"] * limits.MESSAGE_BURST
    assert set(codes[limits.MESSAGE_BURST :]) == {"slow_down"}
    assert len(page.desk.seen) == limits.MESSAGE_BURST


async def test_a_session_has_one_turn_at_a_time_and_a_bounded_queue(page: Page) -> None:
    async with page.chat() as chat, page.chat() as other:
        for number in range(4):
            await chat.send(type="text", id=f"s{number}", text=f"slow {number}")
            await chat.next("accepted")
        assert (await other.ask("hello"))["type"] == "reply"
        page.desk.gate.set()
        replies = [await chat.next("reply") for _ in range(4)]
    assert [reply["id"] for reply in replies] == ["s0", "s1", "s2", "s3"]
    assert page.desk.most_running <= 2


async def test_a_full_queue_says_so(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MESSAGE_BURST", 50)
    async with page.chat() as chat:
        await chat.send(type="text", text="slow")
        await chat.next("typing")
        for number in range(limits.MAX_WAITING):
            await chat.send(type="text", text=f"{number}")
            await chat.next("accepted")
        assert (await chat.ask("one more", id="m"))["code"] == "busy"


async def test_two_pages_of_one_session_both_see_the_answer(page: Page) -> None:
    cookie = await page.cookie()
    async with page.chat(cookie) as left, page.chat(cookie) as right:
        await left.send(type="text", id="x", text="hello")
        assert (await left.next("reply"))["id"] == (await right.next("reply"))["id"] == "x"


async def test_a_session_may_open_five_pages_and_no_sixth(page: Page) -> None:
    cookie = await page.cookie()
    async with (
        page.chat(cookie) as one,
        page.chat(cookie),
        page.chat(cookie),
        page.chat(cookie),
        page.chat(cookie),
    ):
        with pytest.raises(ConnectionClosed) as closed:
            async with page.chat(cookie) as sixth:
                await sixth.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        assert (await one.ask("hello"))["type"] == "reply"


async def test_a_desk_that_fails_shows_no_reason_and_the_chat_goes_on(page: Page) -> None:
    async with page.chat() as chat:
        error = await chat.ask("break")
        assert error["code"] == "unavailable"
        assert "fell over" not in json.dumps(error)
        assert (await chat.ask("hello"))["type"] == "reply"


async def test_writing_again_hurries_the_answer_under_way(page: Page) -> None:
    async with page.chat() as chat:
        await chat.send(type="text", id="first", text="slow question")
        await chat.next("typing")
        await chat.send(type="text", id="second", text="hello")
        assert (await chat.next("accepted"))["id"] == "second"
        page.desk.gate.set()
        assert (await chat.next("reply"))["id"] == "first"
        assert (await chat.next("reply"))["id"] == "second"
        assert [name.rsplit(":", 1)[1] for name in page.desk.hurried] == ["first"]


async def test_an_answer_made_while_the_page_was_away_is_fetched_on_return(page: Page) -> None:
    cookie = await page.cookie()
    async with page.chat(cookie) as chat:
        await chat.send(type="text", id="gone", text="slow question")
        await chat.next("typing")
    async with page.chat(cookie) as chat:
        await chat.send(type="resume", ids=["gone", "never"])
        assert (await chat.next("accepted"))["id"] == "gone"
        assert (await chat.next("error"))["code"] == "unknown_message"
        page.desk.gate.set()
        assert (await chat.next("reply"))["text"] == "You said: slow question"
    async with page.chat(cookie) as chat:
        await chat.send(type="resume", ids=["gone"])
        assert (await chat.next("reply"))["id"] == "gone"


async def test_a_message_sent_again_is_answered_once(page: Page) -> None:
    async with page.chat() as chat:
        await chat.ask("hello", id="same")
        await chat.ask("hello", id="same")
    assert len(page.desk.seen) == 1


async def test_the_session_cookie_is_strict_hidden_and_kept(page: Page) -> None:
    async with httpx.AsyncClient() as client:
        origin = {"origin": page.address}
        first = await client.post(f"{page.address}/session", headers=origin)
        again = await client.post(f"{page.address}/session", headers=origin)
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert cookie.split(";")[0] == again.headers["set-cookie"].split(";")[0]


async def test_a_forged_or_missing_session_opens_no_chat(page: Page) -> None:
    real = await page.cookie()
    forged = [f"shopdesk_session={'0' * 32}.{'0' * 64}", "shopdesk_session=", "other=1"]
    for cookie in (*forged, real[:-1] + ("0" if real[-1] != "0" else "1")):
        with pytest.raises(InvalidStatus):
            async with page.chat(cookie):
                pass


async def test_a_session_survives_a_restart_of_the_page(tmp_path: Path) -> None:
    async with served(tmp_path) as page:
        cookie = await page.cookie()
    async with served(tmp_path) as page, page.chat(cookie) as chat:
        assert (await chat.ask("hello"))["type"] == "reply"
    key = tmp_path / "web_session.key"
    assert key.stat().st_mode & 0o777 == 0o600


async def test_stopping_the_page_ends_open_chats_at_once(tmp_path: Path) -> None:
    async with asyncio.timeout(6):
        async with served(tmp_path) as page:
            chat = page.chat()
            open_chat = await chat.__aenter__()
            await open_chat.send(type="text", text="slow")
            await open_chat.next("typing")
        with pytest.raises(ConnectionClosed):
            await open_chat.next("nothing")
        await chat.__aexit__(None, None, None)
