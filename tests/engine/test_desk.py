"""Both desks keep the same promises."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from engine import keys
from engine.desk import QueueDesk
from engine.errors import StoreError
from engine.journal import turn_id
from engine.turn_queue import Draft
from engine.types import Delta, Reply
from tests.conftest import Place
from tests.engine.desks import Opened, local_desk, parts_of, queue_desk, reply_of, said
from tests.engine.plain_assistant import ERRORS, PHRASES, PlainPhrases


@pytest.fixture(params=[local_desk, queue_desk])
async def opened(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[Opened]:
    async with request.param(place) as ready:
        yield ready


class TestEveryDesk:
    async def test_deltas_come_first_and_the_reply_last(self, opened: Opened) -> None:
        message = said("hello")
        *deltas, reply = await parts_of(opened.desk, message)
        assert deltas == [Delta("You said: hello."), Delta("That was number 1.")]
        assert isinstance(reply, Reply)
        assert reply.text == "You said: hello. That was number 1."
        assert reply.turn == turn_id(message)

    async def test_a_turn_is_journaled_under_the_replys_turn(self, opened: Opened) -> None:
        reply = await reply_of(opened.desk, said("hello"))
        (turn,) = opened.journal.last_turns("c1")
        assert (turn.id, turn.question, turn.answer) == (reply.turn, "hello", reply.text)

    async def test_a_conversation_remembers(self, opened: Opened) -> None:
        for number in range(1, 4):
            reply = await reply_of(opened.desk, said("again"))
            assert reply.text.endswith(f"number {number}.")
        assert (await reply_of(opened.desk, said("new", "c2"))).text.endswith("number 1.")

    async def test_the_same_message_gets_the_same_reply(self, opened: Opened) -> None:
        first = await reply_of(opened.desk, said("once", id="x"))
        again = await reply_of(opened.desk, said("once", id="x"))
        assert again == first
        assert opened.journal.counts()["turns"] == 1
        assert len(opened.sessions.peek("c1").turns) == 1

    async def test_messages_of_one_conversation_at_once_are_taken_one_by_one(
        self, opened: Opened
    ) -> None:
        messages = [said("wait 0.01") for _ in range(20)]
        replies = await asyncio.gather(*(reply_of(opened.desk, each) for each in messages))
        numbers = sorted(int(reply.text.rstrip(".").split()[-1]) for reply in replies)
        assert numbers == list(range(1, 21))

    async def test_who_writes_again_waits_for_no_model(self, opened: Opened) -> None:
        asked = said("dream on")
        dreaming = asyncio.create_task(reply_of(opened.desk, asked))
        await asyncio.sleep(0.3)
        assert not dreaming.done()
        await opened.desk.hurry("of another message")
        await opened.desk.hurry(asked.id)
        async with asyncio.timeout(5):
            assert (await dreaming).text.startswith("You said: dream on.")

    async def test_a_slow_conversation_holds_up_no_other(self, opened: Opened) -> None:
        slow = asyncio.create_task(reply_of(opened.desk, said("wait 1.5", "slow")))
        await asyncio.sleep(0.1)
        started = time.monotonic()
        for number in range(5):
            await reply_of(opened.desk, said("quick", f"c{number}"))
        assert time.monotonic() - started < 1.2
        assert not slow.done()
        await slow

    async def test_the_assistant_and_the_journal_see_no_personal_data(
        self, opened: Opened, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        mail = "ann@example.com"
        *deltas, reply = await parts_of(opened.desk, said(f"I am {mail}"))
        assert deltas[0] == Delta(f"You said: I am {mail}.")
        assert mail in reply.text
        (turn,) = opened.journal.last_turns("c1")
        assert turn.question == "I am ⟦email:1⟧"
        assert mail not in turn.answer
        session = opened.sessions.peek("c1")
        assert session.vault == {"⟦email:1⟧": mail}
        assert mail not in repr(session.turns)
        assert mail not in caplog.text

    async def test_an_exception_becomes_the_error_text_and_no_words_are_logged(
        self, opened: Opened, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = said("boom secret")
        reply = await reply_of(opened.desk, message)
        assert reply.text == ERRORS["en"]
        assert reply.turn == turn_id(message)
        assert "ValueError" in caplog.text
        assert "secret" not in caplog.text
        assert len(opened.journal.last_turns("c1")) == 1

    async def test_an_empty_reply_becomes_the_error_text(self, opened: Opened) -> None:
        assert (await reply_of(opened.desk, said("nothing"))).text == ERRORS["en"]

    async def test_the_error_text_is_in_the_shoppers_language(self, opened: Opened) -> None:
        hinted = await reply_of(opened.desk, said("boom", "c2", language_hint="zh"))
        assert hinted.text == ERRORS["zh"]
        await reply_of(opened.desk, said("你好", "c3"))
        assert (await reply_of(opened.desk, said("boom", "c3"))).text == ERRORS["zh"]

    async def test_a_failed_turn_leaves_the_session_as_it_was(self, opened: Opened) -> None:
        await reply_of(opened.desk, said("one"))
        await reply_of(opened.desk, said("boom"))
        assert len(opened.sessions.peek("c1").turns) == 1

    async def test_a_thumb_is_journaled_and_thanked_for(self, opened: Opened) -> None:
        turn = (await reply_of(opened.desk, said("hello"))).turn
        up = await reply_of(opened.desk, said("", action=f"rate_up:{turn}"))
        down = await reply_of(opened.desk, said("", action=f"rate_down:{turn}"))
        assert up.text == PHRASES["feedback_up"]["en"]
        assert down.text == PHRASES["feedback_down"]["en"]
        assert opened.journal.counts() == {"turns": 1, "feedback": 1}

    async def test_odd_characters_are_answered(self, opened: Opened) -> None:
        reply = await reply_of(opened.desk, said("half \ud83d nul \x00 end"))
        assert reply.text.startswith("You said: half")

    async def test_a_journal_that_is_gone_costs_no_reply(
        self, opened: Opened, caplog: pytest.LogCaptureFixture
    ) -> None:
        with opened.journal._engine.begin() as connection:
            connection.exec_driver_sql("drop table turns")
        reply = await reply_of(opened.desk, said("secret hello"))
        assert reply.text.endswith("number 1.")
        assert "is in no journal" in caplog.text
        assert "secret" not in caplog.text

    async def test_a_consumer_may_leave_early(self, opened: Opened) -> None:
        stream = opened.desk.stream(said("wait 0.1"))
        async for part in stream:
            assert isinstance(part, Delta)
            break
        await stream.aclose()  # type: ignore[attr-defined]
        assert (await reply_of(opened.desk, said("next"))).text.startswith("You said: next.")


async def test_a_local_turn_nobody_waits_for_is_dropped(place: Place) -> None:
    async with local_desk(place) as opened:
        stream = opened.desk.stream(said("wait 0.1"))
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        await reply_of(opened.desk, said("next"))
        assert [turn.question for turn in opened.journal.last_turns("c1")] == ["next"]


async def test_a_queued_turn_is_there_when_the_consumer_comes_back(place: Place) -> None:
    async with queue_desk(place) as opened:
        message = said("wait 0.1")
        stream = opened.desk.stream(message)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        assert (await reply_of(opened.desk, message)).text.endswith("number 1.")
        assert opened.journal.counts()["turns"] == 1


async def test_messages_put_in_order_are_answered_in_order(place: Place, redis: Redis) -> None:
    async with queue_desk(place) as opened:
        await reply_of(opened.desk, said("first of all"))
        tasks = []
        for number in range(20):
            message = said(f"n{number}")
            tasks.append(asyncio.create_task(reply_of(opened.desk, message)))
            while not redis.exists(keys.message(message.id), keys.answer(message.id)):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        await asyncio.gather(*tasks)
        asked = [turn.question for turn in opened.journal.last_turns("c1", 20)]
        assert asked == [f"n{number}" for number in range(20)]


async def test_raw_words_are_gone_once_the_turn_is_journaled(place: Place, redis: Redis) -> None:
    async with queue_desk(place) as opened:
        await reply_of(opened.desk, said("my mail is ann@example.com", id="x"))
        assert not redis.exists(keys.message("x"), keys.waiting("c1"), keys.SCHEDULED)
        assert redis.xlen(keys.TURNS) == 0
        for key in redis.scan_iter("*"):
            if key != keys.session("c1"):
                dumped = redis.dump(key) if redis.type(key) != "stream" else b""
                shown = str(redis.xrange(key)) if redis.type(key) == "stream" else str(dumped)
                assert "ann@example.com" not in shown


async def test_without_an_engine_the_time_runs_out(async_redis: AsyncRedis) -> None:
    patient = QueueDesk(async_redis, PlainPhrases(), timeout_s=0.2)
    assert (await reply_of(patient, said("hello"))).text == ERRORS["en"]
    with pytest.raises(StoreError, match="no reply"):
        await reply_of(QueueDesk(async_redis, timeout_s=0.2), said("hello"))


def test_a_reply_begun_again_shows_nothing_twice() -> None:
    draft = Draft()
    draft.begin(1)
    assert draft.fresh(1, "A.")
    draft.begin(2)
    assert not draft.fresh(1, "late")
    assert not draft.fresh(2, "A.")
    assert draft.fresh(2, "B.")


def test_a_reply_begun_again_in_other_words_waits_for_its_end() -> None:
    draft = Draft()
    draft.begin(1)
    draft.fresh(1, "A.")
    draft.begin(2)
    assert not draft.fresh(2, "X.")
    assert not draft.fresh(2, "Y.")
