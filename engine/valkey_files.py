"""The files of our own Valkey: its folder, lock, socket, and why it stopped by its log."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StoreError

SOCKET_PATH_MAX = 100
"""The kernel allows 107 bytes (103 on macOS) for a socket's path."""
_TAIL_BYTES = 8192
_CORRUPT = ("bad file format", "aof is corrupt", "can't open or create", "unrecoverable error")
_FULL = ("no space left", "disk quota exceeded")


def make_folder(home: Path) -> Path:
    """The folder of our Valkey under `home`, mode 700. Raises StoreError."""
    folder = home.expanduser().absolute() / "valkey"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"cannot make this folder ({error.strerror})",
            where=str(folder),
            mend="give SHOPDESK_HOME a folder you may write to, on a disk with room.",
        ) from error
    return folder


@contextmanager
def locked(folder: Path) -> Iterator[int | None]:
    """The folder's lock as an open file, or None where a server or a starter holds it."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def choose_socket(folder: Path) -> Path:
    """In the folder itself, or where its path is too long, in a recorded temporary folder."""
    socket = folder / "valkey.sock"
    record = folder / "socket.path"
    if len(os.fsencode(socket)) > SOCKET_PATH_MAX:
        recorded = recorded_socket(folder)
        if recorded is not None and _is_ours(recorded.parent):
            return recorded
        # Made by mkdtemp, mode 700: nobody else can have put a socket of theirs there.
        base = "/tmp" if len(tempfile.gettempdir()) > SOCKET_PATH_MAX - 40 else None  # noqa: S108
        socket = Path(tempfile.mkdtemp(prefix="shopdesk-", dir=base)) / "valkey.sock"
    record.write_text(str(socket), encoding="utf-8")
    return socket


def recorded_socket(folder: Path) -> Path | None:
    """Where the last server of this folder put its socket."""
    try:
        text = (folder / "socket.path").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Path(text) if text else None


def _is_ours(folder: Path) -> bool:
    try:
        state = folder.lstat()
    except OSError:
        return False
    return state.st_uid == os.getuid() and (state.st_mode & 0o170777) == 0o040700


def why_it_stopped(log: Path, read_from: int, code: int) -> StoreError:
    """The reason in `log` after byte `read_from`, for a server that ended with `code`."""
    text = _tail(log, read_from)
    low = text.lower()
    if any(sign in low for sign in _FULL):
        return StoreError(
            "the disk is full",
            where=str(log.parent),
            mend="make room, then start again; what was acknowledged is kept.",
        )
    if any(sign in low for sign in _CORRUPT):
        return StoreError(
            f"its data file is damaged: {_last_reason(text)}",
            where=str(log.parent / "appendonlydir"),
            mend="restore a backup, or move this folder away to start empty.",
        )
    return StoreError(
        f"Valkey stopped at start (exit {code}): {_last_reason(text) or 'it gave no reason'}",
        where=str(log),
        mend="the log says more; or set REDIS_URL to a Redis or Valkey you run.",
    )


def _tail(log: Path, read_from: int) -> str:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(min(read_from, size), size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _last_reason(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    grave = [line for line in lines if " # " in line]
    # A log line is "pid:role day month year time # words".
    return (grave or lines or [""])[-1].rpartition(" # ")[2].strip()[:300]
