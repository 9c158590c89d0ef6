"""Texts a shop's files have had, each kept once: whole, or as what differs from one before it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from pathlib import Path

from engine.errors import KnowledgeError

WHOLE_UP_TO = 64 * 1024
"""Bytes up to which a text is kept whole: a small one gains nothing from being cut."""
LONGEST_CHAIN = 40
"""Differences upon differences before a text is kept whole again."""


def digest(text: bytes) -> str:
    """The name a text is kept under: its SHA-256."""
    return hashlib.sha256(text).hexdigest()


class PastTexts:
    """A folder of texts by their SHA-256; nothing in it is ever changed.

    One edit of a catalogue of many megabytes takes some bytes here: only what lies between the
    beginning and the end that both texts share is kept.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._scratch = scratch

    def keep(
        self, text: bytes, like: str = "", base: bytes | None = None, *, at_once: bool = True
    ) -> str:
        """Keep a text durably; its name.

        `like`: the name of one it may be mostly the same as; `base`: that one, where it is at hand.
        `at_once`: else the caller makes it durable, many at a time.
        """
        name = digest(text)
        if self._path(name).is_file():
            return name
        cut = self._cut(text, like, base) if like and len(text) > WHOLE_UP_TO else None
        head, body = cut or (b"whole 0", text)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_durably(path, head + b"\n" + zlib.compress(body, 1), self._scratch, at_once=at_once)
        return name

    def read(self, name: str) -> bytes:
        """A text that was kept. Raises KnowledgeError where it is missing or was changed."""
        text = self._read(name)
        if digest(text) != name:
            raise self._lost(name, "was changed")
        return text

    def _read(self, name: str) -> bytes:
        head, body = self._parts(name)
        if head[0] == b"whole":
            return body
        _, _, like, first, last = head
        base = self._read(like.decode())
        return base[: int(first)] + body + base[len(base) - int(last) :]

    def _parts(self, name: str) -> tuple[list[bytes], bytes]:
        try:
            head, _, packed = self._path(name).read_bytes().partition(b"\n")
            return head.split(), zlib.decompress(packed)
        except (OSError, zlib.error) as error:
            raise self._lost(name, "cannot be read") from error

    def _cut(self, text: bytes, like: str, base: bytes | None) -> tuple[bytes, bytes] | None:
        try:
            depth = self._depth(like) + 1
            if depth > LONGEST_CHAIN:
                return None
            base = self._read(like) if base is None else base
        except KnowledgeError:
            return None
        first = shared_beginning(base, text)
        most = min(len(base), len(text)) - first
        last = min(most, shared_beginning(base[::-1], text[::-1]))
        return f"cut {depth} {like} {first} {last}".encode(), text[first : len(text) - last]

    def _depth(self, name: str) -> int:
        """How many differences a text is away from a whole one."""
        try:
            with self._path(name).open("rb") as file:
                return int(file.readline().split()[1])
        except (OSError, IndexError, ValueError) as error:
            raise self._lost(name, "cannot be read") from error

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _lost(self, name: str, how: str) -> KnowledgeError:
        return KnowledgeError(
            f"an earlier text {how}", where=str(self._path(name)),
            mend="take this file from a backup; the shop's present files are not concerned.",
        )  # fmt: skip


def shared_beginning(one: bytes, other: bytes) -> int:
    """How many bytes two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def replace_durably(path: Path, content: bytes, scratch: Path, *, at_once: bool = True) -> None:
    """Replace a file in one step: after a crash the old or the new one is there, whole.

    `scratch`: a folder of the same file system where a crash may leave half a file. `at_once`:
    else it is only durable once the caller has said so for all files.
    """
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=scratch)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if at_once:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if at_once:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make new, renamed and deleted names of a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
