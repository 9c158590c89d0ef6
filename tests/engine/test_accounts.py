"""An account is linked by its owner's yes only; then what is done in it counts, until /unlink."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from engine.event_log import EventLog
from engine.journal import Journal
from engine.link_payload import LinkKeys, sign_link
from engine.links import Links
from engine.live import LiveAssistant
from engine.pseudonyms import Pseudonymizer
from engine.redis_sessions import RedisSessions
from engine.sessions import MemorySessions
from engine.turn import Turns
from engine.types import Reply
from tests.engine.shop_turns import AT, BACKPACK, LAMP, NAMES, Shop

SECRET = b"the secret of both sides"
CUSTOMER = "7301842290"
EMAIL = "marit.devries@example.com"
PROOF = f"JJ-10001 {EMAIL}"
LINKED, NOTHING = "Your account is linked", "nothing about your taste"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(f"sqlite:///{tmp_path}/journal.sqlite3")) as opened:
        yield opened


@pytest.fixture
def keys(shop: LiveAssistant) -> LinkKeys:
    return LinkKeys(SECRET, Pseudonymizer.open(shop.home).shopper_pseudonym)


@pytest.fixture
def desk(shop: LiveAssistant, journal: Journal, keys: LinkKeys) -> Shop:
    turns = Turns(shop, MemorySessions(), journal, shop, link_keys=keys)
    return Shop(turns, EventLog(journal))


def link(customer: str = CUSTOMER, minutes: int = 60) -> str:
    return f"start:{sign_link(SECRET, customer, AT + timedelta(minutes=minutes))}"


def yes_of(reply: Reply) -> str:
    assert [button.action for button in reply.buttons][1:] == ["link:no"]
    return reply.buttons[0].action


def agree(desk: Shop, conversation: str = "c1", shopper: str = "s1") -> Reply:
    asked = desk.press(link(), conversation, shopper=shopper)
    return desk.press(yes_of(asked), conversation, shopper=shopper)


def test_nothing_of_an_account_counts_before_the_yes(desk: Shop, keys: LinkKeys) -> None:
    desk.touch(BACKPACK, name="purchase", shopper=keys.pseudonym(CUSTOMER))
    asked = desk.press(link())
    assert "/unlink undoes it" in asked.text
    assert NOTHING in desk.press("why:").text
    assert LINKED in desk.press(yes_of(asked)).text
    assert f"bought: {NAMES[BACKPACK]}" in desk.press("why:", "c2").text
    assert NOTHING in desk.press("why:", "c3", shopper="s2").text


def test_a_no_links_nothing_and_leaves_the_link_to_be_opened_again(desk: Shop) -> None:
    asked = desk.press(link())
    assert "nothing was linked" in desk.press("link:no").text
    assert "lapsed" in desk.press(yes_of(asked)).text
    assert LINKED in agree(desk).text


def test_linked_purchases_change_what_is_recommended_and_the_reason_is_true(
    desk: Shop, keys: LinkKeys
) -> None:
    desk.touch(LAMP, LAMP, name="purchase", shopper=keys.pseudonym(CUSTOMER))
    before = desk.ask("recommend me something", "s1").products
    assert not any("Because" in card.reason for card in before)
    agree(desk, "c-s1-True")
    after = desk.ask("recommend me something", "s1").products
    assert any(card.reason == f"Because you bought {NAMES[LAMP]}" for card in after)
    desk.press("unlink:", "c-s1-True")
    assert desk.ask("recommend me something", "s1").products == before


def test_unlinking_stops_it_at_once_and_leaves_the_shoppers_own(desk: Shop, keys: LinkKeys) -> None:
    desk.touch(BACKPACK, name="purchase", shopper=keys.pseudonym(CUSTOMER))
    desk.touch(LAMP)
    agree(desk)
    assert "no longer linked" in desk.press("unlink:").text
    told = desk.press("why:").text
    assert NAMES[BACKPACK] not in told
    assert NAMES[LAMP] in told
    assert "No account at the shop is linked" in desk.press("unlink:").text
    assert desk.touched(keys.pseudonym(CUSTOMER)) == [BACKPACK]


def test_a_forged_an_old_and_a_used_link_are_refused_and_say_so(desk: Shop) -> None:
    forged = link()[:-1] + ("A" if link()[-1] != "A" else "E")
    assert "not valid" in desk.press(forged).text
    assert "has expired" in desk.press(link(minutes=1)).text
    agree(desk)
    assert "used already" in desk.press(link(), "c2", shopper="s2").text
    assert not desk.press(link(), "c2", shopper="s2").buttons


def test_of_two_who_were_asked_by_one_link_the_second_yes_is_refused(desk: Shop) -> None:
    first, second = (desk.press(link(), f"c-{s}", shopper=s) for s in ("s1", "s2"))
    assert LINKED in desk.press(yes_of(first), "c-s1", shopper="s1").text
    assert "used already" in desk.press(yes_of(second), "c-s2", shopper="s2").text


def test_a_yes_after_the_link_has_ended_links_nothing(desk: Shop, journal: Journal) -> None:
    asked = desk.press(link(minutes=2))
    assert "has expired" in desk.press(yes_of(asked)).text
    assert Links(journal).all() == {}


def test_a_yes_agrees_to_what_was_asked_and_to_nothing_else(desk: Shop, journal: Journal) -> None:
    first = desk.press(link())
    desk.press(link("another"))
    assert "lapsed" in desk.press(yes_of(first)).text
    assert Links(journal).all() == {}
    assert "lapsed" in desk.press(yes_of(first), "c2", shopper="s2").text


def test_what_is_linked_already_is_not_asked_again(desk: Shop) -> None:
    asked = desk.press(link())
    desk.press(yes_of(asked))
    assert "linked already" in desk.press(yes_of(asked)).text
    assert "linked already" in desk.press(link()).text
    assert "linked already" in desk.press(link(minutes=90)).text


def test_consent_is_still_waited_for_after_a_restart(
    shop: LiveAssistant, tmp_path: Path, keys: LinkKeys, redis: Redis
) -> None:
    replies: list[Reply] = []
    action = link()
    for _ in range(2):
        with closing(Journal(f"sqlite:///{tmp_path}/journal.sqlite3")) as journal:
            turns = Turns(shop, RedisSessions(redis), journal, shop, link_keys=keys)
            desk = Shop(turns, EventLog(journal), count(len(replies) + 1))
            replies.append(desk.press(action))
            action = yes_of(replies[0])
    assert LINKED in replies[1].text


def test_an_order_proven_by_its_e_mail_offers_its_account(
    desk: Shop, journal: Journal, keys: LinkKeys
) -> None:
    told = desk.ask(PROOF, "s1")
    assert [(b.label, b.action) for b in told.buttons] == [("Link my account", "link:ask")]
    asked = desk.press("link:ask", "c-s1-True")
    assert Links(journal).all() == {}
    assert LINKED in desk.press(yes_of(asked), "c-s1-True").text
    assert Links(journal).account_of("s1") == keys.pseudonym(EMAIL.upper())
    assert desk.ask(PROOF, "s1").buttons == (), "what is linked is not offered again"


@pytest.mark.parametrize("text", ["JJ-10001 phone 5601", f"JJ-10002 {EMAIL}", "where is my order?"])
def test_no_other_proof_and_no_wrong_one_offers_an_account(desk: Shop, text: str) -> None:
    assert not any(b.action == "link:ask" for b in desk.ask(text, "s1").buttons)
    assert "lapsed" in desk.press("link:ask", "c-s1-True").text


@pytest.mark.parametrize(
    "action", ["link:ask", "link:", "link:yes-", "link:yes-00000000", "link:x"]
)
def test_a_garbled_button_links_nothing(desk: Shop, journal: Journal, action: str) -> None:
    assert "lapsed" in desk.press(action).text
    assert Links(journal).all() == {}


def test_nothing_is_linked_or_unlinked_in_a_group(desk: Shop, journal: Journal) -> None:
    agree(desk)
    for action in (link("another"), "link:ask", "unlink:"):
        reply = desk.press(action, "group", private=False)
        assert "write to me privately" in reply.text
        assert not reply.buttons
    assert list(Links(journal).all()) == ["s1"]


def test_forgetting_takes_the_accounts_history_too(desk: Shop, keys: LinkKeys) -> None:
    account = keys.pseudonym(CUSTOMER)
    desk.touch(LAMP, BACKPACK, name="purchase", shopper=account)
    desk.touch(LAMP)
    agree(desk)
    desk.press(f"forget:{LAMP}")
    assert (desk.touched(), desk.touched(account)) == ([], [BACKPACK])
    desk.press("forget:")
    assert desk.touched(account) == []
    assert NOTHING in desk.press("why:").text


def test_it_is_said_in_chinese_alike(desk: Shop) -> None:
    desk.press("language:zh")
    asked = desk.press(link())
    assert "/unlink" in asked.text and "关联" in asked.text
    assert [button.label for button in asked.buttons] == ["好，关联", "不用了"]
    assert "已关联" in desk.press(yes_of(asked)).text
    assert "已取消关联" in desk.press("unlink:").text


def test_neither_journal_nor_session_holds_a_link_an_e_mail_or_a_customers_number(
    desk: Shop, journal: Journal, tmp_path: Path
) -> None:
    agree(desk)
    desk.ask(PROOF, "s1")
    desk.press("link:ask", "c-s1-True")
    journal.wipe_log()
    stored = (tmp_path / "journal.sqlite3").read_bytes()
    for secret in (CUSTOMER, EMAIL, link().partition(":")[2]):
        assert secret.encode() not in stored


def test_without_a_database_nothing_is_claimed_and_the_yes_works_later(
    desk: Shop, journal: Journal
) -> None:
    asked = desk.press(link())
    with journal.begin() as connection:
        connection.exec_driver_sql("alter table links rename to away")
    assert "something went wrong" in desk.press(yes_of(asked)).text
    assert "something went wrong" in desk.press("unlink:").text
    with journal.begin() as connection:
        connection.exec_driver_sql("alter table away rename to links")
    assert LINKED in desk.press(yes_of(asked)).text
