"""Which files of a home a backup takes as they lie, and which are taken in another way."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.publish_log import LOG, read
from engine.retrieval.snapshot import read_live
from engine.spool import SPOOL_FILE

SNAPSHOTS, SHOP, STORE, LIVE = "snapshots", "shop", "valkey", "live"
RECENT = 5
"""Snapshots besides the live one, those that went live last: a mistake is undone with these."""
PASSING_SUFFIXES = (".lock", ".log", ".pid", ".sock", ".partial", "-wal", "-shm", "-journal")
SQLITE_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Pointers:
    """What was live at one moment, and the log of what was before."""

    live: str
    log: bytes


def read_pointers(home: Path) -> Pointers:
    """Both as they are while nothing goes live."""
    path = home / LOG
    with (home / ".live.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        return Pointers(read_live(home), path.read_bytes() if path.is_file() else b"")


def kept_snapshots(home: Path, live: str, *, every: bool) -> tuple[Path, ...]:
    """The folders of the live snapshot and of the last ones, or of all."""
    folders = (home / SNAPSHOTS).glob("*")
    whole = {f.name: f for f in folders if (f / "manifest.json").is_file() and f.name[0] != "."}
    if every:
        return tuple(whole[name] for name in sorted(whole))
    last = dict.fromkeys(one.snapshot for one in reversed(read(home)) if one.snapshot != live)
    names = [live, *list(last)[:RECENT]]
    return tuple(whole[name] for name in names if name in whole)


def other_files(home: Path, but: tuple[Path, ...]) -> Iterator[Path]:
    """All other files of a home: keys, recommenders, what operators keep there.

    Without what belongs to running processes, half-written files, links, and all of `but`.
    """
    special = {home / name for name in (SNAPSHOTS, STORE, LIVE, LOG, SPOOL_FILE)} | set(but)
    yield from _files(home, special)


def tree(folder: Path) -> Iterator[Path]:
    """All files of a folder, but what belongs to running processes."""
    yield from _files(folder, set())


def is_sqlite(path: Path) -> bool:
    """Whether a file is an SQLite database, which is never copied as it lies."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def _files(folder: Path, but: set[Path]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path in but or path.is_symlink():
            continue
        if path.is_dir():
            # One that begins with a dot is being written; the history of a shop is none of those.
            if not path.name.startswith(".") or path.name == ".history":
                yield from _files(path, but)
        elif path.is_file() and not _passes(path):
            yield path


def _passes(path: Path) -> bool:
    name = path.name
    return name.startswith(".") or name == "lock" or name.endswith(PASSING_SUFFIXES)
