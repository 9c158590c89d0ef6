"""Whether a model was sure enough of its own words for a shop to say them.

A small model that copies true numbers into a sentence of no sense is unsure while it writes:
the mean log-probability of the tokens tells (as in selective generation, Ren et al., 2023).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import fmean

from engine.types import Check

LEAST = -0.6
"""Least mean log-probability of a sentence's tokens. Of real drafts below it that had passed every
other check nine in ten were wrong or of no sense, in either language (docs/lab-notes.md)."""

REASON = "doubt:"


class Sureness:
    """Which log-probabilities belong to which sentence of a text that comes in pieces."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Sequence[float]]] = deque()

    def wrote(self, piece: str, log_probs: Sequence[float]) -> None:
        """A piece has come."""
        self._pieces.append((len(piece), log_probs))

    def of(self, sentence: str) -> list[float]:
        """Those of the pieces that begin in the next sentence; sentences join to the text."""
        found: list[float] = []
        left = len(sentence)
        while left > 0 and self._pieces:
            length, log_probs = self._pieces.popleft()
            found += log_probs
            if length > left:
                self._pieces.appendleft((length - left, ()))
            left -= length
        return found


def doubt(log_probs: Sequence[float]) -> str:
    """The reason not to say a sentence, by its tokens' log-probabilities; "" where there is none.

    No probabilities, no doubt: a server need not tell them.
    """
    if not log_probs or (mean := fmean(log_probs)) >= LEAST:
        return ""
    return f"{REASON}{mean:.2f}"


def is_doubt(check: Check) -> bool:
    """Whether a sentence was held back for that reason."""
    return not check.passed and check.reason.startswith(REASON)
