"""What is known of a shopper: remembered between conversations, told to nobody else, deletable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.event_log import EventLog
from engine.journal import Journal
from engine.live import LiveAssistant
from engine.memory import TOUCHES_KEPT
from engine.sessions import MemorySessions
from engine.turn import Turns
from knowledge_base.store import DEMO_SHOP, load
from tests.engine.shop_turns import BACKPACK, LAMP, MUG, NAMES, Shop


@pytest.fixture
def desk(shop: LiveAssistant, tmp_path: Path) -> Iterator[Shop]:
    with closing(Journal(f"sqlite:///{tmp_path}/journal.sqlite3")) as journal:
        yield Shop(Turns(shop, MemorySessions(), journal, shop), EventLog(journal))


def test_a_look_is_remembered_in_every_conversation_of_its_shopper_only(desk: Shop) -> None:
    desk.press(f"details:{LAMP}", "c1")
    assert NAMES[LAMP] in desk.press("why:", "c2").text
    assert NAMES[LAMP] not in desk.press("why:", "c3", shopper="s2").text
    assert desk.touched() == [LAMP]


def test_what_the_shop_reports_counts_beside_what_was_done_in_the_chat(desk: Shop) -> None:
    desk.touch(BACKPACK, name="purchase")
    desk.press(f"details:{LAMP}")
    told = desk.press("why:").text
    assert f"bought: {NAMES[BACKPACK]}" in told
    assert f"looked at: {NAMES[LAMP]}" in told


def test_a_look_again_within_hours_is_one_look(desk: Shop) -> None:
    for _ in range(3):
        desk.press(f"details:{LAMP}")
    assert desk.touched() == [LAMP]


def test_nothing_of_a_history_is_used_told_or_deleted_in_a_group(desk: Shop) -> None:
    desk.touch(LAMP, BACKPACK)
    for action in ("why:", "forget:", f"forget:{LAMP}"):
        reply = desk.press(action, "group", private=False)
        assert "write to me privately" in reply.text
        assert not reply.buttons and not reply.products
    known, stranger = (desk.ask("show me desk lamps", s, private=False) for s in ("s1", "s2"))
    assert known.products == stranger.products
    desk.press(f"details:{MUG}", "group", private=False)
    assert desk.touched() == [LAMP, BACKPACK]


def test_what_was_taken_back_is_gone_and_does_not_come_back(desk: Shop) -> None:
    desk.touch(LAMP, BACKPACK, LAMP)
    reply = desk.press(f"forget:{LAMP}")
    assert reply.text.startswith(f"Forgotten: {NAMES[LAMP]}.")
    assert reply.products
    assert not any(NAMES[LAMP] in card.reason for card in reply.products)
    assert desk.touched() == [BACKPACK]
    assert NAMES[LAMP] not in desk.press("why:").text
    assert NAMES[BACKPACK] in desk.press("why:", "c2").text


def test_a_card_shown_for_a_thing_done_lets_that_thing_be_forgotten(desk: Shop) -> None:
    desk.touch(LAMP, BACKPACK)
    cards = desk.press(f"forget:{LAMP}").products
    because = [card for card in cards if NAMES[BACKPACK] in card.reason]
    assert because
    assert all(card.buttons[-1].action == f"forget:{BACKPACK}" for card in because)
    cards = desk.press(because[0].buttons[-1].action).products
    assert not any(button.action.startswith("forget:") for c in cards for button in c.buttons)
    assert desk.touched() == []


def test_forgetting_all_empties_it_however_much_there_is(desk: Shop) -> None:
    desk.touch(*(LAMP, BACKPACK) * TOUCHES_KEPT)
    desk.touch(MUG, name="refund")
    desk.touch(LAMP, shopper="s2")
    desk.press("forget:")
    assert desk.touched() == []
    assert desk.touched("s2") == [LAMP]
    assert "nothing about your taste" in desk.press("why:").text


def test_a_thing_older_than_what_is_looked_through_is_forgotten_too(desk: Shop) -> None:
    desk.touch(MUG, *[LAMP] * TOUCHES_KEPT)
    desk.press(f"forget:{MUG}")
    assert desk.touched() == [LAMP] * TOUCHES_KEPT


def test_forgetting_the_only_recent_thing_leaves_older_ones(desk: Shop) -> None:
    desk.touch(MUG, *[LAMP] * TOUCHES_KEPT)
    desk.press(f"forget:{LAMP}")
    assert desk.touched() == [MUG]


def test_a_full_history_that_loses_its_oldest_look_forgets_nothing(desk: Shop) -> None:
    products = [product.id for product in load(DEMO_SHOP).products][: TOUCHES_KEPT + 1]
    desk.touch(*products[:-1])
    desk.press(f"details:{products[-1]}")
    assert desk.touched() == products


def test_what_is_sold_no_more_can_be_taken_back(desk: Shop) -> None:
    desk.touch("candle-of-2019", LAMP)
    assert desk.press("forget:candle-of-2019").text.startswith("Forgotten: candle-of-2019.")
    assert desk.touched() == [LAMP]


@pytest.mark.parametrize("action", ["forget:nothing", "dislike:", "dislike:nothing", "why:x"])
def test_a_garbled_button_forgets_nothing(desk: Shop, action: str) -> None:
    desk.touch(LAMP)
    assert desk.press(action).text
    assert desk.touched() == [LAMP]


def test_what_is_not_liked_is_told_and_no_taste_any_more(desk: Shop) -> None:
    desk.touch(LAMP, BACKPACK)
    desk.press(f"dislike:{LAMP}")
    told = desk.press("why:").text
    assert f"not for you: {NAMES[LAMP]}" in told
    assert f"looked at: {NAMES[LAMP]}" not in told
    assert LAMP in desk.touched(), "what happened is not undone by not liking it"
    desk.press("forget:")
    assert "nothing about your taste" in desk.press("why:").text


def test_a_broken_log_costs_no_reply_and_claims_no_deletion(desk: Shop, tmp_path: Path) -> None:
    desk.press(f"details:{LAMP}")
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as stored:
        stored.execute("drop table events")
    assert "In stock." in desk.press(f"details:{BACKPACK}").text
    told = desk.press("why:").text
    assert NAMES[LAMP] in told and NAMES[BACKPACK] in told
    assert "something went wrong" in desk.press("forget:").text
