"""What was learned from a shop, and from which of its example questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.retrieval.calibration import Calibration
from engine.retrieval.index import Row
from engine.retrieval.rows import ROUTE


@dataclass(frozen=True, slots=True)
class Learned:
    """Calibrations by key, and the example questions they were learned from (hashed)."""

    calibrations: Mapping[str, Calibration]
    questions: frozenset[str]

    def known_share(self, rows: Sequence[Row]) -> float:
        """Share (0..1) of the rows' questions that were there when it was learned."""
        asked = question_hashes(rows)
        return len(asked & self.questions) / len(asked) if asked else 0.0


def question_hashes(rows: Sequence[Row]) -> frozenset[str]:
    """The entries' example questions, as a manifest keeps them."""
    return frozenset(
        hashlib.sha256(row.text.encode()).hexdigest()[:10]
        for row in rows
        if row.field == "question" and not row.source.startswith(ROUTE)
    )
