"""A report of played conversations as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.replay.comparing import Change
from engine.replay.results import Runs


def write_report(
    path: Path, runs: Runs, changes: Sequence[Change], figures: Mapping[str, Any],
    *, saved: Path | None = None,
) -> None:  # fmt: skip
    """Write the page. `saved`: where the answers are kept, for the command that accepts them."""
    raise NotImplementedError
