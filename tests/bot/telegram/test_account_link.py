"""An account is linked and unlinked in Telegram, with the real assistant of a small shop."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.event_log import EventLog
from engine.journal import Journal
from engine.link_payload import LinkKeys, sign_link
from engine.links import Links
from engine.live import LiveAssistant
from engine.pseudonyms import Pseudonymizer
from engine.types import Event
from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.small_shop import answering

SECRET = b"the secret of both sides"
CUSTOMER, EMAIL = "7301842290", "marit.devries@example.com"
LAMP, NAME = "nordic-desk-lamp", "Nordic desk lamp"


@pytest.fixture
def keys(assistant: LiveAssistant) -> LinkKeys:
    return LinkKeys(SECRET, Pseudonymizer.open(assistant.home).shopper_pseudonym)


def payload(minutes: float = 15) -> str:
    return sign_link(SECRET, CUSTOMER, datetime.now(UTC) + timedelta(minutes=minutes))


def bought(journal: Journal, account: str) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    EventLog(journal).record([Event(account, at, "purchase", LAMP)])


async def test_a_link_is_asked_about_linked_and_undone(
    bench: Bench, assistant: LiveAssistant, journal: Journal, keys: LinkKeys
) -> None:
    mia = bench.telegram.user()
    bought(journal, keys.pseudonym(CUSTOMER))
    async with answering(bench, assistant, journal, link_keys=keys):
        await mia.start(payload())
        asked = await mia.chat.wait_for_text("Shall I link your account")
        assert asked.buttons == ("Yes, link it", "No, thanks")
        await mia.send("/why")
        nothing = await mia.chat.wait_for_text("I know nothing about your taste yet")
        await mia.press("Yes, link it", message_id=asked.message_id)
        await mia.chat.wait_for_text("Your account is linked")
        await mia.send("/why")
        await mia.chat.wait_for_text(f"bought: {NAME}")
        await mia.send("recommend me something")
        await mia.chat.wait_for_text(f"Because you bought {NAME}")
        await mia.send("/unlink")
        undone = await mia.chat.wait_for_text("no longer linked")
        await mia.send("/why")
        await mia.chat.wait_for_text("I know nothing about your taste yet", after=undone.number)
    assert nothing.number < undone.number


async def test_a_link_works_for_one_person_and_for_a_while(
    bench: Bench, assistant: LiveAssistant, journal: Journal, keys: LinkKeys
) -> None:
    mia, ole, once = bench.telegram.user(), bench.telegram.user(1002, "Ole"), payload()
    async with answering(bench, assistant, journal, link_keys=keys):
        await mia.start(once)
        await mia.chat.wait_for_text("Shall I link")
        await mia.press("Yes, link it")
        await mia.chat.wait_for_text("Your account is linked")
        await ole.start(once)
        await ole.chat.wait_for_text("used already")
        await ole.start(payload(minutes=-1))
        await ole.chat.wait_for_text("has expired")
        await ole.start(once[:-1])
        await ole.chat.wait_for_text("not valid")
    assert len(Links(journal).shoppers_of(keys.pseudonym(CUSTOMER))) == 1


async def test_a_proven_order_offers_its_account(
    bench: Bench, assistant: LiveAssistant, journal: Journal, keys: LinkKeys, tmp_path: Path
) -> None:
    mia = bench.telegram.user()
    bought(journal, keys.pseudonym(EMAIL))
    async with answering(bench, assistant, journal, link_keys=keys):
        await mia.send(f"where is my order JJ-10001? {EMAIL}")
        told = await mia.chat.wait_for_text("Order JJ-10001")
        assert "Link my account" in told.buttons
        await mia.press("Link my account")
        await mia.chat.wait_for_text("Shall I link your account")
        await mia.press("No, thanks")
        await mia.chat.wait_for_text("nothing was linked")
        assert Links(journal).all() == {}
        await mia.send(f"where is my order JJ-10001? {EMAIL}")
        told = await mia.chat.wait_for_text("Order JJ-10001", after=told.number)
        await mia.press("Link my account", message_id=told.message_id)
        asked = await mia.chat.wait_for_text("Shall I link", after=told.number)
        await mia.press("Yes, link it", message_id=asked.message_id)
        await mia.chat.wait_for_text("Your account is linked")
        await mia.send("/why")
        await mia.chat.wait_for_text(f"bought: {NAME}")
    with sqlite3.connect(tmp_path / "journal.sqlite3") as stored:
        assert EMAIL not in "".join(stored.iterdump())
    stored.close()


async def test_in_a_group_nothing_is_linked_and_the_menu_names_unlink(
    bench: Bench, assistant: LiveAssistant, journal: Journal, keys: LinkKeys
) -> None:
    mia = bench.telegram.user()
    group = await bench.telegram.group(-77, bot_admin=True)
    async with answering(bench, assistant, journal, link_keys=keys):
        await mia.send("/unlink", group)
        hint = await group.wait_for_text("write to me privately")
        await mia.send(f"/start@shopdesk_test_bot {payload()}", group)
        await group.wait_for_text("welcome", after=hint.number)
    menus = await bench.telegram.calls("setMyCommands")
    assert all("unlink" in str(call.params["commands"]) for call in menus)
    assert menus
    assert Links(journal).all() == {}
