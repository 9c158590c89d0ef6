"""Pseudonyms: keyed hashes, so that nothing stored says who a shopper is."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Self

from engine.key_file import read_key

KEY_FILE = "pseudonym.key"


class Pseudonymizer:
    """HMAC-SHA256 by a home's key; without the file nobody can lead a pseudonym back to an id."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, home: Path) -> Self:
        """Read the key in `home`, made at first start with mode 0600.

        Raises SettingsError or StoreError when the file is damaged or cannot be used.
        """
        return cls(read_key(home / KEY_FILE, lost="all shoppers become strangers"))

    def shopper_pseudonym(self, customer_id: str) -> str:
        """The pseudonym of a shop's customer; an e-mail address is one whatever its case."""
        plain = customer_id.strip()
        return self._name("customer", plain.casefold() if "@" in plain else plain)

    def _name(self, kind: str, value: str, length: int = 24) -> str:
        digest = hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256)
        return digest.hexdigest()[:length]
