"""An answer from the console reaches its shopper, and the staff chat knows of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, replace

import pytest
from redis import Redis

from engine import keys
from engine.journal_writing import HandOver, Step
from engine.redis_sessions import RedisSessions
from engine.staff_words import StaffWord, queue_staff_word, queued_staff_words, said_in_case
from tests.bot.telegram.conftest import STAFF_CHAT, Bench
from tests.bot.telegram.test_staff import asked_for_a_person

MASKED = "⟦email:1⟧"


@pytest.fixture
def store(valkey_socket: str) -> Redis:
    """The bench's store, as the console reaches it."""
    return Redis(unix_socket_path=str(valkey_socket), decode_responses=True)


@pytest.fixture
def steps(bench: Bench) -> list[HandOver]:
    found: list[HandOver] = []
    bench.parts = replace(bench.parts, record=found.append)
    return found


async def test_an_answer_from_the_console_reaches_shopper_and_staff_chat(
    bench: Bench, store: Redis, steps: list[HandOver]
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        topic = (await staff.topics())[0]["thread_id"]
        queue_staff_word(
            store, StaffWord(steps[0].conversation, "Olga", "It *ships* <b>today</b>.")
        )
        told = await mia.chat.wait_for_text("From our team: It *ships* <b>today</b>.")
        assert "parse_mode" not in told.params
        seen = await staff.wait_for_text("Olga answered from the console:\nIt *ships*")
        assert seen.params["message_thread_id"] == topic
        await mia.send("Thanks, my mail is mia@example.com")
        await staff.wait_for_text(f"Shopper: Thanks, my mail is {MASKED}")
        talk = said_in_case(store, steps[0].conversation)
    assert [(one.by, one.text) for one in talk] == [
        ("Olga", "It *ships* <b>today</b>."), ("", f"Thanks, my mail is {MASKED}"),
    ]  # fmt: skip
    assert [step.step for step in steps] == [Step.OPENED, Step.ANSWERED]
    assert queued_staff_words(store) == ()


async def test_a_case_solved_in_the_console_is_closed_for_all(
    bench: Bench, store: Redis, steps: list[HandOver]
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        for _ in range(2):
            queue_staff_word(store, StaffWord(steps[0].conversation, "Olga"))
        await mia.chat.wait_for_text("Our colleague has closed this conversation")
        await staff.wait_for_text("Olga closed this in the console as solved")
        await mia.send("Do you ship?")
        await mia.chat.wait_for_text("echo Do you ship?")
    assert [step.step for step in steps] == [Step.OPENED, Step.CLOSED]
    closed = [m for m in await mia.chat.bot_messages() if "closed this conversation" in m.text]
    assert len(closed) == 1


async def test_an_answer_to_a_closed_case_opens_it_again(
    bench: Bench, store: Redis, steps: list[HandOver]
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        conversation = steps[0].conversation
        queue_staff_word(store, StaffWord(conversation, "Olga"))
        await staff.wait_for_text("as solved")
        queue_staff_word(store, StaffWord(conversation, "Olga", "One more thing."))
        await mia.chat.wait_for_text("From our team: One more thing.")
        await staff.wait_for_text("Opened again")
        await mia.send("yes?")
        await staff.wait_for_text("Shopper: yes?")
    assert [step.step for step in steps][:2] == [Step.OPENED, Step.CLOSED]
    assert queued_staff_words(store) == ()


async def test_words_for_nobody_and_garbled_ones_hold_nothing_up(
    bench: Bench, store: Redis, steps: list[HandOver]
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    store.rpush(keys.STAFF_WORDS, "{", "[]", json.dumps({"x": 1}))
    queue_staff_word(store, StaffWord("tg:nobody", "Olga", "Hello?"))
    async with bench.running(operator=STAFF_CHAT):
        await staff.wait_for_text("What Olga wrote in the console reached nobody")
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        await mia.block()
        queue_staff_word(store, StaffWord(steps[0].conversation, "Olga", "Hello?"))
        await staff.wait_for_text("Not delivered")
        while queued_staff_words(store):  # noqa: ASYNC110 - the store offers no event
            await asyncio.sleep(0.05)
    assert queued_staff_words(store) == ()


@pytest.mark.parametrize("refusal", ["blocked", "refused"])
async def test_an_answer_that_telegram_refuses_is_no_answer(
    bench: Bench, store: Redis, steps: list[HandOver], refusal: str
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        if refusal == "blocked":
            await mia.block()
        else:
            await bench.telegram.fail("error", method="sendMessage", chat_id=mia.chat.id,
                                      code=400, description="Bad Request: no")  # fmt: skip
        conversation = steps[0].conversation
        queue_staff_word(store, StaffWord(conversation, "Olga", "It ships today."))
        await staff.wait_for_text("ot delivered")
        while queued_staff_words(store):  # noqa: ASYNC110 - the store offers no event
            await asyncio.sleep(0.05)
        talk = said_in_case(store, conversation)
        assert [(one.by, one.text, one.lost) for one in talk] == [("Olga", "It ships today.", True)]
        assert [step.step for step in steps] == [Step.OPENED], "the shopper still waits"
        await mia.unblock()
        queue_staff_word(store, StaffWord(conversation, "Olga", "Once more."))
        await mia.chat.wait_for_text("From our team: Once more.")
        await staff.wait_for_text("Olga answered from the console:\nOnce more.")
    assert [step.step for step in steps] == [Step.OPENED, Step.ANSWERED]
    posts = [message.text for message in await staff.bot_messages()]
    assert not any("answered from the console:\nIt ships" in text for text in posts)


async def test_who_is_forgotten_leaves_no_word_of_their_case(
    bench: Bench, store: Redis, steps: list[HandOver]
) -> None:
    staff = await bench.telegram.staff_group(STAFF_CHAT)
    async with bench.running(operator=STAFF_CHAT):
        mia = await asked_for_a_person(bench)
        await staff.wait_for_text("A shopper asked for a person")
        await mia.send("my violin")
        await staff.wait_for_text("Shopper: my violin")
        conversation = steps[0].conversation
        assert [one.text for one in said_in_case(store, conversation)] == ["my violin"]
        assert 0 < store.ttl(keys.case_talk(conversation)) <= keys.CASE_TALK_TTL_S
        RedisSessions(store).forget(conversation)
        assert said_in_case(store, conversation) == ()


def test_a_word_survives_the_queue_as_it_was(store: Redis) -> None:
    store.flushall()
    word = StaffWord("tg:1", "Ann 安", "你好\n\u2028\x00 {text} 👍")
    queue_staff_word(store, word)
    assert [asdict(one) for one in queued_staff_words(store)] == [asdict(word)]
