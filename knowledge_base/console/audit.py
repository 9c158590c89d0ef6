"""The audit log: who did what in the console, only ever added to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge_base.console.store import ConsoleStore

MOST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did. `what`: a word such as "entry saved"."""

    at: datetime
    who: str
    what: str
    detail: str


class Audit:
    """Adds to the log, and reads its newest lines."""

    def __init__(
        self, store: ConsoleStore, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock

    def add(self, who: str, what: str, detail: str = "") -> None:
        """Note an act."""
        self._store.change(
            "insert into audit (at, who, what, detail) values (?, ?, ?, ?)",
            self._clock().isoformat(), who, what, detail[:MOST_DETAIL],
        )  # fmt: skip

    def newest(self, count: int, before: int = 0) -> tuple[Act, ...]:
        """The last acts, newest first."""
        rows = self._store.rows(
            "select at, who, what, detail from audit order by id desc limit ? offset ?",
            count, before,
        )  # fmt: skip
        return tuple(Act(datetime.fromisoformat(at), who, what, d) for at, who, what, d in rows)
