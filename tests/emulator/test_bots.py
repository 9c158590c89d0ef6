"""Bots of other people's making are served, and independent judges find nothing to object to."""

from __future__ import annotations

import asyncio

import telegram
from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MediaUnion,
    Message,
)

from tests.emulator import Emulator, TelegramSide
from tests.emulator.raw_bot import picture

CARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Details", callback_data="details:lamp")]]
)


def small_shop() -> Dispatcher:
    """An aiogram bot that uses a bit of everything."""
    shop = Dispatcher()

    async def start(message: Message, command: CommandObject) -> None:
        await message.answer(f"Hello <b>{command.args}</b>")

    async def photo(message: Message, bot: Bot) -> None:
        assert message.photo
        file = await bot.download(message.photo[-1])
        assert file
        lamp = BufferedInputFile(file.read(), "lamp.png")
        await message.reply_photo(lamp, caption="Yours", reply_markup=CARD)

    async def album(message: Message, bot: Bot) -> None:
        await bot.send_chat_action(message.chat.id, "upload_photo")
        media: list[MediaUnion] = [
            InputMediaPhoto(media=BufferedInputFile(picture(colour=c), f"{c}.png"), caption=c)
            for c in ("red", "blue")
        ]
        await message.answer_media_group(media)

    async def pressed(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_caption(caption="A Nordic lamp", reply_markup=None)
        await query.answer("Opened")

    async def draft(message: Message, bot: Bot) -> None:
        await bot.send_message_draft(message.chat.id, 7, text="Let me")
        await asyncio.sleep(0.1)
        await message.answer("Let me see.")

    shop.message.register(start, CommandStart())
    shop.message.register(photo, F.photo)
    shop.message.register(album, F.text == "album")
    shop.message.register(draft, F.text)
    shop.callback_query.register(pressed)
    return shop


async def test_an_aiogram_bot_is_served(emulator: Emulator) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.base_url))
    bot = Bot(emulator.token, session, default=DefaultBotProperties(parse_mode="HTML"))
    shop = small_shop()
    running = asyncio.create_task(shop.start_polling(bot, polling_timeout=1, handle_signals=False))
    mia = emulator.user()
    try:
        await mia.start("lamp-42")
        call = await mia.chat.wait_for_text("Hello")
        assert call.result["text"] == "Hello lamp-42"
        assert call.result["entities"] == [{"type": "bold", "offset": 6, "length": 7}]
        await mia.send_photo(picture())
        await mia.chat.wait_for_text("Yours")
        assert (await emulator.answer(await mia.press("Details")))["text"] == "Opened"
        (_, card) = await mia.chat.bot_messages()
        assert (card.text, card.buttons) == ("A Nordic lamp", ())
        await mia.send("album")
        call = await mia.chat.wait_for(lambda call: call.method == "sendMediaGroup")
        assert [item["caption"] for item in call.result] == ["red", "blue"]
        assert (await mia.chat.actions())[-1]["action"] == "upload_photo"
        await mia.send("stream")
        await mia.chat.wait_for(lambda call: call.method == "sendMessageDraft")
        assert await mia.chat.draft() == "Let me"
        await mia.chat.wait_for_text("Let me see.")
        assert await mia.chat.draft() is None
    finally:
        await shop.stop_polling()
        await running
        await bot.session.close()


async def test_a_text_reaches_the_bot_and_its_answer_reaches_the_chat(
    tg: TelegramSide, bot: telegram.Bot
) -> None:
    mia = tg.user(1001, "Mia", "en")
    await mia.send("/start hello")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message and update.message.text == "/start hello"
    assert update.message.entities[0].type == "bot_command"
    keyboard = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("Details", callback_data="details:lamp")
    )
    await bot.send_message(mia.id, "Hello Mia", reply_markup=keyboard)
    call = await mia.chat.wait_for_text("Hello")
    assert call.buttons == ("Details",)
    query = await mia.press("Details")
    (pressed,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert pressed.callback_query and pressed.callback_query.data == "details:lamp"
    await bot.answer_callback_query(pressed.callback_query.id, "Here")
    assert (await tg.answer(query))["text"] == "Here"


async def test_ptb_calls_of_every_kind_are_served(tg: TelegramSide, bot: telegram.Bot) -> None:
    mia = tg.user()
    await mia.send("hi")
    one = await bot.send_photo(mia.id, picture(), caption="x", filename="x.png")
    album = await bot.send_media_group(
        mia.id, [telegram.InputMediaPhoto(picture(colour=c)) for c in ("red", "blue")]
    )
    assert len({message.media_group_id for message in album}) == 1
    file = await bot.get_file(one.photo[-1].file_id)
    assert await file.download_as_bytearray() == picture()
    await bot.send_chat_action(mia.id, "typing")
    await bot.send_message_draft(mia.id, 3, "soon")
    text = await bot.send_message(mia.id, "text", reply_parameters=telegram.ReplyParameters(1))
    assert text.reply_to_message and text.reply_to_message.text == "hi"
    await bot.edit_message_text("other", mia.id, text.message_id)
    await bot.edit_message_caption(mia.id, one.message_id, caption="y")
    copied = await bot.copy_message(mia.id, mia.id, text.message_id)
    forwarded = await bot.forward_message(mia.id, mia.id, text.message_id)
    assert forwarded.forward_origin
    await bot.delete_message(mia.id, copied.message_id)
    shown = [message.text for message in await mia.chat.bot_messages()]
    assert shown == ["y", "", "", "other", "other"]
    assert (await bot.get_chat(mia.id)).first_name == "Mia"
    assert (await bot.get_me()).username == "shopdesk_test_bot"


async def test_commands_belong_to_a_scope_and_a_language(
    tg: TelegramSide, bot: telegram.Bot
) -> None:
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands(
        [("help", "帮助")], telegram.BotCommandScopeAllPrivateChats(), language_code="zh"
    )
    assert await tg.commands() == [{"command": "help", "description": "Help"}]
    (chinese,) = await tg.commands("all_private_chats", "zh")
    assert chinese["description"] == "帮助"
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    await bot.set_my_description("A shop")
    await bot.set_my_short_description("Shop")
    assert (await bot.get_my_description()).description == "A shop"
    assert await bot.set_webhook("") and not (await bot.get_webhook_info()).url


async def test_everything_people_send_is_a_sound_update(
    tg: TelegramSide, bot: telegram.Bot
) -> None:
    mia = tg.user()
    await mia.start()
    await mia.send_photo(picture(), "look")
    await mia.send_sticker()
    await mia.send_voice()
    await mia.send_document("order.pdf", b"%PDF")
    await mia.send_location()
    await mia.send_forwarded("buy now")
    await mia.send_raw({"dice": {"emoji": "🎲", "value": 4}})
    number = await mia.send("first", reply_to=1)
    await mia.edit(number, "second")
    await mia.send("x" * 5000)
    await mia.block()
    updates = await bot.get_updates()
    kinds = [next(kind for kind in update.to_dict() if kind != "update_id") for update in updates]
    assert kinds == ["message"] * 9 + ["edited_message"] + ["message"] * 2 + ["my_chat_member"]
    messages = [update.effective_message for update in updates[:-1]]
    assert all(messages)
    assert messages[1] and messages[1].photo and messages[1].caption == "look"
    assert messages[6] and messages[6].forward_origin
    assert [len(m.text or "") for m in messages[-2:] if m] == [4096, 904]
