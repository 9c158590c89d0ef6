"""A URL is fetched only from the open internet, in bounded size, wherever it redirects to."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

import pytest

from engine.errors import KnowledgeError
from knowledge_base.importers import fetching
from knowledge_base.importers.fetching import Address, fetch, is_public

FEED = b"id,title\n1,Mug\n"


class Answers(BaseHTTPRequestHandler):
    """A server with a feed and some ways not to get one."""

    def do_GET(self) -> None:
        name, _, rest = self.path.lstrip("/").partition("/")
        seen.append((self.headers["Host"], self.path))
        if name == "to":
            self.send_response(302)
            self.send_header("Location", rest if "://" in rest else f"/{rest}")
            self.end_headers()
            return
        if name == "drip.csv":
            dripped.put(self.drip())
            return
        self.send_response(404 if name == "none" else 200)
        if name == "typed":
            self.send_header("Content-Type", "text/csv; charset=utf-8")
        if name == "packed.csv":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(FEED)

    def drip(self) -> bool:
        """A header so slow that no wait for a byte is long; whether all of it could be sent."""
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
            for _ in range(60):
                self.wfile.write(b"x")
                time.sleep(0.05)
            return True
        return False

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


seen: list[tuple[str, str]] = []
dripped: SimpleQueue[bool] = SimpleQueue()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def loopback(address: Address) -> bool:
    """Allows 127.0.0.1 alone, as if it were public."""
    return str(address) == "127.0.0.1"


def test_a_loopback_server_is_refused_and_never_asked(server: str) -> None:
    seen.clear()
    for host in (server, server.replace("127.0.0.1", "localhost"), server.replace("0.0.1", "1")):
        with pytest.raises(KnowledgeError, match="not of the open internet"):
            fetch(f"{host}/feed.csv")
    assert seen == []


def test_a_feed_comes_whole_with_its_name_and_its_host_told(server: str) -> None:
    seen.clear()
    found = fetch(f"{server.replace('127.0.0.1', 'localhost')}/feed.csv?key=1", may_connect=either)
    assert (found.name, found.data) == ("feed.csv", FEED)
    assert seen == [(server.replace("http://127.0.0.1", "localhost"), "/feed.csv?key=1")]
    assert fetch(f"{server}/typed", may_connect=loopback).name == "typed.csv"


def either(address: Address) -> bool:
    """Allows all loopback addresses, and prefers none."""
    return address.is_loopback


def test_a_redirect_is_checked_like_the_first_address(server: str) -> None:
    assert fetch(f"{server}/to/to/feed.csv", may_connect=loopback).data == FEED
    for private in ("http://127.0.0.2:1/x.csv", "http://10.0.0.1/x.csv", "http://[::1]/x.csv"):
        with pytest.raises(KnowledgeError, match="not of the open internet"):
            fetch(f"{server}/to/{private}", may_connect=loopback)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("to/" * 6 + "feed.csv", "over 5 redirects"),
        ("to/file:///etc/passwd", "not an http or https URL"),
        ("none.csv", ""),
        ("none/feed.csv", "answered 404"),
        ("untyped", "neither its name nor its type"),
        ("packed.csv", "packs the file"),
    ],
)
def test_what_is_no_file_is_told(server: str, path: str, told: str) -> None:
    if not told:
        assert fetch(f"{server}/{path}", may_connect=loopback).data == FEED
        return
    with pytest.raises(KnowledgeError, match=told):
        fetch(f"{server}/{path}", may_connect=loopback)


def test_a_file_that_is_too_large_is_not_kept(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 10)
    with pytest.raises(KnowledgeError, match="too large"):
        fetch(f"{server}/feed.csv", may_connect=loopback)


@pytest.mark.parametrize("path", ["feed.csv?key=hidden", "to/ftp://shop.example/x.csv?key=hidden"])
def test_what_stands_behind_the_path_is_not_told(
    server: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 10)
    with pytest.raises(KnowledgeError) as refusal:
        fetch(f"{server}/{path}", may_connect=loopback)
    assert "hidden" not in str(refusal.value)


def test_a_server_that_drips_is_cut_off(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "WHOLE_S", 0.4)
    with pytest.raises(KnowledgeError, match="not there whole"):
        fetch(f"{server}/drip.csv", may_connect=loopback)
    assert dripped.get(timeout=60) is False


def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(KnowledgeError, match="cannot be reached"):
        fetch("http://127.0.0.1:9/feed.csv", may_connect=loopback)


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/x.csv", "file:///etc/passwd", "x.csv", "http://", "http://[::1"]
)
def test_what_is_no_web_address_is_told(url: str) -> None:
    with pytest.raises(KnowledgeError, match="not an http or https URL"):
        fetch(url)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(KnowledgeError) as refusal:
        fetch("https://ann:secret@shop.example/x.csv")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "5f00::1", "4000::1", "168.63.129.16",
     "::ffff:168.63.129.16"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
