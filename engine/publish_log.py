"""What went live when, and who said so: one line each, only ever added to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine import wire

LOG = "publishes.jsonl"


@dataclass(frozen=True, slots=True)
class Published:
    """One snapshot going live. `overridden`: must-hold replays that failed and were passed over."""

    at: datetime
    snapshot: str
    by: str = ""
    why: str = ""
    overridden: tuple[str, ...] = ()


def add(home: Path, published: Published) -> None:
    """Add a line, durably. One that a crash cut short before it is closed off first."""
    with (home / LOG).open("ab+") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(wire.dumps(published).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(home: Path) -> tuple[Published, ...]:
    """All that can be read, oldest first."""
    path = home / LOG
    if not path.is_file():
        return ()
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(wire.loads(Published, line))
        except wire.WireError:
            continue  # Cut short by a crash: that snapshot did not go live.
    return tuple(found)


def live_at(home: Path, moment: datetime) -> str:
    """The snapshot that was live then; "" before the first that is known of."""
    before = [one.snapshot for one in read(home) if one.at <= moment]
    return before[-1] if before else ""
