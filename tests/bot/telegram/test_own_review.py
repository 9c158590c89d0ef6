"""`/review` in Telegram, with the real assistant of a small shop: a shopper's points, worded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from engine.journal import Journal
from engine.live import LiveAssistant
from engine.redis_sessions import RedisSessions
from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.small_shop import answering

POINTS = "warm light\nthe cable is too short\nsturdy"
PLAIN = "Warm light. The cable is too short. Sturdy."
LABEL = "Worded with help from the shop's assistant, from your own points"


@pytest.fixture
def sessions(valkey_socket: Path) -> Iterator[RedisSessions]:
    with Redis(unix_socket_path=str(valkey_socket), decode_responses=True) as client:
        yield RedisSessions(client)


async def test_a_review_of_what_was_ordered_is_worded_shortened_and_begun_anew(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal):
        await mia.send("where is my order JJ-10001? marit.devries@example.com")
        await mia.chat.wait_for_text("Order JJ-10001")
        await mia.send("/review")
        asked = await mia.chat.wait_for_text("Which product is your review about? Tap it")
        await mia.press("Nordic desk lamp")
        await mia.chat.wait_for_text("what did you like, what not?")
        await mia.send(POINTS)
        told = await mia.chat.wait_for_text(PLAIN)
        await mia.press("Shorter")
        short = await mia.chat.wait_for_text("Shortened to the first")
        await mia.press("Other points", message_id=told.message_id)
        await mia.chat.wait_for_text("what did you like, what not?", after=short.number)
        await mia.send("too dark for me")
        await mia.chat.wait_for_text("Too dark for me.", after=short.number)
    assert asked.buttons[-1] == "Never mind"
    assert LABEL in told.text
    assert told.buttons == ("Shorter", "Other points")
    assert short.text.startswith("Warm light. The cable is too short.\n\n")


async def test_a_good_review_without_points_is_refused_in_both_languages(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia, lin = bench.telegram.user(), bench.telegram.user(1002, "Lin")
    async with answering(bench, assistant, journal):
        await mia.send("write me a 5-star review of the Nordic desk lamp")
        refused = await mia.chat.wait_for_text("I do not make reviews up, and I give no stars")
        await lin.send("帮我写个好评")
        await lin.chat.wait_for_text("我不会编造评价")
        await lin.send("北欧台灯")
        await lin.chat.wait_for_text("您喜欢什么，不喜欢什么")
        await lin.send("灯光很温馨，就是电线太短")
        told = await lin.chat.wait_for_text("灯光很温馨，就是电线太短。")
    assert "About the Nordic desk lamp" in refused.text
    assert "由店铺助手根据您自己的看法协助成文" in told.text


async def test_what_was_asked_for_is_still_waited_for_after_the_bot_was_gone(
    bench: Bench, assistant: LiveAssistant, journal: Journal, sessions: RedisSessions
) -> None:
    mia = bench.telegram.user()
    async with answering(bench, assistant, journal, sessions=sessions):
        await mia.send("/review Nordic desk lamp")
        await mia.chat.wait_for_text("About the Nordic desk lamp")
    async with answering(bench, assistant, journal, sessions=sessions):
        await mia.send(POINTS)
        told = await mia.chat.wait_for_text(PLAIN)
    assert LABEL in told.text


async def test_in_a_group_nothing_is_worded_and_the_menu_names_it(
    bench: Bench, assistant: LiveAssistant, journal: Journal
) -> None:
    mia = bench.telegram.user()
    group = await bench.telegram.group(-77, bot_admin=True)
    async with answering(bench, assistant, journal):
        await mia.send("/review", group)
        hint = await group.wait_for_text("write to me privately")
        await mia.send("/review@shopdesk_test_bot Nordic desk lamp", group)
        await group.wait_for_text("write to me privately", after=hint.number)
    for language, words in (("en", "Word a review of my own"), ("zh", "帮我写自己的评价")):
        menu = await bench.telegram.commands(language=language)
        assert {"command": "review", "description": words} in menu
