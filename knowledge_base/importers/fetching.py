"""Fetches a file for an import by HTTP: from public addresses only, bounded in size and time."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import httpx

from engine.errors import KnowledgeError
from knowledge_base.importers.importing import SUFFIXES
from knowledge_base.importers.values import MAX_BYTES, too_large

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_REDIRECTS = 5
CONNECT_S, READ_S, WHOLE_S = 10.0, 30.0, 180.0
REDIRECTS = (301, 302, 303, 307, 308)
TYPES = {
    "text/csv": ".csv", "application/csv": ".csv", "text/tab-separated-values": ".tsv",
    "application/json": ".json", "application/x-ndjson": ".jsonl", "application/jsonl": ".jsonl",
    "application/xml": ".xml", "text/xml": ".xml", "application/rss+xml": ".xml",
    "application/atom+xml": ".xml", "application/yaml": ".yaml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}  # fmt: skip
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"),
              ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))  # fmt: skip
"""Networks whose addresses stand for IPv4 ones, which may be private."""
GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out as of the open internet; the rest is local, old or reserved."""
LIKE_PUBLIC = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Where Azure's machines reach their host, with an address that looks like any other."""
Trace = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lay at a URL; `name` ends on its type."""

    name: str
    data: bytes


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, whatever it is written as."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in GIVEN_OUT or any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and address not in LIKE_PUBLIC


def fetch(url: str, *, may_connect: Callable[[Address], bool] = is_public) -> Fetched:
    """The file at an http or https URL.

    Each address a host's name resolves to is checked, and the one checked is connected to, at
    each redirect anew. Raises KnowledgeError where an address is private, the file is too large
    or of no known type, or the server does not give it. `may_connect`: for tests.
    """
    deadline = time.monotonic() + WHOLE_S
    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    # No proxy of the environment: it would resolve the name itself.
    with (
        httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
        _cut_off(deadline) as trace,
    ):
        target = _target(url)
        for _ in range(MAX_REDIRECTS + 1):
            try:
                found = _get(client, target, may_connect, deadline, trace)
            except httpx.HTTPError as error:
                _check_time(target, deadline)
                raise _failed(f"the server cannot be reached ({type(error).__name__})",
                              target) from None  # fmt: skip
            if isinstance(found, Fetched):
                return found
            target = _target(str(found), before=target)
        raise _failed(f"over {MAX_REDIRECTS} redirects", target)


@contextmanager
def _cut_off(deadline: float) -> Iterator[Trace]:
    """Ends a connection at the deadline, even one whose server drips byte after byte."""
    last: list[socket.socket] = []

    def trace(event: str, about: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            last[:] = [about["return_value"].get_extra_info("socket")]

    def cut() -> None:
        for one in last:
            with suppress(OSError):
                # Not the method of TLS sockets: it takes the session from who reads just now.
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield trace
    finally:
        timer.cancel()


def _target(url: str, before: httpx.URL | None = None) -> httpx.URL:
    try:
        target = httpx.URL(url)
        known = target.scheme in ("http", "https") and bool(target.host)
    except (httpx.InvalidURL, ValueError):
        known = False
    if not known:
        raise KnowledgeError(
            "not an http or https URL",
            where=url.partition("?")[0][:200],
            mend="write it whole, such as https://shop.example/feed.xml.",
        )
    if target.userinfo:
        raise KnowledgeError("a URL with a password in it is not fetched", where=target.host,
                             mend="give the feed an address of its own.")  # fmt: skip
    if before is not None and before.scheme == "https" and target.scheme == "http":
        raise _failed("it redirects from https to http", target)
    return target


def _get(
    client: httpx.Client, url: httpx.URL, may_connect: Callable[[Address], bool], deadline: float,
    trace: Trace,
) -> Fetched | httpx.URL:  # fmt: skip
    """The file, or where a redirect points to."""
    address = _checked_address(url, may_connect)
    host = f"[{url.host}]" if ":" in url.host else url.host
    headers = {"Host": f"{host}:{url.port}" if url.port else host, "Accept-Encoding": "identity"}
    request = client.build_request(
        "GET", url.copy_with(host=str(address), fragment=None), headers=headers,
        extensions={"sni_hostname": url.raw_host.decode("ascii"), "trace": trace},
    )  # fmt: skip
    response = client.send(request, stream=True)
    try:
        if response.status_code in REDIRECTS and (location := response.headers.get("location")):
            return url.join(location)
        if response.status_code != httpx.codes.OK:
            raise _failed(f"the server answered {response.status_code}", url)
        return Fetched(_name(url, response), _body(response, url, deadline))
    except (httpx.InvalidURL, ValueError):
        raise _failed("it redirects to what is no URL", url) from None
    finally:
        response.close()


def _checked_address(url: httpx.URL, may_connect: Callable[[Address], bool]) -> Address:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    except (OSError, UnicodeError, ValueError):
        raise _failed("no such host", url) from None
    if not addresses or not all(may_connect(address) for address in addresses):
        raise _failed("its host has an address that is not of the open internet", url)
    return addresses[0]


def _body(response: httpx.Response, url: httpx.URL, deadline: float) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _failed("the server packs the file although asked not to", url)
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAX_BYTES:
            raise too_large("the file is too large", _where(url))
        _check_time(url, deadline)
    # What was cut off may look like the end.
    _check_time(url, deadline)
    return bytes(body)


def _check_time(url: httpx.URL, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _failed(f"it is not there whole after {WHOLE_S:.0f} s", url)


def _name(url: httpx.URL, response: httpx.Response) -> str:
    name = PurePosixPath(unquote(url.path)).name or "feed"
    if PurePosixPath(name).suffix.lower() in SUFFIXES:
        return name
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise _failed(f"neither its name nor its type ({kind or 'none'}) is one that is read", url)
    return f"{name}{TYPES[kind]}"


def _failed(what: str, url: httpx.URL) -> KnowledgeError:
    return KnowledgeError(what, where=_where(url),
                          mend="open the address in a browser; nothing was imported.")  # fmt: skip


def _where(url: httpx.URL) -> str:
    """As messages name it: what stands behind the path may be a key."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
