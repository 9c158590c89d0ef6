"""One append-only history of a shop's files: who changed what, when and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

FOLDER = ".history"
LOG = "log.jsonl"
UNTOLD = "files"
"""Who changed files outside of shopdesk, in an editor say: nobody told."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after, by SHA-256; "" where it was not there."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """Files that changed together. `id` counts from 1; `at` is in UTC."""

    id: int
    at: datetime
    by: str
    why: str
    files: tuple[FileChange, ...]


class History:
    """The log of a shop's folder. Reads are safe at any time; `add` is for who holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FOLDER / LOG

    def changes(self, file: str = "") -> Iterator[Change]:
        """All, oldest first; of one file where `file` is given."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as lines:
            for line in lines:
                change = _read(line)
                if change and (not file or any(one.file == file for one in change.files)):
                    yield change

    def last(self) -> Change | None:
        """The latest change."""
        if not self.path.is_file():
            return None
        with self.path.open("rb") as lines:
            size = lines.seek(0, os.SEEK_END)
            step = 64 * 1024
            while True:
                lines.seek(max(0, size - step))
                found = [c for line in lines.read().splitlines()[1 if step < size else 0 :]
                         if (c := _read(line))]  # fmt: skip
                if found or step >= size:
                    return found[-1] if found else None
                step *= 4

    def of_file_at(self, file: str, moment: datetime) -> str | None:
        """The SHA-256 a file had then: "" where it was not there, None where nothing is known."""
        found = None
        for change in self.changes(file):
            mine = next(one for one in change.files if one.file == file)
            if change.at > moment:
                return mine.before if found is None else found
            found = mine.after
        return found

    def add(self, change: Change) -> None:
        """Add a line, durably: from here on the change counts as made."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    # A crash cut the last line short: that change was never made.
                    file.write(b"\n")
            file.write(_line(change))
            file.flush()
            os.fsync(file.fileno())


def _line(change: Change) -> bytes:
    values = {**asdict(change), "at": change.at.isoformat()}
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _read(line: bytes) -> Change | None:
    try:
        values: Mapping[str, object] = json.loads(line)
        files = values["files"]
        if not isinstance(files, list):
            return None
        return Change(
            int(str(values["id"])), datetime.fromisoformat(str(values["at"])),
            str(values["by"]), str(values["why"]),
            tuple(FileChange(str(f["file"]), str(f["before"]), str(f["after"])) for f in files),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None
