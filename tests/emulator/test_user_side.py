"""What people do reaches the bot, and what the bot does reaches them; in process and over HTTP."""

from __future__ import annotations

import telegram

from tests.emulator import TelegramSide


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
