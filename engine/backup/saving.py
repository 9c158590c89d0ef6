"""Writes a backup of a home in use: all of it in one file, or no file."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from redis import Redis

from engine.backup import journal_rows, store_keys
from engine.backup.archive import ArchiveWriter, is_backup
from engine.backup.contents import (
    LIVE,
    SHOP,
    SNAPSHOTS,
    is_sqlite,
    kept_snapshots,
    other_files,
    read_pointers,
    tree,
)
from engine.errors import BackupError
from engine.journal import Journal
from engine.journal_tables import SCHEMA_VERSION
from engine.progress import Steps
from engine.publish_log import LOG
from engine.settings import Settings
from engine.spool import SPOOL_FILE, Spool
from knowledge_base.working_copy import WorkingCopy

HOME = "home"
"""The folder of the archive that becomes the home."""
JOURNAL_ROWS, STORE_KEYS = "journal.jsonl", "store.jsonl"
JOURNAL_FILE = "journal.sqlite3"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written."""

    path: Path
    bytes: int
    files: int
    snapshots: int
    keys: int
    live: str


@dataclass
class _Work:
    settings: Settings
    writer: ArchiveWriter
    room: Path
    files: int = 0

    @property
    def home(self) -> Path:
        return self.settings.home

    def file(self, path: Path, name: str) -> None:
        """Add a file, an SQLite database by its own copy."""
        if is_sqlite(path):
            with journal_rows.sqlite_copy(path, self.room) as copy:
                self.writer.add(f"{HOME}/{name}", copy)
        else:
            self.writer.add_file(f"{HOME}/{name}", path)
        self.files += 1

    def words(self, name: str, words: bytes) -> None:
        self.writer.add(name, io.BytesIO(words))

    def lines(self, name: str, lines: Iterable[bytes]) -> int:
        """Add lines, gathered on the disk where they are many; how many."""
        count = 0
        with tempfile.TemporaryFile(dir=self.room) as gathered:
            for line in lines:
                gathered.write(line)
                count += 1
            gathered.seek(0)
            self.writer.add(name, gathered)
        return count


def save(
    settings: Settings, redis: Redis, path: Path, told: Steps, *, all_snapshots: bool = False
) -> Saved:
    """Write the backup. `redis` must not decode responses.

    Raises BackupError, StoreError, OSError; then there is no file.
    """
    if not settings.home.is_dir():
        raise BackupError("no shop's state here", where=str(settings.home),
                          mend="name the state folder with --home.")  # fmt: skip
    path, done, whole = path.absolute(), 0, _size(settings.home)

    def read(count: int) -> None:
        nonlocal done
        done += count
        told(min(done, whole), whole)

    with _new_file(path) as file:
        work = _Work(settings, ArchiveWriter(file, read), path.parent)
        # What is said goes from the store to spool and journal: in this order none is lost, and
        # what is found twice counts once.
        keys = work.lines(STORE_KEYS, map(store_keys.to_line, store_keys.take_keys(redis)))
        _save_journal(work)
        snapshots, live = _save_snapshots(work, every=all_snapshots)
        _save_shop(work)
        _save_others(work)
        about = {
            "made_at": datetime.now(UTC).isoformat(), "shopdesk": _version(), "live": live,
            "journal_schema": SCHEMA_VERSION, "shop_was_elsewhere": settings.kb is not None,
        }  # fmt: skip
        work.writer.close(about)
    told(1, 1)
    return Saved(path, path.stat().st_size, work.files, snapshots, keys, live)


def _save_journal(work: _Work) -> None:
    with closing(Spool(work.home)) as spool:
        waiting = spool.peek()
    work.words(f"{HOME}/{SPOOL_FILE}", waiting)
    url = work.settings.database_url
    if url is None:
        path = work.home / JOURNAL_FILE
        if path.is_file():
            work.file(path, JOURNAL_FILE)
        return
    with closing(Journal.open(work.settings)) as journal:
        work.lines(JOURNAL_ROWS, map(journal_rows.to_line, journal_rows.read_rows(journal)))


def _save_snapshots(work: _Work, *, every: bool) -> tuple[int, str]:
    pointers = read_pointers(work.home)
    folders = kept_snapshots(work.home, pointers.live, every=every)
    if pointers.live and pointers.live not in {folder.name for folder in folders}:
        raise BackupError(
            "the live snapshot is not there", where=str(work.home / SNAPSHOTS / pointers.live),
            mend="run `shopdesk kb publish`, then back up again.",
        )  # fmt: skip
    for folder in folders:
        for path in tree(folder):
            work.file(path, f"{SNAPSHOTS}/{path.relative_to(work.home / SNAPSHOTS).as_posix()}")
    if pointers.live:
        work.words(f"{HOME}/{LIVE}", f"{pointers.live}\n".encode())
    if pointers.log:
        work.words(f"{HOME}/{LOG}", pointers.log)
    return len(folders), pointers.live


def _save_shop(work: _Work) -> None:
    folder = work.settings.kb or work.home / SHOP
    if not folder.is_dir():
        return
    with WorkingCopy(folder).still():
        for path in tree(folder):
            work.file(path, f"{SHOP}/{path.relative_to(folder).as_posix()}")


def _save_others(work: _Work) -> None:
    taken = (work.home / SHOP, work.home / JOURNAL_FILE, work.settings.cache)
    for path in other_files(work.home, taken):
        with suppress(FileNotFoundError):  # An old recommender, just taken away.
            # An earlier backup is none of the shop's state.
            if not is_backup(path):
                work.file(path, path.relative_to(work.home).as_posix())


def _size(home: Path) -> int:
    """About how many bytes there are to be read, for the bar."""
    files = (*(tree(home / SNAPSHOTS) if (home / SNAPSHOTS).is_dir() else ()), *tree(home))
    return sum(path.stat().st_size for path in set(files) if path.exists()) or 1


def _version() -> str:
    try:
        return version("shopdesk")
    except PackageNotFoundError:
        return ""


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file of mode 0600 that gets its name once it is whole; killed before, nothing is left."""
    if path.exists():
        raise _exists(path)
    handle, scratch = _unnamed(path.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(scratch or Path(f"/proc/self/fd/{file.fileno()}"), path)
    except FileExistsError:
        raise _exists(path) from None
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)


def _name(source: Path, path: Path) -> None:
    """Give an open file its name; whatever came to stand there meanwhile is not overwritten."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Only with a folder does Python follow the link that /proc has for an open file.
        os.link(source, path, src_dir_fd=folder, follow_symlinks=True)
        os.fsync(folder)
    finally:
        os.close(folder)


def _unnamed(folder: Path) -> tuple[int, Path | None]:
    """A new file without a name, where the system has such; else its path."""
    if hasattr(os, "O_TMPFILE"):
        with suppress(OSError):
            return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600), None
    handle, name = tempfile.mkstemp(dir=folder, prefix=".backup-")
    return handle, Path(name)


def _exists(path: Path) -> BackupError:
    return BackupError("this file exists", where=str(path),
                       mend="name another, or move it away; it was not touched.")  # fmt: skip
