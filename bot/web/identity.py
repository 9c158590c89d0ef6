"""Who is on the line: a random session name in a cookie, signed with a key of this shop."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from engine.errors import SettingsError

COOKIE = "shopdesk_session"
COOKIE_TTL_S = 7 * 24 * 3600
KEY_BYTES = 32
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

    Raises SettingsError where the file is cut short or readable by others.
    """
    path = home / "web_session.key"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    mend = "delete it and start again; open chat pages begin a new conversation."
    if len(key) != KEY_BYTES:
        raise SettingsError(f"holds {len(key)} bytes, not {KEY_BYTES}", where=str(path), mend=mend)
    if path.stat().st_mode & 0o077:
        raise SettingsError("others can read this key", where=str(path), mend=f"{mend} (mode 600)")
    return key


def _make_key(path: Path) -> None:
    # Linked into place whole, so that a second process starting now reads all of it or makes none.
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
