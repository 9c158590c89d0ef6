"""The signed payload by which a web shop sends a customer's account to the chat."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from engine.errors import ShopdeskError
from engine.key_file import read_key
from engine.pseudonyms import Pseudonymizer

KEY_FILE = "link.key"
MARK = "_"
"""What a link's payload begins with, and no product's id does."""
EXPIRES_BYTES, TAG_BYTES, MOST_ACCOUNT_BYTES = 4, 11, 32
"""Together, with the mark, the 64 characters that Telegram takes after /start."""
_HEAD = EXPIRES_BYTES + TAG_BYTES


class LinkFault(StrEnum):
    """Why a signed link is refused."""

    FORGED = "forged"
    EXPIRED = "expired"


class LinkRefused(ValueError):  # noqa: N818 - what happened, not which error it is
    """A signed link that links nothing."""

    def __init__(self, fault: LinkFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a valid payload says. `nonce` is the same only for the same payload."""

    account: str
    expires: datetime
    nonce: str


class LinkPlace(Protocol):
    """What opening the keys needs to know; Settings has it."""

    @property
    def home(self) -> Path:
        """The folder of the shop's state."""

    @property
    def link_secret(self) -> str | None:
        """The secret shared with the web shop; None for a key file under home."""


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """What reading a signed link takes: its secret, and what accounts are kept under."""

    secret: bytes
    pseudonym: Callable[[str], str]

    @classmethod
    def open(cls, place: LinkPlace) -> LinkKeys:
        """The keys of these settings. Raises SettingsError or StoreError for a bad key file."""
        pseudonym = Pseudonymizer.open(place.home).shopper_pseudonym
        return cls(link_secret(place), pseudonym)


def link_secret(place: LinkPlace) -> bytes:
    """The secret that signs links: the shared one, else one made at first use.

    Raises SettingsError or StoreError for a bad key file.
    """
    if place.link_secret:
        return place.link_secret.encode()
    return read_key(place.home / KEY_FILE, lost="links handed out are refused")


def is_link(payload: str) -> bool:
    """Whether what came with /start is meant as a signed link."""
    return payload.startswith(MARK)


def sign_link(secret: bytes, account: str, expires: datetime) -> str:
    """The payload that links a customer's account to the chat that brings it, once.

    `account` is the id under which the shop reports the customer's events. The payload is "_" and
    the unpadded base64url of three things one after the other: `expires` as four bytes, seconds
    since 1970, highest first; the tag, eleven bytes of HMAC-SHA256(secret, "tag" + expires +
    account); and the account, each byte combined by exclusive or with one of
    HMAC-SHA256(secret, "mask" + expires + tag), so that nobody else can read it. Raises
    ShopdeskError where the account or the time does not fit.
    """
    name, seconds = account.strip().encode(), int(expires.timestamp())
    if not 1 <= len(name) <= MOST_ACCOUNT_BYTES:
        raise ShopdeskError(
            f"an account of {len(name)} bytes does not fit into a link",
            where="account",
            mend=f"use the customer's id at the shop, 1 to {MOST_ACCOUNT_BYTES} bytes of UTF-8.",
        )
    if not 0 <= seconds < 1 << 8 * EXPIRES_BYTES:
        raise ShopdeskError(
            f"{expires.isoformat()} does not fit into a link", mend="name a time before 2106."
        )
    head = seconds.to_bytes(EXPIRES_BYTES)
    tag = _tag(secret, head, name)
    raw = head + tag + _masked(secret, head + tag, name)
    return MARK + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_link(secret: bytes, payload: str, now: datetime) -> SignedLink:
    """What a payload says. Raises LinkRefused where it is not ours as it stands, or too old."""
    raw = _raw(payload)
    head, tag = raw[:EXPIRES_BYTES], raw[EXPIRES_BYTES:_HEAD]
    name = _masked(secret, head + tag, raw[_HEAD:])
    if not hmac.compare_digest(tag, _tag(secret, head, name)):
        raise LinkRefused(LinkFault.FORGED)
    expires = datetime.fromtimestamp(int.from_bytes(head), UTC)
    if now >= expires:
        raise LinkRefused(LinkFault.EXPIRED)
    try:
        return SignedLink(name.decode(), expires, raw[:_HEAD].hex())
    except UnicodeDecodeError:
        raise LinkRefused(LinkFault.FORGED) from None


def _raw(payload: str) -> bytes:
    """The bytes of a payload; only the one way to write them is taken."""
    text = payload.removeprefix(MARK)
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b""
    whole = MARK + base64.urlsafe_b64encode(raw).decode().rstrip("=") == payload
    if not whole or not _HEAD < len(raw) <= _HEAD + MOST_ACCOUNT_BYTES:
        raise LinkRefused(LinkFault.FORGED)
    return raw


def _tag(secret: bytes, head: bytes, name: bytes) -> bytes:
    return hmac.digest(secret, b"tag" + head + name, hashlib.sha256)[:TAG_BYTES]


def _masked(secret: bytes, start: bytes, name: bytes) -> bytes:
    """The account hidden, or what was hidden shown."""
    mask = hmac.digest(secret, b"mask" + start, hashlib.sha256)
    return bytes(a ^ b for a, b in zip(name, mask, strict=False))
