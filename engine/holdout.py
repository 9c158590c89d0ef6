"""A random share of shoppers who are shown nothing personal: what that brings the others."""

from __future__ import annotations

import hashlib

SALT = "shopdesk holdout 1"
"""Another one draws other shoppers."""


def in_holdout(shopper: str, percent: int) -> bool:
    """Whether a shopper is one of them; by chance, and the same for good at the same share."""
    if percent <= 0:
        return False
    drawn = hashlib.sha256(f"{SALT}:{shopper}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % 100 < percent
