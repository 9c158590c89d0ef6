"""Two texts line by line: what stays, goes and comes, in bounded time."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher, ndiff

MOST_ALIKE = 40
"""Changed lines that are paired by their likeness: that takes the cube of their number."""
MOST_COMPARED = 2_000
"""Lines that are compared at all."""
Marked = tuple[str, str]


def line_differences(before: Sequence[str], after: Sequence[str]) -> list[Marked]:
    """All lines as ("-", …), ("+", …) or (" ", …)."""
    if max(len(before), len(after)) > MOST_COMPARED:
        return _replaced(before, after)
    found: list[Marked] = []
    for kind, i, i_end, j, j_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            found += [(" ", line) for line in before[i:i_end]]
        elif max(i_end - i, j_end - j) > MOST_ALIKE:
            found += _replaced(before[i:i_end], after[j:j_end])
        else:
            lines = ndiff(before[i:i_end], after[j:j_end])
            found += [(line[0], line[2:]) for line in lines if line[0] in "+- "]
    return found


def _replaced(before: Sequence[str], after: Sequence[str]) -> list[Marked]:
    return [*(("-", line) for line in before), *(("+", line) for line in after)]
