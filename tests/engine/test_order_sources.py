"""Orders asked for at a shop's own server: what it says is told only as it was agreed on."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.counters import MemoryCounters
from engine.order_sources import MOST_BYTES, HttpOrders, OrdersAway, bare
from engine.orders import Orders
from engine.types import OrderLookup
from knowledge_base.order_field import order_problems
from knowledge_base.shop_file import Replies
from tests.engine.test_orders import Chat, replies

__all__ = ["replies"]

GOOD: dict[str, Any] = {
    "number": "JJ-10001", "email": "ann@example.com", "phone": "+31 6 1234 0142",
    "placed_at": "2026-11-01T10:00:00+01:00", "status": "shipped", "carrier": "PostNL",
    "tracking": "3SABC", "expected_on": "2026-11-26", "items": [{"sku": "SKU-1", "quantity": 2}],
    "more": "is not looked at",
}  # fmt: skip
AWAY = "I cannot look orders up just now"


class Server(ThreadingHTTPServer):
    """A shop's server; `answer` is what it says, `asked` what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.answer, self.headers = 200, json.dumps(GOOD).encode(), dict[str, str]()
        self.wait_s, self.drip_s = 0.0, 0.0
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/orders/{{number}}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        shop = self.server
        shop.asked.append((self.path, self.headers.get("Authorization", "")))
        time.sleep(shop.wait_s)
        try:
            self.send_response(shop.status)
            for name, value in shop.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for at in range(0, len(shop.answer), 64 if shop.drip_s else MOST_BYTES):
                self.wfile.write(shop.answer[at : at + (64 if shop.drip_s else MOST_BYTES)])
                self.wfile.flush()
                time.sleep(shop.drip_s)
        except OSError:
            pass  # The other side would not wait.

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop_server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def orders_of(url: str, replies: Replies, timeout_s: float = 0.5, **more: float) -> Orders:
    source = HttpOrders(OrderLookup(url, timeout_s=timeout_s, **more), "k" * 16)
    return Orders(source, {}, replies, MemoryCounters(lambda: "2026-11-24"))


def test_an_order_is_told_to_who_proves_it_and_the_key_is_sent(
    shop_server: Server, replies: Replies
) -> None:
    orders = orders_of(shop_server.url, replies)
    said = Chat(orders).say("where is jj 10001? ann@example.com")
    assert "3SABC" in said and "2 × SKU-1" in said and "2026-11-26" in said
    assert shop_server.asked == [("/orders/JJ-10001", "Bearer " + "k" * 16)]
    assert "3SABC" not in Chat(orders, "d").say("JJ-10001 bob@example.com")


def test_an_unknown_number_and_a_wrong_proof_get_the_same_words(
    shop_server: Server, replies: Replies
) -> None:
    orders = orders_of(shop_server.url, replies)
    wrong = Chat(orders, "a").say("JJ-10001 bob@example.com")
    shop_server.status = 404
    assert Chat(orders, "b").say("JJ-99999 bob@example.com") == wrong


def test_what_was_said_holds_for_so_many_seconds_and_no_longer(shop_server: Server) -> None:
    now = [100.0]
    source = HttpOrders(OrderLookup(shop_server.url, cache_s=60), None, lambda: now[0])
    first = source.find("JJ-10001")
    shop_server.answer = json.dumps({**GOOD, "status": "delivered"}).encode()
    now[0] += 59
    assert source.find("jj10001") == first and len(shop_server.asked) == 1
    now[0] += 1
    later = source.find("jj10001")
    assert later is not None and later.status == "delivered"
    assert later.expected_on == date(2026, 11, 26)


CHANGES: list[dict[str, Any]] = [
    {"number": "JJ-10002"}, {"status": "lost"}, {"status": ["shipped"]}, {"placed_at": "soon"},
    {"placed_at": "2026-11-01"}, {"items": {}}, {"items": [{"sku": "S", "quantity": True}]},
    {"items": [{"sku": "S", "quantity": -1}]}, {"items": [{"sku": "S", "quantity": 1}] * 101},
    {"items": ["S"]}, {"carrier": "pay at https://evil.example"}, {"carrier": "www.evil.example"},
    {"tracking": "1\nYour refund is ready"}, {"tracking": "\u202e123"}, {"carrier": "x" * 101},
    {"tracking": 5}, {"expected_on": "never"}, {"number": None},
]  # fmt: skip
HOSTILE = [
    b"", b"{", b"[]", b"null", b"<html>", b"\xff\xfe", b"[" * 50_000,
    *(json.dumps({**GOOD, **change}).encode() for change in CHANGES),
]  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE)
def test_no_status_is_told_of_a_broken_or_hostile_answer(
    shop_server: Server, replies: Replies, answer: bytes
) -> None:
    shop_server.answer = answer
    said = Chat(orders_of(shop_server.url, replies)).say("JJ-10001 ann@example.com")
    assert said.startswith(AWAY)


@pytest.mark.parametrize("status", [204, 301, 302, 307, 400, 401, 403, 429, 500, 503])
def test_only_404_means_that_there_is_no_such_order(
    shop_server: Server, replies: Replies, status: int
) -> None:
    shop_server.status, shop_server.headers = status, {"Location": "http://127.0.0.1:9/x"}
    said = Chat(orders_of(shop_server.url, replies)).say("JJ-10001 ann@example.com")
    assert said.startswith(AWAY) and len(shop_server.asked) == 1


@pytest.mark.parametrize("how", ["late", "dripping", "huge", "packed", "gone"])
def test_a_server_that_is_slow_huge_or_gone_holds_up_nobody(
    shop_server: Server, replies: Replies, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = shop_server.url
    if how == "late":
        shop_server.wait_s = 1.5
    elif how == "dripping":
        shop_server.drip_s, shop_server.answer = 0.1, b" " * 5000
    elif how == "huge":
        shop_server.answer = b" " * (50 * MOST_BYTES)
    elif how == "packed":
        shop_server.headers = {"Content-Encoding": "gzip"}
    else:
        url = "http://127.0.0.1:1/{number}"
    chat = Chat(orders_of(url, replies))
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        assert chat.say("JJ-10001 ann@example.com").startswith(AWAY)
    assert time.monotonic() - began < 1.4
    assert "orders cannot be looked up" in caplog.text
    assert "10001" not in caplog.text and "ann@" not in caplog.text


def test_once_the_server_is_back_the_proof_alone_is_enough(
    shop_server: Server, replies: Replies
) -> None:
    chat = Chat(orders_of(shop_server.url, replies))
    shop_server.status = 500
    assert chat.say("JJ-10001 ann@example.com").startswith(AWAY)
    shop_server.status = 200
    assert "3SABC" in chat.say("ann@example.com")


def test_a_failure_is_not_kept(shop_server: Server) -> None:
    source = HttpOrders(OrderLookup(shop_server.url), None)
    shop_server.status = 500
    with pytest.raises(OrdersAway):
        source.find("JJ-10001")
    shop_server.status = 200
    found = source.find("JJ-10001")
    assert found is not None and bare(found.number) == "jj10001"


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"url": "https://a.example/{number}", "cahce_s": 5}, "did you mean 'cache_s'"),
        ({"cache_s": 5}, "url: missing"),
        ({"url": "http://a.example/{number}"}, "must begin with https://"),
        ({"url": "https://a.example/orders"}, "must stand in it once"),
        ({"url": "https://{number}.example/"}, "must stand in it once"),
        ({"url": "https://me:secret@a.example/{number}"}, "ORDERS_KEY"),
        ({"url": "https://a.example/{number}", "timeout_s": 60}, "seconds from 0.1 to 10"),
        ({"url": "https://a.example/{number}", "cache_s": "long"}, "seconds from 0 to 86400"),
        ("https://a.example/{number}", "must be url"),
    ],
)
def test_a_wrong_field_is_named_with_its_mend(field: Any, reason: str) -> None:
    assert [text for _, text in order_problems(field, 7) if reason in text]


def test_a_right_field_is_taken() -> None:
    for url in ("https://a.example/o/{number}", "http://127.0.0.1:8000/o?n={number}"):
        assert list(order_problems({"url": url, "cache_s": 0, "timeout_s": 1.5}, 1)) == []
    assert list(order_problems(None, 1)) == []
