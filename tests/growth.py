"""How work grows with its input: a ratio, so a slow machine is no fault."""

from __future__ import annotations

import time
from collections.abc import Callable

FLOOR_S = 0.02
"""What takes less than this is too little to compare."""


def _seconds(work: Callable[[str], object], text: str) -> float:
    taken = []
    for _ in range(3):
        started = time.process_time()
        work(text)
        taken.append(time.process_time() - started)
    return max(min(taken), FLOOR_S)


def growth(work: Callable[[str], object], text: str) -> float:
    """How many times as long a text takes as its first eighth: 8 where it is linear, 64 squared."""
    return _seconds(work, text) / _seconds(work, text[: len(text) // 8])
