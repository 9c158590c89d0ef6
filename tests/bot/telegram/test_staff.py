"""The way to a person and back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from engine import keys
from engine.journal_writing import HandOver, Step
from tests.bot.telegram.conftest import STAFF_CHAT, Bench, PastTurn
from tests.emulator import User


async def asked_for_a_person(bench: Bench) -> User:
    mia = bench.telegram.user()
    await mia.send("/human")
    await mia.chat.wait_for_text("A colleague answers.")
    return mia


async def test_a_staff_round_trip_in_a_forum(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    bench.turns += [PastTurn(f"question {n}", f"answer {n}") for n in range(12)]
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        post = await staff.wait_for_text("A shopper asked for a person")
        assert "question 2" in post.text
        assert "question 1\n" not in post.text
        topic = (await staff.topics())[0]["thread_id"]
        assert post.params["message_thread_id"] == topic
        await anna.send("We will look into it.", staff, thread_id=topic)
        await mia.chat.wait_for_text("From our team: We will look into it.")
        await mia.send("My mail is mia@example.com")
        forwarded = await staff.wait_for_text("Shopper: My mail is ⟦email:1⟧")
        assert forwarded.params["message_thread_id"] == topic
        await anna.send("/close", staff, thread_id=topic)
        await mia.chat.wait_for_text("Our colleague has closed this conversation")
        await staff.wait_for_text("the assistant answers again")
        await mia.send("Do you ship?")
        await mia.chat.wait_for_text("echo Do you ship?")
    assert [m.text for m in bench.desk.seen if not m.action] == ["Do you ship?"]
    assert len(await staff.topics()) == 1


async def test_a_staff_round_trip_in_a_plain_group(bench: Bench) -> None:
    staff, anna = await bench.telegram.group(-900, bot_admin=True), bench.telegram.user(9, "Anna")
    async with bench.running(operator=-900):
        mia = await asked_for_a_person(bench)
        post = await staff.wait_for_text("A shopper asked for a person")
        await anna.send("just us talking", staff)
        await anna.send("Hello Mia", staff, reply_to=post.message_id)
        await mia.chat.wait_for_text("From our team: Hello Mia")
        await mia.send("thank you")
        more = await staff.wait_for_text("Shopper: thank you")
        await anna.send("You are welcome", staff, reply_to=more.message_id)
        await mia.chat.wait_for_text("From our team: You are welcome")
    assert "just us" not in str([m.text for m in await mia.chat.bot_messages()])


async def test_two_shoppers_are_never_mixed_up(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    mia, ole = bench.telegram.user(), bench.telegram.user(1002, "Ole")
    async with bench.running(operator=STAFF_CHAT):
        for person in (mia, ole):
            await person.send("/human")
            await person.chat.wait_for_text("A colleague answers.")
        posts: set[int] = set()
        while len(posts) < 2:
            post = await staff.wait_for(
                lambda call: call.ok and "A shopper asked" in call.text and call.number not in posts
            )
            posts.add(post.number)
        first, second = [topic["thread_id"] for topic in await staff.topics()]
        await anna.send("for Ole", staff, thread_id=second)
        await anna.send("for Mia", staff, thread_id=first)
        await mia.chat.wait_for_text("for Mia")
        await ole.chat.wait_for_text("for Ole")
    assert not any("Ole" in message.text for message in await mia.chat.bot_messages())


async def test_a_deleted_topic_is_made_again_and_loses_nothing(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        old = (await staff.topics())[0]["thread_id"]
        await staff.delete_topic(old)
        await mia.send("are you there")
        resent = await staff.wait_for_text("Shopper: are you there")
        new = (await staff.topics())[0]["thread_id"]
        assert new != old
        assert resent.params["message_thread_id"] == new
        await anna.send("yes", staff, thread_id=new)
        await mia.chat.wait_for_text("From our team: yes")


async def test_an_hour_of_silence_closes_the_case(bench: Bench) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        bench.clock.now += 3000
        await mia.send("still waiting")
        await staff.wait_for_text("Shopper: still waiting")
        bench.clock.now += 3000
        await asyncio.sleep(0.2)
        assert not any("closed" in m.text for m in await mia.chat.bot_messages())
        bench.clock.now += 700
        await mia.chat.wait_for_text("Our colleague has closed this conversation")
        await staff.wait_for_text("Closed after an hour without a message")
        await mia.send("hello")
        await mia.chat.wait_for_text("echo hello")


async def test_a_case_outlives_a_restart(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
    async with bench.running(operator=STAFF_CHAT):
        await mia.send("anyone?")
        await staff.wait_for_text("Shopper: anyone?")
        topic = (await staff.topics())[0]["thread_id"]
        await anna.send("yes, me", staff, thread_id=topic)
        await mia.chat.wait_for_text("From our team: yes, me")
    assert all(message.action for message in bench.desk.seen)


async def test_any_staff_message_pauses_the_assistant_again(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        topic = (await staff.topics())[0]["thread_id"]
        await anna.send("/close", staff, thread_id=topic)
        await mia.chat.wait_for_text("Our colleague has closed")
        await anna.send("One more thing", staff, thread_id=topic)
        await mia.chat.wait_for_text("From our team: One more thing")
        await staff.wait_for_text("Opened again by your message")
        await mia.send("ok")
        await staff.wait_for_text("Shopper: ok")
    assert "ok" not in [message.text for message in bench.desk.seen]


async def test_a_staff_edit_follows_to_the_shopper(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        topic = (await staff.topics())[0]["thread_id"]
        sent = await anna.send("It takes 2 days", staff, thread_id=topic)
        await mia.chat.wait_for_text("It takes 2 days")
        await anna.edit(sent, "It takes 3 days", staff)
        await mia.chat.wait_for_text("It takes 3 days")
    assert len([m for m in await mia.chat.bot_messages() if "It takes" in m.text]) == 1


async def test_a_shopper_who_blocked_the_bot_is_reported_to_staff(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        topic = (await staff.topics())[0]["thread_id"]
        await mia.block()
        lost = await anna.send("hello?", staff, thread_id=topic)
        told = await staff.wait_for_text("Not delivered")
    assert told.params["message_thread_id"] == topic
    assert told.params["reply_parameters"]["message_id"] == lost
    assert not any("hello?" in message.text for message in await mia.chat.bot_messages())


async def test_a_voice_message_is_copied_to_staff(bench: Bench) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        await mia.send_voice()
        await staff.wait_for(lambda call: call.ok and call.method == "copyMessage")
    assert not any("listen" in message.text for message in await mia.chat.bot_messages())


async def test_without_a_staff_chat_nothing_is_promised(bench: Bench) -> None:
    mia = bench.telegram.user()
    async with bench.running():
        await mia.send("/human")
        await mia.chat.wait_for_text("Nobody from our team can join this chat")
        await mia.send("hello")
        await mia.chat.wait_for_text("echo hello")
    assert not any("A colleague" in message.text for message in await mia.chat.bot_messages())


async def test_the_engine_is_told_whether_a_person_can_take_over(bench: Bench) -> None:
    await bench.telegram.staff_group(STAFF_CHAT)
    mia, group = bench.telegram.user(), await bench.telegram.group(-77, bot_admin=True)
    async with bench.running(operator=STAFF_CHAT):
        await mia.send("with staff")
        await mia.chat.wait_for_text("echo with staff")
        await mia.send("@shopdesk_test_bot in a group", group)
        await group.wait_for_text("echo in a group")
    async with bench.running():
        await mia.send("without")
        await mia.chat.wait_for_text("echo without")
    assert [message.staffed for message in bench.desk.seen] == [True, False, False]


async def test_the_journal_learns_when_a_person_is_called_answers_and_closes(bench: Bench) -> None:
    staff, anna = await bench.telegram.staff_group(STAFF_CHAT), bench.telegram.user(9, "Anna")
    steps: list[HandOver] = []
    bench.parts = replace(bench.parts, record=steps.append)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        topic = (await staff.topics())[0]["thread_id"]
        await anna.send("We will look into it.", staff, thread_id=topic)
        await mia.chat.wait_for_text("From our team: We will look into it.")
        await anna.send("/close", staff, thread_id=topic)
        await mia.chat.wait_for_text("Our colleague has closed this conversation")
    assert [step.step for step in steps] == [Step.OPENED, Step.ANSWERED, Step.CLOSED]
    assert (steps[0].reason, steps[0].shopper != "") == ("asked", True)
    assert len({step.conversation for step in steps}) == 1


async def test_staff_are_told_once_that_the_journal_fails_and_once_that_it_works(
    bench: Bench,
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    for _ in range(2):
        async with bench.running(operator=STAFF_CHAT):
            await bench.redis.set(keys.TROUBLE, "database is locked")
            await staff.wait_for_text("cannot be written: database is locked")
            await asyncio.sleep(0.3)
    async with bench.running(operator=STAFF_CHAT):
        await bench.redis.delete(keys.TROUBLE)
        await staff.wait_for_text("The journal works again")
        await asyncio.sleep(0.3)
    told = [m.text for m in await staff.bot_messages() if "journal" in m.text]
    assert len(told) == 2
