"""Files waiting to be imported: in the home under random names, for their owner only, for a day."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from engine.errors import KnowledgeError
from knowledge_base.console.store import ConsoleStore
from knowledge_base.importers.importing import SUFFIXES
from knowledge_base.importers.values import MAX_BYTES, too_large

FOLDER = "uploads"
KEPT_FOR = timedelta(days=1)
MOST_NAME = 120
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One file. `file`: its random name; `name`: the one it came with."""

    file: str
    name: str
    by: str
    strict: bool


class Uploads:
    """The folder of uploads, and who brought which."""

    def __init__(self, home: Path, store: ConsoleStore, clock: Callable[[], datetime]) -> None:
        self._folder = home / FOLDER
        self._store = store
        self._clock = clock

    def keep(self, data: BinaryIO, name: str, by: str, *, strict: bool) -> Upload:
        """Store a file. Raises KnowledgeError where it is too large or of no type that is read."""
        name = PurePosixPath(name.replace("\\", "/")).name[-MOST_NAME:] or "file"
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise KnowledgeError("This is no type that is read.", where=name,
                                 mend=f"{', '.join(SUFFIXES)} are.")  # fmt: skip
        made = Upload(f"{secrets.token_hex(16)}{suffix}", name, by, strict)
        with self._opened(made.file) as file:
            left = MAX_BYTES
            while chunk := data.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise too_large("the file is too large", name)
                file.write(chunk)
        self._store.change(
            "insert into uploads values (?, ?, ?, ?, ?)",
            made.file, made.name, by, int(strict), self._clock().isoformat(),
        )  # fmt: skip
        return made

    def path(self, upload: Upload) -> Path:
        """Where it lies."""
        return self._folder / upload.file

    def get(self, file: str) -> Upload | None:
        """One that is still there, by its random name."""
        rows = self._store.rows("select file, name, by, strict from uploads where file = ?", file)
        found = [Upload(str(f), str(name), str(by), bool(s)) for f, name, by, s in rows]
        return found[0] if found and self.path(found[0]).is_file() else None

    def drop(self, file: str) -> None:
        """Delete one, if it is one of ours."""
        if self._store.change("delete from uploads where file = ?", file):
            (self._folder / file).unlink(missing_ok=True)

    def drop_others(self, kept: Upload) -> None:
        """Delete all but one: only what was looked at last can be taken in."""
        for (file,) in self._store.rows("select file from uploads where file <> ?", kept.file):
            self.drop(str(file))

    def scratch(self, suffix: str) -> Path:
        """A name for a file that is written, sent and deleted."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder / f"{secrets.token_hex(16)}{suffix}"

    def clear_old(self) -> None:
        """Delete what is older than a day."""
        before = self._clock() - KEPT_FOR
        for (file,) in self._store.rows(
            "select file from uploads where at < ?", before.isoformat()
        ):
            self.drop(str(file))
        known = {str(file) for (file,) in self._store.rows("select file from uploads")}
        for path in self._folder.glob("*"):
            with suppress(OSError):
                if path.name not in known and path.stat().st_mtime < before.timestamp():
                    path.unlink()

    @contextmanager
    def _opened(self, file: str) -> Iterator[BinaryIO]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / file
        path.touch(mode=0o600, exist_ok=False)
        try:
            with path.open("wb") as opened:
                yield opened
        except BaseException:
            path.unlink(missing_ok=True)
            raise
