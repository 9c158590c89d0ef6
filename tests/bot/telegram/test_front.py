"""Messages in, replies out, through the strict emulator."""

from __future__ import annotations

import asyncio
import io

from PIL import Image

from bot.telegram import utf16
from bot.telegram.limiter import Limits
from bot.telegram.options import Streaming
from tests.bot.telegram.conftest import Bench
from tests.emulator import Call


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return data.getvalue()


def is_reply(call: Call) -> bool:
    return call.ok and call.method in ("sendMessage", "sendPhoto", "copyMessage")


async def test_a_question_is_answered(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("Do you ship to Norway?")
        await mia.chat.wait_for_text("echo Do you ship to Norway?")
    message = bench.desk.seen[0]
    assert message.private
    assert message.language_hint == "en"
    assert str(mia.id) not in message.shopper + message.conversation


async def test_a_pseudonym_stays_the_same_and_differs_between_people(bench: Bench) -> None:
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    async with bench.running():
        for number, person in enumerate((mia, mia, ole)):
            await person.send(f"question {number}")
            await person.chat.wait_for_text(f"echo question {number}")
    first, second, third = bench.desk.seen
    assert (first.shopper, first.conversation) == (second.shopper, second.conversation)
    assert first.shopper != third.shopper


async def test_typing_is_shown_while_a_reply_is_made(bench: Bench) -> None:
    bench.desk.slow = {"slow": 0.6}
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("slow question")
        await mia.chat.wait_for_text("echo")
    calls = [call.method for call in await mia.chat.calls()]
    assert calls.index("sendChatAction") < calls.index("sendMessage")


async def test_a_long_reply_arrives_whole(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("long")
        await mia.chat.wait_for(lambda call: "Helpful" in str(call.buttons))
    texts = [message.text for message in await mia.chat.bot_messages()]
    assert len(texts) == 3
    assert all(utf16.length(text) <= 4096 for text in texts)
    assert " ".join(texts).split() == ("😀 A sentence that is said many times over. " * 250).split()


async def test_products_come_as_cards_and_their_picture_is_uploaded_once(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("lamps")
        await mia.chat.wait_for_text("Harbour lamp")
    photos = await mia.chat.calls("sendPhoto")
    uploads = ["upload" in str(call.params["photo"]) for call in photos]
    assert uploads == [True, False]
    assert photos[0].buttons == ("View in shop", "Tell me more", "Similar ones", "Not for me")
    assert photos[0].params["caption_entities"][0]["type"] == "bold"


async def test_a_card_without_its_picture_is_still_shown(bench: Bench) -> None:
    (bench.parts.folder / "images" / "lamp.png").write_bytes(b"no picture at all")
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("lamps")
        await mia.chat.wait_for(lambda c: c.method == "sendMessage" and "Harbour" in c.text)


async def test_buttons_bring_their_action_even_after_a_restart(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("unsure")
        await mia.chat.wait_for_text("Is it one of these?")
    async with bench.running():
        query = await mia.press("How long?")
        await bench.telegram.answer(query)
        await mia.chat.wait_for_text("pressed entry:delivery")
    assert bench.desk.seen[-1].action == "entry:delivery"
    assert bench.desk.seen[-1].text == ""


async def test_thumbs_and_source_stand_under_an_answer(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("source")
        await mia.chat.wait_for_text("4.95")
        await mia.press("👍 Helpful")
        await mia.chat.wait_for_text("pressed rate_up:00112233445566aa")
        await mia.press("📖 Source")
        await mia.chat.wait_for_text("pressed source:shipping")


async def test_a_tap_is_confirmed_while_its_chat_is_busy(bench: Bench) -> None:
    bench.desk.slow = {"slow": 3.0}
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("unsure")
        await mia.chat.wait_for_text("Is it one of these?")
        await mia.send("slow")
        query = await mia.press("Costs")
        await bench.telegram.answer(query, timeout_s=2.0)


async def test_start_greets_and_brings_its_payload(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.start()
        await mia.chat.wait_for_text("Hello and welcome")
        await mia.start("nordic-lamp_1")
        await mia.chat.wait_for_text("pressed start:nordic-lamp_1")
        await mia.send("/help")
        await mia.chat.wait_for_text("Here is what I can do")


async def test_a_chosen_language_wins_over_the_hint(bench: Bench) -> None:
    mia = bench.telegram.user(language_code="en")
    async with bench.running():
        await mia.send("/language")
        await mia.chat.wait_for_text("Which language")
        await mia.press("中文")
        await mia.chat.wait_for_text("好的，说中文。")
        await mia.send("an English question")
        await mia.chat.wait_for_text("echo an English")
        await mia.send_sticker()
        await mia.chat.wait_for_text("表情收到啦")


async def test_the_menu_is_set_in_every_language(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello")
        await mia.chat.wait_for_text("echo")
    for language, word in (("", "What I can do"), ("en", "What I can do"), ("zh", "我能做什么")):
        menu = await bench.telegram.commands(language=language)
        assert [row["command"] for row in menu] == ["start", "help", "language", "human"]
        assert menu[1]["description"] == word


async def test_what_cannot_be_read_gets_a_sensible_answer(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send_photo(picture())
        await mia.chat.wait_for_text("I cannot look at photos")
        await mia.send_voice()
        await mia.chat.wait_for_text("I cannot listen")
        await mia.send_document("a.pdf", b"x")
        await mia.chat.wait_for_text("I cannot open files")
        await mia.send_location()
        await mia.chat.wait_for_text("I cannot use locations")
        await mia.send_forwarded("look at this")
        await mia.chat.wait_for_text("forwarded message")
        await mia.send_photo(picture(), "Do you have this lamp?")
        await mia.chat.wait_for_text("echo Do you have this lamp?")
    assert len(bench.desk.seen) == 1


async def test_a_quick_correction_is_answered_and_an_old_edit_is_not(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        first = await mia.send("Do you ship to Norwya?")
        await mia.chat.wait_for_text("Norwya")
        await mia.edit(first, "Do you ship to Norway?")
        await mia.chat.wait_for_text("echo Do you ship to Norway?")
        await mia.send("thanks")
        await mia.chat.wait_for_text("echo thanks")
        await mia.edit(first, "Do you ship to Mars?")
        await mia.chat.wait_for_text("I saw that you edited a message")


async def test_a_group_is_answered_only_when_addressed(bench: Bench) -> None:
    mia = bench.telegram.user()
    group = await bench.telegram.group(-77, bot_admin=True)
    async with bench.running():
        await mia.send("what a lovely day", group)
        await mia.send("/weather", group)
        await mia.send("@shopdesk_test_bot do you ship?", group)
        call = await group.wait_for_text("echo do you ship?")
        await mia.send("and to Norway?", group, reply_to=call.message_id)
        await group.wait_for_text("echo and to Norway?")
        await mia.send("/human@shopdesk_test_bot", group)
        await group.wait_for_text("In groups I answer only when you mention me")
    assert [message.text for message in bench.desk.seen] == ["do you ship?", "and to Norway?"]
    assert not any(message.private for message in bench.desk.seen)
    assert len(await group.bot_messages()) == 3
    assert call.params["reply_parameters"]["message_id"]


async def test_a_topic_is_answered_in_that_topic(bench: Bench) -> None:
    mia = bench.telegram.user()
    group = await bench.telegram.group(-1009, kind="supergroup", forum=True, bot_admin=True)
    async with bench.running():
        topic = await mia.open_topic("Shopping", group)
        bench.desk.slow = {"ship": 0.5}
        await mia.send("@shopdesk_test_bot do you ship?", group, thread_id=topic)
        call = await group.wait_for_text("echo")
    assert await group.actions()
    assert call.params["message_thread_id"] == topic
    assert all(action["message_thread_id"] == topic for action in await group.actions())


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
    assert sum(map(is_reply, await bench.telegram.calls())) == 43


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


async def test_a_connection_cut_before_sending_loses_nothing(bench: Bench) -> None:
    await bench.telegram.fail("drop_before", method="sendMessage", times=2)
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello there")
        await mia.chat.wait_for_text("echo hello there")
    assert len(bench.desk.seen) == 1
