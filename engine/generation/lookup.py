"""Drafts looked up in what was read: answers mostly copy their passages.

Source: Saxena, "Prompt Lookup Decoding" (2023). A draft is only a guess: the model checks it.
"""

from __future__ import annotations

from collections.abc import Sequence

TRUSTED = {3: 11, 2: 7, 1: 2}
"""How many tokens are drafted where so many in a row are the same before them, the most first."""
WIDTH = 1 + max(TRUSTED.values())
"""Most tokens of a text that are checked at once: the last one and a draft."""
LONGEST = max(TRUSTED)


def draft(written: Sequence[int], texts: Sequence[Sequence[int]], most: int) -> list[int]:
    """At most `most` tokens that may follow `written`, out of `texts`, the first text first."""
    for count, trusted in TRUSTED.items():
        if len(written) >= count and most > 0:
            for text in texts:
                if found := _after(list(written[-count:]), text, min(most, trusted)):
                    return found
    return []


def _after(pattern: list[int], text: Sequence[int], most: int) -> list[int]:
    """What follows the first place where `pattern` stands in `text`."""
    first, count = pattern[0], len(pattern)
    for start in range(len(text) - count):
        if text[start] == first and list(text[start : start + count]) == pattern:
            return list(text[start + count : start + count + most])
    return []
