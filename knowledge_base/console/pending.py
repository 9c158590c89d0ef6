"""What stands in the shop's files and is not live yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import StoreError
from knowledge_base.console.shop_files import ShopFiles
from knowledge_base.past_texts import digest

PATTERNS = ("*.yaml", "*.csv")
"""The files a snapshot is built of, beside the entries."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Entries by id, other files by name; all that a publish would bring."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many differ."""
        return sum(map(len, (self.added, self.changed, self.removed, self.others)))


class PendingChanges:
    """Compares the files with a snapshot's; a file is hashed again only where it changed."""

    def __init__(self, home: Path, files: ShopFiles) -> None:
        self._home = home
        self._files = files
        self._hashes: dict[str, tuple[tuple[int, int], str]] = {}

    def since(self, snapshot: str) -> Pending:
        """What differs from a snapshot. Raises StoreError where that cannot be read."""
        then = snapshot_files(self._home, snapshot) if snapshot else {}
        now = self.hashes()
        differing = sorted(f for f in then.keys() | now.keys() if then.get(f) != now.get(f))
        entries = [file for file in differing if file.startswith("faq/")]
        return Pending(
            tuple(_id(file) for file in entries if file not in then),
            tuple(_id(file) for file in entries if file in then and file in now),
            tuple(_id(file) for file in entries if file not in now),
            tuple(file for file in differing if not file.startswith("faq/")),
        )

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of every file a snapshot would be built of. Raises KnowledgeError."""
        found: dict[str, tuple[tuple[int, int], str]] = {}
        root = self._files.folder
        for pattern in PATTERNS:
            for path in root.glob(pattern):
                if path.name.startswith("."):
                    continue
                status, name = path.stat(), path.relative_to(root).as_posix()
                stamp = (status.st_mtime_ns, status.st_size)
                before = self._hashes.get(name)
                known = before if before and before[0] == stamp else None
                found[name] = known or (stamp, digest(path.read_bytes()))
        self._hashes = found
        entries = {row.file: row.version for row in self._files.entries()}
        return entries | {name: sha for name, (_, sha) in found.items()}


def snapshot_files(home: Path, snapshot: str) -> Mapping[str, str]:
    """The files a snapshot was built of, with their SHA-256. Raises StoreError."""
    path = home / "snapshots" / snapshot / "manifest.json"
    try:
        return _files_of(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(
            f"the snapshot cannot be read ({error})",
            where=str(path),
            mend="publish again; the shop's files are untouched.",
        ) from error


@lru_cache(maxsize=4)
def _files_of(manifest: Path, changed_ns: int) -> Mapping[str, str]:
    files: dict[str, str] = json.loads(manifest.read_text("utf-8"))["files"]
    return files


def _id(file: str) -> str:
    return Path(file).stem
