"""Messages in, replies out, through the strict emulator."""

from __future__ import annotations

from bot.telegram import utf16
from tests.bot.telegram.conftest import Bench, picture


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
        shown = await mia.chat.wait_for_text("Harbour lamp")
    assert shown.method == "sendMessage"
    assert shown.buttons == ("View in shop", "Tell me more", "Similar ones", "Not for me")
    assert not any(call.ok for call in await mia.chat.calls("sendPhoto"))


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
    actions = [message.action for message in bench.desk.seen]
    assert actions == [None, "rate_up:00112233445566aa", "source:shipping"]


async def test_a_tap_is_confirmed_while_its_chat_is_busy(bench: Bench) -> None:
    bench.desk.slow = {"slow": 3.0}
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("unsure")
        await mia.chat.wait_for_text("Is it one of these?")
        await mia.send("slow")
        query = await mia.press("Costs")
        await bench.telegram.answer(query, timeout_s=2.0)
        said = [message.text for message in await mia.chat.bot_messages()]
    assert "echo slow" not in said


async def test_start_greets_and_brings_its_payload(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.start()
        await mia.chat.wait_for_text("Hello and welcome")
        await mia.start("nordic-lamp_1")
        await mia.chat.wait_for_text("pressed start:nordic-lamp_1")
        await mia.send("/help")
        await mia.chat.wait_for_text("Here is what I can do")
    assert [message.action for message in bench.desk.seen] == ["start:nordic-lamp_1"]


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
    said = [message.text for message in await mia.chat.bot_messages()]
    assert not any("sticker" in text for text in said)


async def test_the_menu_is_set_in_every_language(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("hello")
        await mia.chat.wait_for_text("echo")
    for language, word in (("", "What I can do"), ("en", "What I can do"), ("zh", "我能做什么")):
        menu = await bench.telegram.commands(language=language)
        assert [row["command"] for row in menu] == [
            "start",
            "help",
            "language",
            "review",
            "why",
            "unlink",
            "human",
            "mydata",
            "export",
            "forget",
        ]
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


async def test_a_message_too_long_to_be_a_question_is_told_so(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("word " * 810)
        await mia.chat.wait_for_text("That is a lot to read")
        await mia.send("word " * 600)
        await mia.chat.wait_for_text("echo word word")
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
    asked = [message.text for message in bench.desk.seen]
    assert asked == ["Do you ship to Norwya?", "Do you ship to Norway?", "thanks"]


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


async def test_why_is_asked_in_private_and_leads_to_what_can_be_forgotten(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("/why")
        await mia.chat.wait_for_text("pressed why:")
        await mia.send("my taste")
        told = await mia.chat.wait_for_text("You looked at: Lamp")
        await mia.press("Forget: Lamp")
        await mia.chat.wait_for_text("pressed forget:lamp")
        await mia.press("Forget all of it", message_id=told.message_id)
        await mia.chat.wait_for(lambda call: call.text == "pressed forget:")
    actions = [message.action for message in bench.desk.seen]
    assert actions == ["why:", None, "forget:lamp", "forget:"]


async def test_nobodys_taste_is_told_or_forgotten_in_a_group(bench: Bench) -> None:
    mia = bench.telegram.user()
    group = await bench.telegram.group(-77, bot_admin=True)
    async with bench.running():
        await mia.send("/why", group)
        hint = await group.wait_for_text("write to me privately")
        await mia.send("@shopdesk_test_bot taste", group)
        told = await group.wait_for_text("You looked at: Lamp", after=hint.number)
        for button in ("Forget: Lamp", "Forget all of it"):
            await mia.press(button, group, message_id=told.message_id)
            hint = await group.wait_for_text("write to me privately", after=hint.number)
    assert [message.action for message in bench.desk.seen] == [None]


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
