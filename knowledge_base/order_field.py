"""`orders` of shop.yaml: the server at which orders are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from engine.types import OrderLookup

KNOWN = tuple(field.name for field in fields(OrderLookup))
MOST_CACHE_S, MOST_TIMEOUT_S = 86_400.0, 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PLACE = "{number}"


def order_problems(value: Any, line: int) -> Iterator[tuple[int, str]]:
    """What is wrong with it, each with its line."""
    if value is None:
        return
    if not isinstance(value, dict):
        yield line, "orders: must be url, cache_s and timeout_s"
        return
    for name in value:
        if name not in KNOWN:
            near = get_close_matches(str(name), KNOWN, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(KNOWN)}"
            yield line, f"orders: unknown field {name!r}; {hint}"
    if reason := _wrong_url(value.get("url")):
        yield line, f"orders: url: {reason}"
    for name, least, most in (("cache_s", 0.0, MOST_CACHE_S), ("timeout_s", 0.1, MOST_TIMEOUT_S)):
        number = value.get(name, least)
        right = isinstance(number, int | float) and not isinstance(number, bool)
        if not (right and least <= number <= most):
            yield line, f"orders: {name}: must be seconds from {least:g} to {most:g}"


def read_orders_field(value: Any) -> OrderLookup | None:
    """The look-up that a checked field names."""
    if value is None:
        return None
    given = {name: float(value[name]) for name in KNOWN[1:] if name in value}
    return OrderLookup(str(value["url"]), **given)


def _wrong_url(url: Any) -> str:
    if not isinstance(url, str) or not url:
        return f"missing; such as https://shop.example/orders/{PLACE}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "not an address"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return "must begin with https:// (http:// only on this machine)"
    if not host or url.count(PLACE) != 1 or PLACE not in parts.path + "?" + parts.query:
        return f"{PLACE} must stand in it once, behind the host"
    return "a key belongs into the setting ORDERS_KEY, not here" if "@" in parts.netloc else ""
