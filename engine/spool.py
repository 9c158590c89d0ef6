"""Lines kept on this machine's disk while the database cannot take them; room is set aside."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.errors import StoreError

SPOOL_FILE = "journal.spool"
RESERVE_BYTES = 4 * 2**20
"""Taken from the disk beforehand: some thousand turns fit when nothing else does any more."""
PIECE_BYTES = 2**18
Line = dict[str, Any]

log = logging.getLogger(__name__)


class Spool:
    """One file for all processes of a home. Its lines end at the first NUL, or with the file.

    Every method raises StoreError where the file cannot be used.
    """

    def __init__(self, home: Path) -> None:
        """Make the file, of mode 0600 and full size, where it is missing."""
        self._path = home / SPOOL_FILE
        self._guard = threading.Lock()
        with self._errors():
            home.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        # A disk with no room, or a system that cannot set it aside: the file grows as it must.
        with suppress(OSError), self._alone():
            _set_aside(self._file)

    def add(self, line: Line) -> None:
        """Keep a line; on return it is on disk."""
        words = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        with self._errors(), self._alone():
            # What a kill cut short is overwritten.
            whole = len(_whole(self._read()))
            _write(self._file, words + b"\0", whole)
            os.fsync(self._file)

    def has_lines(self) -> bool:
        """Whether anything waits."""
        with self._errors():
            return os.pread(self._file, 1, 0) not in (b"", b"\0")

    def peek(self) -> bytes:
        """All lines that wait, as they lie there."""
        with self._errors(), self._alone():
            return _whole(self._read())

    def drain(self, write: Callable[[Sequence[Line]], None]) -> int:
        """Hand all lines, oldest first, to `write`, then forget them; how many there were.

        Whatever `write` raises leaves them all where they are, and so does a kill: what is written
        must bear being written again.
        """
        with self._errors(), self._alone():
            words = _whole(self._read())
            if not words:
                return 0
            lines = list(_lines(words))
            write(lines)
            # The whole file: what a kill cut short may lie behind the lines.
            _write(self._file, b"\0" * os.fstat(self._file).st_size, 0)
            os.ftruncate(self._file, RESERVE_BYTES)
            os.fsync(self._file)
            return len(lines)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _read(self) -> bytes:
        found = bytearray()
        while piece := os.pread(self._file, PIECE_BYTES, len(found)):
            lines, end, _ = piece.partition(b"\0")
            found += lines
            if end:
                break
        return bytes(found)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Neither another thread nor another process is in the file meanwhile."""
        with self._guard:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the journal's spool cannot be used ({error.strerror})",
                where=str(self._path),
                mend="see that its disk has room and may be written to.",
            ) from error


def _whole(words: bytes) -> bytes:
    """Up to the last line that is complete."""
    return words[: words.rfind(b"\n") + 1]


def _lines(words: bytes) -> Iterator[Line]:
    for line in words.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            log.error("a line of the journal's spool is damaged and was left out")


def _write(file: int, words: bytes, at: int) -> None:
    while words:
        done = os.pwrite(file, words, at)
        words, at = words[done:], at + done


def _set_aside(file: int) -> None:
    """Write the zeros: a file with holes has no room of its own yet."""
    if (size := os.fstat(file).st_size) < RESERVE_BYTES:
        _write(file, b"\0" * (RESERVE_BYTES - size), size)
        os.fsync(file)
