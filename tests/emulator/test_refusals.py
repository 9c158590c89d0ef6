"""What Telegram refuses, the emulator refuses with the same words."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.emulator import Emulator
from tests.emulator.raw_bot import RawBot

ME = 1001


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go", **button}]]}


def bold(offset: int, length: int) -> list[dict[str, Any]]:
    return [{"type": "bold", "offset": offset, "length": length}]


MESSAGES: list[tuple[dict[str, Any], str]] = [
    ({"text": ""}, "message text is empty"),
    ({"text": " \n "}, "message text is empty"),
    ({}, "message text is empty"),
    ({"text": "x" * 4097}, "message is too long"),
    ({"text": "😀" * 2048 + "x"}, "message is too long"),
    ({"text": "hi", "chat_id": 4242}, "chat not found"),
    ({"text": "hi", "chat_id": "@nobody"}, "chat not found"),
    ({"text": "hi", "entities": bold(1, 2)}, "outside of the text"),
    ({"text": "hi", "entities": bold(-1, 2)}, "incorrect offset"),
    ({"text": "😀!", "entities": bold(1, 2)}, "middle of a UTF-16 symbol"),
    ({"text": "a😀", "entities": bold(0, 2)}, "middle of a UTF-16 symbol"),
    ({"text": "hi", "entities": [{"type": "shiny", "offset": 0, "length": 1}]}, "unsupported type"),
    ({"text": "hi", "entities": "[{"}, "can't parse entities JSON"),
    ({"text": "<b>hi", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "<blink>hi</blink>", "parse_mode": "HTML"}, "Unsupported start tag"),
    ({"text": "3 < 4", "parse_mode": "HTML"}, "can't parse entities"),
    ({"text": "a.b", "parse_mode": "MarkdownV2"}, "is reserved and must be escaped"),
    ({"text": "*hi", "parse_mode": "MarkdownV2"}, "Can't find end"),
    ({"text": "hi", "parse_mode": "RTF"}, "unsupported parse_mode"),
    ({"text": "hi", "reply_markup": keyboard(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
    ({"text": "hi", "reply_markup": keyboard(callback_data="é" * 33)}, "BUTTON_DATA_INVALID"),
    ({"text": "hi", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
    ({"text": "hi", "reply_markup": keyboard()}, "Text buttons are unallowed"),
    (
        {"text": "hi", "reply_markup": keyboard(callback_data="a", url="https://shop.example/")},
        "exactly one",
    ),
    ({"text": "hi", "reply_markup": keyboard(url="lamp")}, "Wrong HTTP URL"),
    ({"text": "hi", "reply_markup": keyboard(url="http://localhost/x")}, "Wrong HTTP URL"),
    ({"text": "hi", "reply_markup": keyboard(url="javascript:alert(1)")}, "Wrong HTTP URL"),
    ({"text": "hi", "reply_markup": "no json"}, "can't parse reply_markup"),
    ({"text": "hi", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    ({"text": "hi", "reply_to_message_id": 999}, "message to be replied not found"),
    ({"text": "hi", "message_thread_id": 7}, "message thread not found"),
]


@pytest.mark.parametrize(("params", "words"), MESSAGES)
async def test_a_wrong_message_is_refused(raw: RawBot, params: dict[str, Any], words: str) -> None:
    description = await raw.refusal("sendMessage", **{"chat_id": ME, **params})
    assert description.startswith("Bad Request: ") and words in description
    assert not await raw.tg.user().chat.bot_messages()


OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("editMessageText", {"message_id": 999, "text": "x"}, "message to edit not found"),
    ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    ("editMessageText", {"message_id": 1, "text": "x"}, "message can't be edited"),
    ("deleteMessage", {"message_id": 999}, "message to delete not found"),
    ("copyMessage", {"from_chat_id": ME, "message_id": 999}, "message to copy not found"),
    ("forwardMessage", {"from_chat_id": ME, "message_id": 999}, "message to forward not found"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
    ("sendChatAction", {"action": "dancing"}, "wrong parameter action"),
    ("sendMessageDraft", {"draft_id": 0, "text": "x"}, "RANDOM_ID_INVALID"),
    ("sendMessageDraft", {"draft_id": 1, "text": "x" * 4097}, "message is too long"),
    ("sendPhoto", {}, "there is no photo"),
    ("sendPhoto", {"photo": "unknown-id"}, "wrong file identifier"),
    ("sendPhoto", {"photo": "https://shop.example/lamp.png"}, "failed to get HTTP URL content"),
    ("sendPhoto", {"photo": "x", "caption": "c" * 1025}, "caption is too long"),
    ("sendMediaGroup", {"media": []}, "must be 2 to 10"),
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}] * 11}, "must be 2 to 10"),
    ("sendMediaGroup", {"media": [], "reply_markup": keyboard(url="a.example")}, "reply markup"),
    ("getFile", {"file_id": "unknown"}, "wrong file identifier"),
    ("setMyCommands", {"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND"),
    ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND"),
    ("setMyCommands", {"commands": [{"command": "a-b", "description": "x"}]}, "BOT_COMMAND"),
    ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION"),
    ("setMyCommands", {"commands": [], "language_code": "english"}, "language code"),
    ("setMyDescription", {"description": "x" * 513}, "too long"),
    ("setWebhook", {"url": "http://shop.example/hook"}, "An HTTPS URL must be provided"),
    ("setWebhook", {"url": "https://shop.example:8080/hook"}, "80, 88, 443 or 8443"),
    ("setWebhook", {"url": "https://shop.example/h", "secret_token": "a b"}, "unallowed"),
    ("setWebhook", {"url": "https://shop.example/h", "secret_token": "a" * 257}, "too long"),
    ("createForumTopic", {"name": "Mia"}, "the chat is not a forum"),
]


@pytest.mark.parametrize(("method", "params", "words"), OTHERS)
async def test_a_wrong_call_is_refused(
    raw: RawBot, method: str, params: dict[str, Any], words: str
) -> None:
    assert words in await raw.refusal(method, **{"chat_id": ME, **params})


async def test_an_edit_to_the_same_content_is_refused(raw: RawBot) -> None:
    sent = await raw.result("sendMessage", chat_id=ME, text="hi", reply_markup=keyboard(url="a.de"))
    same = {"chat_id": ME, "message_id": sent["message_id"], "reply_markup": keyboard(url="a.de")}
    assert "is not modified" in await raw.refusal("editMessageText", text=" hi ", **same)
    assert "is not modified" in await raw.refusal("editMessageReplyMarkup", **same)
    assert (await raw.result("editMessageText", text="ho", **same))["text"] == "ho"
    del same["reply_markup"]
    assert "reply_markup" not in await raw.result("editMessageReplyMarkup", **same)


async def test_a_long_callback_answer_is_refused(raw: RawBot) -> None:
    await raw.result("sendMessage", chat_id=ME, text="hi", reply_markup=keyboard(callback_data="a"))
    query = await raw.tg.user().press("Go")
    answer = {"callback_query_id": query}
    assert "TOO_LONG" in await raw.refusal("answerCallbackQuery", text="x" * 201, **answer)
    assert await raw.result("answerCallbackQuery", text="x" * 200, **answer)


async def test_a_late_callback_answer_is_refused() -> None:
    now = [1_800_000_000.0]
    async with Emulator(clock=lambda: now[0]) as tg:
        mia = tg.user()
        await mia.send("hi")
        chat = tg.world.chat(mia.id)
        content = {"text": "hi", "reply_markup": keyboard(callback_data="a")}
        tg.world.post(chat, tg.world.bot, content)
        query = await mia.press("Go")
        now[0] += 61
        async with aiohttp.ClientSession() as session:
            raw = RawBot(tg, session)
            words = await raw.refusal("answerCallbackQuery", callback_query_id=query)
        assert "query is too old" in words


async def test_a_reply_to_a_missing_message_may_be_allowed(raw: RawBot) -> None:
    reply = {"message_id": 999, "allow_sending_without_reply": True}
    sent = await raw.result("sendMessage", chat_id=ME, text="hi", reply_parameters=reply)
    assert "reply_to_message" not in sent


async def test_entities_beyond_a_hundred_are_dropped(raw: RawBot) -> None:
    entities = [{"type": "bold", "offset": i, "length": 1} for i in range(150)]
    sent = await raw.result("sendMessage", chat_id=ME, text="ab" * 100, entities=entities)
    assert len(sent["entities"]) == 100


async def test_a_wrong_token_an_unknown_method_and_an_unknown_path_are_told_apart(
    raw: RawBot,
) -> None:
    for path, code in (
        ("/bot1:X/getMe", 401),
        ("/file/bot1:X/photos/a", 401),
        (f"/bot{raw.tg.token}/sendNonsense", 404),
        ("/elsewhere", 404),
    ):
        async with raw.session.get(raw.tg.base_url + path) as answer:
            assert answer.status == code == (await answer.json())["error_code"]


async def test_someone_who_never_wrote_or_blocked_the_bot_gets_nothing(raw: RawBot) -> None:
    noor = raw.tg.user(2002, "Noor")
    assert "chat not found" in await raw.refusal("sendMessage", chat_id=2002, text="hi")
    friends = await raw.tg.group()
    await noor.send("hello", friends)
    told = await raw.call("sendMessage", chat_id=2002, text="hi")
    assert told["error_code"] == 403 and "can't initiate" in told["description"]
    await noor.start()
    await raw.result("sendMessage", chat_id=2002, text="hi")
    await noor.block()
    told = await raw.call("sendMessage", chat_id=2002, text="hi")
    assert told["error_code"] == 403 and "blocked by the user" in told["description"]


async def test_any_parse_mode_can_be_refused() -> None:
    async with (
        Emulator(refuse_parse_mode=True) as tg,
        aiohttp.ClientSession() as session,
    ):
        await tg.user().send("hi")
        raw = RawBot(tg, session)
        words = await raw.refusal("sendMessage", chat_id=ME, text="<b>x</b>", parse_mode="HTML")
        assert "parse_mode" in words
