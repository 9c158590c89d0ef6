"""When each source of shop.yaml's `imports` was last seen, and what became of it: imports.json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from engine.types import ImportSource
from knowledge_base.store import write_atomically

FILE = "imports.json"
RETRY_H = 1.0
"""A source that failed is tried again this soon, or when it is due if that is sooner."""
Publish = Literal["", "due", "kept back"]
"""Whether what was imported waits to go live; kept back: it was refused, until more comes."""


@dataclass
class Schedule:
    """What is known of all sources; `save` puts it on the disk."""

    path: Path
    seen_at: dict[str, datetime] = field(default_factory=dict)
    failed_at: dict[str, datetime] = field(default_factory=dict)
    publish: Publish = ""
    told: dict[str, str] = field(default_factory=dict)
    """What staff were told of last, by source; told once."""

    @classmethod
    def read(cls, home: Path) -> Schedule:
        """As it was left; a lost or broken file is an empty one, so that all is due."""
        path = home / FILE
        try:
            values = json.loads(path.read_text("utf-8"))
            publish = values["publish"]
            if publish not in ("", "due", "kept back"):
                raise ValueError(publish)
            return cls(path, _times(values["seen_at"]), _times(values["failed_at"]), publish,
                       {str(k): str(v) for k, v in values["told"].items()})  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path)

    def save(self) -> None:
        """Write it in one step. Raises OSError."""
        values: dict[str, Any] = {
            "seen_at": {name: at.isoformat() for name, at in self.seen_at.items()},
            "failed_at": {name: at.isoformat() for name, at in self.failed_at.items()},
            "publish": self.publish, "told": self.told,
        }  # fmt: skip
        write_atomically(self.path, json.dumps(values, ensure_ascii=False, indent=1) + "\n")

    def due_at(self, source: ImportSource) -> datetime:
        """When it is to be imported next; long ago where it never was."""
        every = timedelta(hours=source.every_h)
        seen, failed = self.seen_at.get(source.origin), self.failed_at.get(source.origin)
        due = seen + every if seen else datetime.min.replace(tzinfo=UTC)
        return max(due, failed + min(every, timedelta(hours=RETRY_H))) if failed else due

    def is_due(self, source: ImportSource, now: datetime) -> bool:
        """Whether its time has come. A moment still to come was told by a wrong clock."""
        known = (self.seen_at.get(source.origin), self.failed_at.get(source.origin))
        return self.due_at(source) <= now or any(at and at > now for at in known)

    def note_done(self, origin: str, at: datetime) -> None:
        """It was imported, whether anything differed or not."""
        self.seen_at[origin] = at
        self.failed_at.pop(origin, None)
        self.told.pop(origin, None)

    def note_failed(self, origin: str, at: datetime) -> None:
        """It was not imported."""
        self.failed_at[origin] = at

    def is_news(self, about: str, reason: str) -> bool:
        """Whether staff have not been told this yet; from now on they have."""
        # A count that differs from last time tells nothing new.
        reason = re.sub(r"\d+", "", reason)
        if self.told.get(about) == reason:
            return False
        self.told[about] = reason
        return True

    def forget_others(self, sources: tuple[ImportSource, ...]) -> None:
        """Keep nothing of sources that shop.yaml no longer names."""
        names = {source.origin for source in sources}
        for known in (self.seen_at, self.failed_at):
            for name in known.keys() - names:
                del known[name]


def _times(values: Any) -> dict[str, datetime]:
    found = {str(name): datetime.fromisoformat(at) for name, at in values.items()}
    if any(at.tzinfo is None for at in found.values()):
        raise ValueError("a time without a zone")
    return found
