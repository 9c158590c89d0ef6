"""Who is on the line: a random session name in a cookie, signed with a key of this shop."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from engine.key_file import read_key

COOKIE = "shopdesk_session"
COOKIE_TTL_S = 7 * 24 * 3600
KEY_FILE = "web_session.key"
NAME = re.compile(r"^[0-9a-f]{32}$")


class Identity:
    """Makes and reads session cookies. The name inside is no secret, its signature is."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> str:
        """A cookie value with a fresh random session name."""
        name = secrets.token_hex(16)
        return f"{name}.{self._sign(name)}"

    def read(self, cookie: str | None) -> str | None:
        """The session name in a cookie value, or None where it is missing or not ours."""
        name, _, signature = (cookie or "").partition(".")
        if not NAME.match(name):
            return None
        wanted = self._sign(name)
        return name if hmac.compare_digest(signature.encode(), wanted.encode()) else None

    def _sign(self, name: str) -> str:
        return hmac.new(self._key, name.encode(), hashlib.sha256).hexdigest()


def session_key(home: Path) -> bytes:
    """The key that signs sessions, made at first start as a 0600 file under `home`.

    Raises SettingsError or StoreError when the file is damaged or cannot be used.
    """
    return read_key(home / KEY_FILE, lost="open chat pages begin a new conversation")
