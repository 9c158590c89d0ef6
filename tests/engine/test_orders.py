"""Order status is told only to who proves the order is theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from engine.counters import MemoryCounters
from engine.order_sources import FileOrders
from engine.orders import TRIES_A_DAY, Orders, given_number
from engine.privacy import mask
from engine.types import Message, Order, OrderLine, Route, Session, Turn
from knowledge_base.problems import Problems
from knowledge_base.shop_file import Replies, read_replies, read_shop
from knowledge_base.store import EMPTY_SHOP

ORDER = Order(
    "JJ-10001",
    "ann@example.com",
    "+31 6 1234 0142",
    datetime(2026, 11, 1, tzinfo=UTC),
    "shipped",
    (OrderLine("SKU-1", 2),),
    "PostNL",
    "3SABC",
    date(2026, 11, 26),
)


@pytest.fixture
def replies() -> Replies:
    problems = Problems()
    shop = read_shop(EMPTY_SHOP / "shop.yaml", problems)
    assert shop is not None
    path = EMPTY_SHOP / "replies.yaml"
    return read_replies(path, shop, path, problems)


class Chat:
    """One conversation with the order desk."""

    def __init__(self, orders: Orders, name: str = "c") -> None:
        self.orders, self.session, self.name = orders, Session(name), name

    def say(self, text: str, private: bool = True) -> str:
        masked, vault = mask(text, self.session.vault)
        self.session = Session(self.name, pending_order=self.session.pending_order, vault=vault)
        message = Message("m", self.name, "s", masked, datetime.now(UTC), private=private)
        answer = self.orders.answer(message, self.session, "en")
        self.session = answer.session
        return answer.text


@pytest.fixture
def orders(replies: Replies) -> Orders:
    return Orders(FileOrders([ORDER]), {}, replies, MemoryCounters(lambda: "2026-11-24"))


@pytest.mark.parametrize(
    "text",
    ["JJ-10001 ann@example.com", "jj10001, mail is ANN@example.com", "order JJ 10001 phone 0142",
     "JJ-10001 my number is +31 6 1234 0142"],
)  # fmt: skip
def test_number_and_proof_together_tell_the_status(orders: Orders, text: str) -> None:
    assert "3SABC" in Chat(orders).say(text)


def test_number_first_then_proof_tells_the_status(orders: Orders) -> None:
    chat = Chat(orders)
    assert "3SABC" not in chat.say("where is JJ-10001?")
    assert "3SABC" in chat.say("ann@example.com")


def test_an_unknown_number_and_a_wrong_proof_get_the_same_words(orders: Orders) -> None:
    wrong = Chat(orders, "a").say("JJ-10001 bob@example.com")
    unknown = Chat(orders, "b").say("JJ-99999 bob@example.com")
    assert wrong == unknown


def test_the_shape_of_nobody_is_no_key(orders: Orders) -> None:
    assert "3SABC" not in Chat(orders).say("JJ-99999 nobody@invalid.example")
    assert "Order" not in Chat(orders, "d").say("JJ-99999 phone 0000")


def test_after_five_wrong_tries_even_the_right_proof_is_refused(orders: Orders) -> None:
    chat = Chat(orders)
    for _ in range(TRIES_A_DAY):
        chat.say("JJ-10001 bob@example.com")
    assert "3SABC" not in chat.say("JJ-10001 ann@example.com")


def test_tries_count_per_order_over_all_chats(orders: Orders) -> None:
    for number in range(TRIES_A_DAY):
        Chat(orders, f"chat-{number}").say("JJ-10001 bob@example.com")
    assert "3SABC" not in Chat(orders, "fresh").say("JJ-10001 ann@example.com")


def test_nothing_of_an_order_is_said_in_a_group(orders: Orders) -> None:
    assert "3SABC" not in Chat(orders).say("JJ-10001 ann@example.com", private=False)


SHOPIFY = replace(ORDER, number="#1001")


@pytest.mark.parametrize(
    "text",
    ["#1001 ann@example.com", "order 1001, ann@example.com", "订单1001 手机尾号 0142",
     "my order number is #1001, phone 0142"],
)  # fmt: skip
def test_a_shopify_number_and_proof_tell_the_status(replies: Replies, text: str) -> None:
    orders = Orders(FileOrders([SHOPIFY]), {}, replies, MemoryCounters(lambda: "2026-11-24"))
    assert "3SABC" in Chat(orders).say(text)


def test_the_number_itself_proves_nothing(replies: Replies) -> None:
    own = replace(SHOPIFY, phone="+31 6 1234 1001")
    orders = Orders(FileOrders([own]), {}, replies, MemoryCounters(lambda: "2026-11-24"))
    for text in ("#1001", "order 1001", "订单 1001", "order no. 1001", "#1001 #1001"):
        assert "3SABC" not in Chat(orders).say(text)
    assert "3SABC" in Chat(orders).say("order 1001, phone ends in 1001")


def test_a_number_that_was_asked_for_may_stand_alone(replies: Replies) -> None:
    orders = Orders(FileOrders([SHOPIFY]), {}, replies, MemoryCounters(lambda: "2026-11-24"))
    asked = Session("c", turns=(Turn("where is my order", "which?", Route.ORDER),))
    for said in ("1001", "# 1001"):
        assert given_number(said, asked) == "1001"
        message = Message("m", "c", "s", said, datetime.now(UTC))
        answer = orders.answer(message, asked, "en")
        assert answer.session.pending_order == "1001" and not answer.told
    assert given_number("1001", Session("c")) == ""
    # A number is known already: four digits are its proof.
    assert given_number("0142", replace(asked, pending_order="1001")) == ""
