"""Drafts looked up in what was read: answers mostly copy their passages.

Source: Saxena, "Prompt Lookup Decoding" (2023). A draft is only a guess: the model checks it.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 8
"""Most tokens of a text that are checked at once: the last one and a draft."""
LONGEST, SHORTEST = 3, 2
"""Tokens in a row that must be the same before what follows them is drafted."""


def draft(written: Sequence[int], texts: Sequence[Sequence[int]], most: int) -> list[int]:
    """At most `most` tokens that may follow `written`, out of `texts`, the first text first."""
    for count in range(LONGEST, SHORTEST - 1, -1):
        if len(written) >= count and most > 0:
            for text in texts:
                if found := _after(list(written[-count:]), text, most):
                    return found
    return []


def _after(pattern: list[int], text: Sequence[int], most: int) -> list[int]:
    """What follows the first place where `pattern` stands in `text`."""
    first, count = pattern[0], len(pattern)
    for start in range(len(text) - count):
        if text[start] == first and list(text[start : start + count]) == pattern:
            return list(text[start + count : start + count + most])
    return []
