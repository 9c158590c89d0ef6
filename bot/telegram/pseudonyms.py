"""Pseudonyms: what the engine and the journal know a Telegram user or chat by."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from engine.key_file import read_key

KEY_FILE = "pseudonym.key"


class Pseudonyms:
    """Keyed hashes; without the key file nobody can lead a pseudonym back to a number."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, home: Path) -> Pseudonyms:
        """Read the key in `home`, made at first start with mode 0600.

        Raises SettingsError or StoreError when the file is damaged or cannot be used.
        """
        return cls(read_key(home / KEY_FILE, lost="all shoppers become strangers"))

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
