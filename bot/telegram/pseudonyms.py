"""Pseudonyms: what the engine and the journal know a Telegram user or chat by."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from engine.errors import StoreError

KEY_FILE = "pseudonym.key"
_KEY_BYTES = 32


class Pseudonyms:
    """Keyed hashes; without the key file nobody can lead a pseudonym back to a number."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, home: Path) -> Pseudonyms:
        """Read the key in `home`, made at first start with mode 0600.

        Raises StoreError when the file is cut short or cannot be written.
        """
        path = home / KEY_FILE
        try:
            if not path.exists():
                _make_key(path)
            key = path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"cannot use the pseudonym key: {error.strerror}",
                where=str(path),
                mend="let shopdesk write to its home folder.",
            ) from error
        if len(key) != _KEY_BYTES:
            raise StoreError(
                "the pseudonym key is cut short",
                where=str(path),
                mend="restore it from a backup; deleting it makes all shoppers strangers.",
            )
        return cls(key)

    def shopper(self, user_id: int) -> str:
        """The pseudonym of a user, the same in every chat."""
        return self._name("user", str(user_id))

    def conversation(self, chat_id: int, thread_id: int | None = None) -> str:
        """The pseudonym of a chat, or of one topic in it."""
        return f"tg:{self._name('chat', f'{chat_id}/{thread_id or 0}')}"

    def secret(self, purpose: str) -> str:
        """A secret of our own derived from the key, stable over restarts."""
        return self._name("secret", purpose, length=48)

    def _name(self, kind: str, value: str, length: int = 24) -> str:
        digest = hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:length]


def _make_key(path: Path) -> None:
    """Write a new key in one step, so that two processes starting at once agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        scratch.unlink(missing_ok=True)
