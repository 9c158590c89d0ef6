"""A request's signature: made by who knows the key, over this body, just now."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

SIGNATURE = "x-shopdesk-signature"
TIMESTAMP = "x-shopdesk-timestamp"
FRESH_S = 300
"""How far a request's time may be from ours, either way."""
_SCHEME = "sha256="
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
_DIGEST = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """What stands in the signature's header: "sha256=" and the HMAC of "TIMESTAMP.BODY" in hex."""
    return _SCHEME + hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def fault_of(headers: Mapping[str, str], now: float) -> str:
    """What is wrong with a request before its body is read; "" where it may be signed well."""
    if not _DIGEST.fullmatch(headers.get(SIGNATURE, "")):
        return f"{SIGNATURE} is missing, or not sha256= and 64 hexadecimal digits"
    stamp = headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(stamp):
        return f"{TIMESTAMP} is missing, or not whole seconds since 1970"
    if abs(int(stamp) - now) > FRESH_S:
        return f"{TIMESTAMP} is more than {FRESH_S // 60} minutes from our time"
    return ""


def is_signed(key: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the key's owner signed this body and its time."""
    wanted = signature(key, headers.get(TIMESTAMP, ""), body)
    return hmac.compare_digest(headers.get(SIGNATURE, "").encode(), wanted.encode())
