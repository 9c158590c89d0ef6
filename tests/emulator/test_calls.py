"""A call may come as query, form, multipart or JSON; pictures are really looked at."""

from __future__ import annotations

import io
import json

import aiohttp
import pytest

from tests.emulator.files import MAX_PHOTO_BYTES
from tests.emulator.raw_bot import RawBot, picture

ME = 1001
KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def test_every_way_of_sending_parameters_means_the_same(raw: RawBot) -> None:
    fields = {"chat_id": str(ME), "text": "汉 & 😀", "reply_markup": json.dumps(KEYBOARD)}
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    url = raw.address("SENDMESSAGE")
    for answer in (
        await raw.session.get(url, params=fields),
        await raw.session.post(url, data=fields),
        await raw.session.post(url, data=multipart),
        await raw.session.post(url, json={**fields, "chat_id": ME, "reply_markup": KEYBOARD}),
    ):
        assert answer.status == 200
    calls = await raw.tg.calls("sendMessage")
    assert len(calls) == 4
    assert all(call.params == {**fields, "chat_id": ME, "reply_markup": KEYBOARD} for call in calls)
    assert {call.buttons for call in calls} == {("Go",)}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "must be non-empty"),
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (b"too big", "is too big for a photo"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (picture(6000, 4001), "PHOTO_INVALID_DIMENSIONS"),
    ],
    ids=["empty", "no picture", "too big", "too narrow", "too large"],
)
async def test_a_photo_telegram_cannot_show_is_refused(
    raw: RawBot, data: bytes, words: str
) -> None:
    form = aiohttp.FormData({"chat_id": str(ME)})
    content = picture() + bytes(MAX_PHOTO_BYTES) if data == b"too big" else data
    form.add_field("photo", io.BytesIO(content), filename="a.png")
    async with raw.session.post(raw.address("sendPhoto"), data=form) as answer:
        assert answer.status == 400
        assert words in (await answer.json())["description"]


async def test_a_photo_can_be_sent_again_by_its_id_or_from_its_address(raw: RawBot) -> None:
    url = "https://shop.example/lamp.png"
    await raw.tg.serve_address(url, picture(64, 48))
    first = (await raw.result("sendPhoto", chat_id=ME, photo=url))["photo"][-1]
    assert (first["width"], first["height"]) == (64, 48)
    again = await raw.result("sendPhoto", chat_id=ME, photo=first["file_id"])
    assert again["photo"][-1] == first


async def test_an_album_with_a_missing_part_is_refused_whole(raw: RawBot) -> None:
    form = aiohttp.FormData({"chat_id": str(ME)})
    media = [{"type": "photo", "media": f"attach://{name}"} for name in ("a", "b")]
    form.add_field("media", json.dumps(media))
    form.add_field("a", picture(), filename="a.png")
    async with raw.session.post(raw.address("sendMediaGroup"), data=form) as answer:
        assert "file not found" in (await answer.json())["description"]
    assert await raw.tg.user().chat.bot_messages() == []


async def test_text_that_is_not_utf8_is_refused(raw: RawBot) -> None:
    body = b'{"chat_id": 1001, "text": "\\ud83d"}'
    headers = {"Content-Type": "application/json"}
    async with raw.session.post(raw.address("sendMessage"), data=body, headers=headers) as answer:
        assert "encoded in UTF-8" in (await answer.json())["description"]
