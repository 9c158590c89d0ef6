"""Groups, topics and buttons: who sees what, and what may be written where."""

from __future__ import annotations

import pytest

from tests.emulator import EmulatorMisuseError
from tests.emulator.raw_bot import RawBot

ME = 1001
BUTTONS = {
    "inline_keyboard": [
        [{"text": "One", "callback_data": "one"}],
        [{"text": "Shop", "url": "https://shop.example/"}],
    ]
}


async def test_a_bot_in_privacy_mode_sees_only_what_is_meant_for_it(raw: RawBot) -> None:
    friends, mia = await raw.tg.group(), raw.tg.user()
    await raw.result("getUpdates", offset=-1)
    sent = await raw.result("sendMessage", chat_id=friends.id, text="hello all")
    await mia.send("just talking", friends)
    await mia.send("@shopdesk_test_bot do you ship?", friends)
    await mia.send("/help", friends)
    await mia.send("/help@another_bot", friends)
    await mia.send("thanks", friends, reply_to=sent["message_id"])
    found = [update["message"] for update in (await raw.result("getUpdates"))[1:]]
    assert [message["text"] for message in found] == [
        "@shopdesk_test_bot do you ship?",
        "/help",
        "thanks",
    ]
    assert found[0]["entities"][0]["type"] == "mention"
    assert found[2]["reply_to_message"]["from"]["is_bot"]


async def test_staff_topics_carry_their_thread(raw: RawBot) -> None:
    staff, anna = await raw.tg.staff_group(), raw.tg.user(3003, "Anna")
    topic = await raw.result("createForumTopic", chat_id=staff.id, name="Mia #1001")
    thread_id = topic["message_thread_id"]
    post = await raw.result(
        "sendMessage", chat_id=staff.id, message_thread_id=thread_id, text="needs help"
    )
    assert post["is_topic_message"] and post["message_thread_id"] == thread_id
    await anna.send("I am here", staff, reply_to=post["message_id"])
    await anna.send("plain", staff, thread_id=thread_id)
    answer, plain = [update["message"] for update in (await raw.result("getUpdates"))[-2:]]
    assert answer["reply_to_message"]["text"] == "needs help"
    assert answer["message_thread_id"] == plain["message_thread_id"] == thread_id
    assert "forum_topic_created" in plain["reply_to_message"]
    assert [row["name"] for row in await staff.topics()] == ["Mia #1001"]


async def test_a_deleted_topic_takes_no_more_messages(raw: RawBot) -> None:
    staff = await raw.tg.staff_group()
    topic = await raw.result("createForumTopic", chat_id=staff.id, name="Mia")
    place = {"chat_id": staff.id, "message_thread_id": topic["message_thread_id"]}
    assert await raw.result("closeForumTopic", **place)
    assert "NOT_MODIFIED" in await raw.refusal("closeForumTopic", **place)
    await raw.result("sendMessage", text="an admin still may", **place)
    await staff.delete_topic(topic["message_thread_id"])
    for method in ("sendMessage", "sendChatAction"):
        words = await raw.refusal(method, text="hi", action="typing", **place)
        assert "message thread not found" in words
    assert "TOPIC_ID_INVALID" in await raw.refusal("deleteForumTopic", **place)
    assert await staff.messages() == []


async def test_drafts_are_for_private_chats(raw: RawBot) -> None:
    friends = await raw.tg.group()
    words = await raw.refusal("sendMessageDraft", chat_id=friends.id, draft_id=1, text="x")
    assert "TEXTDRAFT_PEER_INVALID" in words


async def test_a_bot_taken_out_of_a_group_may_not_write_there(raw: RawBot) -> None:
    friends = await raw.tg.group()
    await friends.remove_bot()
    assert (await raw.call("sendMessage", chat_id=friends.id, text="x"))["error_code"] == 403


async def test_only_buttons_that_are_shown_and_call_back_can_be_pressed(raw: RawBot) -> None:
    mia = raw.tg.user()
    sent = await raw.result("sendMessage", chat_id=ME, text="a", reply_markup=BUTTONS)
    with pytest.raises(EmulatorMisuseError, match="no button 'Two'"):
        await mia.press("Two")
    with pytest.raises(EmulatorMisuseError, match="sends nothing"):
        await mia.press("Shop")
    for number in range(3):
        await raw.result("sendMessage", chat_id=ME, text=str(number))
    await mia.press("One")
    await raw.result("editMessageText", chat_id=ME, message_id=sent["message_id"], text="b")
    with pytest.raises(EmulatorMisuseError, match="no button"):
        await mia.press("One")
    await mia.press("One", stale=True)
    await raw.result("deleteMessage", chat_id=ME, message_id=sent["message_id"])
    await mia.press("One", stale=True)
    pressed = [update["callback_query"] for update in (await raw.result("getUpdates"))[-3:]]
    assert [query["data"] for query in pressed] == ["one"] * 3
    assert [query["message"]["date"] > 0 for query in pressed] == [True, True, False]
    assert pressed[0]["message"]["reply_markup"] and "reply_markup" not in pressed[1]["message"]


async def test_a_wait_that_fails_tells_what_was_called_instead(raw: RawBot) -> None:
    await raw.result("sendMessage", chat_id=ME, text="something else")
    with pytest.raises(TimeoutError, match="something else"):
        await raw.tg.user().chat.wait_for_text("hello", timeout_s=0.1)
