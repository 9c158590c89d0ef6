"""Links of shoppers to accounts: one a shopper, each signed link once, in every database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from engine.event_log import EventLog
from engine.journal import Journal
from engine.journal_tables import link_nonces
from engine.links import NONCE_KEPT, Links
from engine.types import Event, LinkOffer

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=15)
SIGNED = LinkOffer("account-1", "n1", LATER)


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    opened = Journal(database_url)
    yield opened
    opened.close()


@pytest.fixture
def links(journal: Journal) -> Links:
    return Links(journal)


def test_a_shopper_has_the_account_linked_last_and_since_when(links: Links) -> None:
    assert (links.account_of("s1"), links.since("s1")) == ("", None)
    assert links.link("s1", LinkOffer("account-1"), AT)
    assert links.link("s1", LinkOffer("account-2"), LATER)
    assert (links.account_of("s1"), links.since("s1")) == ("account-2", LATER)
    assert links.shoppers_of("account-1") == ()


def test_an_account_may_have_several_shoppers(links: Links) -> None:
    for shopper in ("tg-2", "tg-1"):
        links.link(shopper, LinkOffer("account-1"), AT)
    assert links.shoppers_of("account-1") == ("tg-1", "tg-2")
    assert links.all() == {"tg-1": "account-1", "tg-2": "account-1"}


def test_unlinking_undoes_it_and_tells_whether_there_was_any(links: Links) -> None:
    links.link("s1", LinkOffer("account-1"), AT)
    assert links.unlink("s1")
    assert not links.unlink("s1")
    assert links.account_of("s1") == ""


def test_a_signed_link_links_once(links: Links) -> None:
    assert not links.used("n1")
    assert links.link("s1", SIGNED, AT)
    assert links.used("n1")
    assert not links.link("s2", SIGNED, AT)
    assert links.account_of("s2") == ""
    links.unlink("s1")
    assert not links.link("s1", SIGNED, AT), "neither for whom it linked before"


def test_a_yes_that_is_answered_again_after_a_crash_is_no_second_use(links: Links) -> None:
    assert links.link("s1", SIGNED, AT)
    assert links.link("s1", SIGNED, LATER)
    assert links.since("s1") == AT


def test_of_many_who_use_one_link_at_once_one_gets_it(links: Links, journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: links.link(f"s{n}", SIGNED, AT), range(8)))
    assert sum(got) == 1
    assert len(links.shoppers_of("account-1")) == 1


def test_used_links_are_remembered_until_they_have_long_expired(
    links: Links, journal: Journal
) -> None:
    links.link("s1", SIGNED, AT)
    for number, at in enumerate((LATER, LATER + NONCE_KEPT, LATER + 2 * NONCE_KEPT), 2):
        offer = LinkOffer(f"account-{number}", f"n{number}", at + timedelta(minutes=1))
        assert links.link("s1", offer, at)
        assert links.used("n1") is (number < 4)
    with journal.begin() as connection:
        assert set(connection.scalars(select(link_nonces.c.nonce))) == {"n3", "n4"}


def test_who_is_forgotten_leaves_neither_link_nor_what_came_by_it(
    links: Links, journal: Journal
) -> None:
    events = EventLog(journal)
    links.link("s1", LinkOffer("account-1"), AT)
    told = [Event(name, AT, "purchase", "mug") for name in ("s1", "account-1", "account-2")]
    events.record(told)
    assert links.forget("s1")
    assert not links.forget("s1")
    assert [event.shopper for event in events.all()] == ["account-2", "s1"]
    assert links.all() == {}


def test_the_newest_events_of_a_shopper_and_their_account_come_in_one_order(
    journal: Journal,
) -> None:
    events = EventLog(journal)
    first = Event("s1", AT, "view_item", "mug")
    told = [
        replace(first, shopper=shopper, at=AT + timedelta(minutes=number))
        for number, shopper in enumerate(("s1", "account-1", "s2", "s1", "account-1"))
    ]
    events.record(told)
    mine = [event for event in told if event.shopper != "s2"]
    assert list(events.of("s1", account="account-1")) == mine
    assert list(events.of("s1", 2, account="account-1")) == mine[-2:]
    assert [event.shopper for event in events.of("s1")] == ["s1", "s1"]


def test_an_older_journal_gets_the_links(journal: Journal, database_url: str) -> None:
    with journal.begin() as connection:
        for table in ("links", "link_nonces"):
            connection.execute(text(f"drop table {table}"))
        connection.execute(text("update schema_version set version = 2"))
    again = Journal(database_url)
    assert Links(again).link("s1", SIGNED, AT)
    again.close()
