"""One-time links with which the bot lets operators sign in to the console."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from engine.key_file import read_key
from engine.settings import Settings

TTL_S = 300
SETUP_TTL_S = 24 * 3600
KEY_FILE = "console.key"


@dataclass(frozen=True, slots=True)
class SignInLink:
    """Who a link is for: a Telegram id, or 0 for the first admin. `expires`: unix seconds."""

    telegram_id: int
    nonce: str
    expires: int


def console_key(home: Path) -> bytes:
    """The key that links are signed with. Raises SettingsError, StoreError."""
    return read_key(home / KEY_FILE, lost="links to sign in that are open end")


def console_address(settings: Settings) -> str:
    """Where operators open the console."""
    if settings.public_url:
        return settings.public_url
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(  # noqa: S104 - an address to open
        settings.console_host, settings.console_host
    )
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.console_port}"


def make_link(key: bytes, telegram_id: int, now: float, ttl_s: int = TTL_S) -> str:
    """The token of a new link, signed with the console's key."""
    content = f"{telegram_id}.{secrets.token_hex(12)}.{int(now) + ttl_s}"
    return f"{content}.{_sign(key, content)}"


def read_link(key: bytes, token: str, now: float) -> SignInLink | None:
    """What a token says; None where it is not ours or too old. It may have been used before."""
    content, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _sign(key, content).encode()):
        return None
    number, nonce, expires = content.split(".")
    if int(expires) < now:
        return None
    return SignInLink(int(number), nonce, int(expires))


def _sign(key: bytes, content: str) -> str:
    return hmac.new(key, f"sign-in:{content}".encode(), hashlib.sha256).hexdigest()
