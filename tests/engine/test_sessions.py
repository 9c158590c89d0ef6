"""Both session stores keep the same promises."""

from __future__ import annotations

import threading
import time
from datetime import UTC
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from engine import keys
from engine.errors import StoreError
from engine.processes import process_name
from engine.redis_sessions import RedisSessions
from engine.sessions import (
    LeaseLost,
    MemorySessions,
    SessionStore,
    dump_session,
    load_session,
)
from engine.types import Route, Session, Touch, Turn


class BreakableStore(SessionStore, Protocol):
    def break_lock(self, conversation: str) -> None: ...


def memory_sessions(_: pytest.FixtureRequest) -> BreakableStore:
    return MemorySessions()


def redis_sessions(request: pytest.FixtureRequest) -> BreakableStore:
    return RedisSessions(request.getfixturevalue("redis"))


@pytest.fixture(params=[memory_sessions, redis_sessions])
def sessions(request: pytest.FixtureRequest) -> BreakableStore:
    store: BreakableStore = request.param(request)
    return store


class TestEverySessionStore:
    def test_a_new_conversation_has_a_fresh_session(self, sessions: SessionStore) -> None:
        with sessions.lock("c1") as locked:
            assert locked.session == Session("c1")

    def test_what_is_saved_is_loaded_again(self, sessions: SessionStore) -> None:
        saved = Session("c1", language="zh", vault={"⟦email:1⟧": "a@b.example"})
        with sessions.lock("c1") as locked:
            locked.save(saved)
        with sessions.lock("c1") as locked:
            assert locked.session == saved
        assert sessions.peek("c1") == saved

    def test_conversations_do_not_mix(self, sessions: SessionStore) -> None:
        with sessions.lock("c1") as one, sessions.lock("c2") as two:
            one.save(Session("c1", language="en"))
            two.save(Session("c2", language="zh"))
        assert (sessions.peek("c1").language, sessions.peek("c2").language) == ("en", "zh")

    def test_the_lock_comes_before_the_load(self, sessions: SessionStore) -> None:
        """Forty turns at once, each adding one: none overwrites another."""

        def add() -> None:
            with sessions.lock("c1") as locked:
                seen = locked.session.unknown_streak
                time.sleep(0.001)
                locked.save(Session("c1", unknown_streak=seen + 1))

        threads = [threading.Thread(target=add) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sessions.peek("c1").unknown_streak == 40

    def test_a_busy_conversation_is_said_to_be_busy(self, sessions: SessionStore) -> None:
        busy = pytest.raises(StoreError, match="busy")
        with sessions.lock("c1"), busy, sessions.lock("c1", wait_s=0.05):
            pass

    def test_an_outdated_token_cannot_save(self, sessions: BreakableStore) -> None:
        with sessions.lock("c1") as stalled:
            sessions.break_lock("c1")
            with sessions.lock("c1") as newer:
                newer.save(Session("c1", language="zh"))
                with pytest.raises(LeaseLost):
                    stalled.save(Session("c1", language="en"))
        assert newer.token > stalled.token
        assert sessions.peek("c1").language == "zh"

    def test_a_turn_answered_again_starts_from_the_same_session(
        self, sessions: SessionStore
    ) -> None:
        with sessions.lock("c1", message="m1") as first:
            first.save(Session("c1", unknown_streak=1))
        with sessions.lock("c1", message="m2") as second:
            second.save(Session("c1", unknown_streak=2))
        with sessions.lock("c1", message="m2") as again:
            assert again.session.unknown_streak == 1
        with sessions.lock("c1", message="m3") as third:
            assert third.session.unknown_streak == 2

    def test_a_failed_turn_gives_the_lock_back(self, sessions: SessionStore) -> None:
        with pytest.raises(ZeroDivisionError), sessions.lock("c1"):
            raise ZeroDivisionError
        with sessions.lock("c1", wait_s=0):
            pass

    def test_a_forgotten_session_is_gone(self, sessions: SessionStore) -> None:
        with sessions.lock("c1", message="m1") as locked:
            locked.save(Session("c1", vault={"⟦phone:1⟧": "13800138000"}))
        sessions.forget("c1")
        assert sessions.peek("c1") == Session("c1")


def test_memory_forgets_a_session_after_a_day() -> None:
    now = [0.0]
    sessions = MemorySessions(clock=lambda: now[0])
    with sessions.lock("c1") as locked:
        locked.save(Session("c1", language="zh"))
    now[0] = keys.SESSION_TTL_S + 1.0
    assert sessions.peek("c1") == Session("c1")


def test_redis_forgets_a_session_after_a_day(redis: Redis) -> None:
    with RedisSessions(redis).lock("c1") as locked:
        locked.save(Session("c1"))
    assert 0 < redis.ttl(keys.session("c1")) <= keys.SESSION_TTL_S


def test_a_lease_outlives_a_long_turn(redis: Redis) -> None:
    sessions = RedisSessions(redis, lease_ms=1500)
    with sessions.lock("c1") as locked:
        time.sleep(2)
        with pytest.raises(StoreError, match="busy"), sessions.lock("c1", wait_s=0):
            pass
        locked.save(Session("c1", language="zh"))
    assert sessions.peek("c1").language == "zh"


def test_a_lease_of_a_dead_process_is_taken_at_once(redis: Redis) -> None:
    sessions = RedisSessions(redis)
    machine, pid, _ = process_name().split(":")
    redis.set(keys.lease("c1"), f"7 {machine}:{pid}:1 abcd", px=60_000)
    redis.set(keys.FENCE, 7)
    with sessions.lock("c1", wait_s=0) as locked:
        assert locked.token == 8


def test_a_lease_whose_giving_was_never_heard_of_is_taken_at_once(redis: Redis) -> None:
    sessions = RedisSessions(redis)
    sessions._try("c1", "")
    sessions._held.clear()
    with sessions.lock("c1", wait_s=0) as locked:
        assert locked.token == 2


def test_a_lease_of_another_living_process_is_respected(redis: Redis) -> None:
    redis.set(keys.lease("c1"), f"1 {process_name(1)} abcd", px=60_000)
    busy = pytest.raises(StoreError, match="busy")
    with busy, RedisSessions(redis).lock("c1", wait_s=0):
        pass


words = st.text(max_size=20)
touches = st.builds(Touch, words, words, st.datetimes(timezones=st.just(UTC)))
turns = st.builds(
    Turn, words, words, st.sampled_from(Route), st.lists(words, max_size=3).map(tuple)
)
made_sessions = st.builds(
    Session,
    conversation=st.just("c1"),
    shopper=words,
    language=words,
    language_chosen=st.booleans(),
    turns=st.lists(turns, max_size=3).map(tuple),
    products=st.lists(words, max_size=3).map(tuple),
    disliked=st.lists(words, max_size=3).map(tuple),
    history=st.lists(touches, max_size=3).map(tuple),
    pending_order=words,
    unknown_streak=st.integers(0, 2**40),
    vault=st.dictionaries(words, words, max_size=3),
)


@given(made_sessions)
def test_a_session_survives_its_json(session: Session) -> None:
    assert load_session(dump_session(session), "c1") == session


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "not json",
        "[]",
        "null",
        '{"version":99,"session":{}}',
        '{"version":1,"session":{"conversation":"c1"}}',
        dump_session(Session("c1")).replace('"unknown_streak":0', '"unknown_streak":"0"'),
        dump_session(Session("c1")).replace('"shopper"', '"buyer"'),
    ],
)
def test_what_cannot_be_read_becomes_a_fresh_session(text: str | None) -> None:
    assert load_session(text, "c1") == Session("c1")


def test_an_unreadable_session_is_logged_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = dump_session(Session("c1", pending_order="JJ-1")).replace('"JJ-1"', "7777")
    load_session(text, "c1")
    assert "afresh" in caplog.text
    assert "7777" not in caplog.text
