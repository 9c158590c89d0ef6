"""A secret key in a file that only we may read, made at first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from engine.errors import SettingsError, StoreError

KEY_BYTES = 32


def read_key(path: Path, *, lost: str) -> bytes:
    """The key in the file, made with mode 0600 where there is none; `lost` says what hangs on it.

    Raises SettingsError when the file is cut short or others can read it, StoreError when it
    cannot be read or written.
    """
    mend = f"restore it from a backup (mode 600); if you delete it, {lost}."
    try:
        if not path.exists():
            _make(path)
        key, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise StoreError(
            f"cannot use the key: {error.strerror}",
            where=str(path),
            mend="let shopdesk write to its home folder.",
        ) from error
    if len(key) != KEY_BYTES:
        raise SettingsError("the key is cut short", where=str(path), mend=mend)
    if mode & 0o077:
        raise SettingsError("others can read this key", where=str(path), mend=mend)
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Linked into place whole, so that a second process starting now reads all of it or makes none.
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        scratch.unlink(missing_ok=True)
