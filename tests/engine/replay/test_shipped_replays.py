"""The conversations that ship cover every route, both languages and every entry of the demo shop.

They are played by `pytest --replays tests/replays`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.replay.conversation import Conversation
from engine.replay.reading import read_conversations
from engine.types import Route
from knowledge_base.store import DEMO_SHOP, load

FOLDER = Path(__file__).parents[2] / "replays"


@pytest.fixture(scope="module")
def conversations() -> tuple[Conversation, ...]:
    return read_conversations([FOLDER])


def test_at_least_sixty_ship_and_a_third_must_hold(conversations: tuple[Conversation, ...]) -> None:
    assert len(conversations) >= 60
    assert sum(c.must_hold for c in conversations) >= len(conversations) / 3


def test_every_route_is_expected_by_some(conversations: tuple[Conversation, ...]) -> None:
    routes = {route for c in conversations for step in c.steps for route in step.expected.route}
    assert routes == {route.value for route in Route}


def test_both_languages_many_turns_and_hostile_ones(
    conversations: tuple[Conversation, ...],
) -> None:
    for language in ("en", "zh"):
        assert sum(c.language == language for c in conversations) >= 25
    assert sum(len(c.steps) >= 3 for c in conversations) >= 20
    assert sum("hostile" in c.tags for c in conversations) >= 8


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_entry_is_asked_for_in_each_language(
    conversations: tuple[Conversation, ...], language: str
) -> None:
    expected = {
        entry
        for c in conversations
        for step in c.steps
        if c.language == language
        for entry in step.expected.entry
    }
    assert {entry.id for entry in load(DEMO_SHOP).entries} <= expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_entry_is_asked_for_in_words_that_no_entry_lists(
    conversations: tuple[Conversation, ...], language: str
) -> None:
    entries = load(DEMO_SHOP).entries
    listed = {asked.casefold() for e in entries for of in e.questions.values() for asked in of}
    expected = {
        entry
        for c in conversations
        for step in c.steps
        if c.language == language and step.say.casefold() not in listed
        for entry in step.expected.entry
    }
    assert {entry.id for entry in entries} <= expected


def test_ids_are_of_one_conversation_each(conversations: tuple[Conversation, ...]) -> None:
    assert len({c.id for c in conversations}) == len(conversations)
