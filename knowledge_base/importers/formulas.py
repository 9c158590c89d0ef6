"""Cells that a spreadsheet would run: made harmless on export, and given back on import."""

from __future__ import annotations

import re

STARTERS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
MARK = "'"


def neutralised(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return MARK + cell if _risky(cell) else cell


def restored(cell: str) -> str:
    """The cell without the apostrophe that `neutralised` put before it, and without no other."""
    return cell[1:] if cell.startswith(MARK) and _risky(cell) else cell


def _risky(cell: str) -> bool:
    # A cell that has such an apostrophe of its own gets one more, or it would lose it.
    bare = cell.lstrip(MARK)
    return bare.startswith(STARTERS) and not NUMBER.fullmatch(bare)
