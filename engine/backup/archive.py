"""The file of a backup: a zip whose manifest tells the size and SHA-256 of every member."""

from __future__ import annotations

import hashlib
import json
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from engine.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES, MOST_MEMBERS = 256 * 2**20, 1_000_000
PIECE_BYTES = 2**20
PACKED_SUFFIXES = (".npy", ".npz", ".safetensors", ".png", ".jpg", ".jpeg", ".webp")
"""Files that a second packing makes hardly smaller."""
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
Told = Callable[[int], None]
"""Told how many more bytes are done."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup."""

    size: int
    sha256: str
    mode: int
    changed_ns: int


class ArchiveWriter:
    """Writes members, then the manifest. `told` of the bytes read."""

    def __init__(self, file: IO[bytes], told: Told = lambda _: None) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._members: dict[str, Member] = {}
        self._told = told

    def add_file(self, name: str, path: Path) -> None:
        """Add a file as it is now. Raises FileNotFoundError, OSError."""
        with path.open("rb") as source:
            status = path.stat()
            self.add(name, source, status.st_mode, status.st_mtime_ns)

    def add(self, name: str, source: IO[bytes], mode: int = 0o600, changed_ns: int = 0) -> None:
        """Add what `source` reads to its end."""
        info = zipfile.ZipInfo(name, _ZIP_EPOCH)
        info.compress_type = (
            zipfile.ZIP_STORED if name.endswith(PACKED_SUFFIXES) else zipfile.ZIP_DEFLATED
        )
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        sha256, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:
            while piece := source.read(PIECE_BYTES):
                target.write(piece)
                sha256.update(piece)
                size += len(piece)
                self._told(len(piece))
        moment = changed_ns or time.time_ns()
        self._members[name] = Member(size, sha256.hexdigest(), stat.S_IMODE(mode), moment)

    def close(self, about: Mapping[str, Any]) -> int:
        """Write the manifest, `about` in it; how many bytes the members are, unpacked."""
        members = {name: asdict(member) for name, member in self._members.items()}
        manifest = {"format": FORMAT, "about": dict(about), "members": members}
        self._zip.writestr(
            zipfile.ZipInfo(MANIFEST, _ZIP_EPOCH), json.dumps(manifest, indent=1),
            zipfile.ZIP_DEFLATED,
        )  # fmt: skip
        self._zip.close()
        return sum(member.size for member in self._members.values())


class Archive:
    """A backup opened for reading. Nothing of it is trusted: neither names nor sizes nor words."""

    def __init__(self, path: Path) -> None:
        """Read the manifest and compare it with the members. Raises BackupError, OSError."""
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self._broken(f"no readable zip ({error})") from error
        try:
            self.about, self.members = self._manifest()
            self._compare()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def size(self) -> int:
        """How many bytes it is, unpacked."""
        return sum(member.size for member in self.members.values())

    def copy(self, name: str, target: IO[bytes], told: Told) -> None:
        """Write a member to `target`, checked on the way. Raises BackupError, OSError."""
        member, left = self.members[name], self.members[name].size
        sha256 = hashlib.sha256()
        try:
            with self._zip.open(name) as source:
                # One byte more than it may have shows that it has more.
                while piece := source.read(min(PIECE_BYTES, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        break
                    sha256.update(piece)
                    target.write(piece)
                    told(len(piece))
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            raise self._broken(f"{name} is damaged ({error})") from error
        if left or sha256.hexdigest() != member.sha256:
            raise self._broken(f"{name} is not what was backed up")

    def _manifest(self) -> tuple[dict[str, Any], dict[str, Member]]:
        try:
            if self._zip.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
                raise self._broken("its manifest is too large")
            with self._zip.open(MANIFEST) as file:
                values = json.loads(file.read(MOST_MANIFEST_BYTES))
            if values["format"] != FORMAT:
                raise BackupError(
                    f"a backup of format {values['format']!r}; this shopdesk knows {FORMAT}",
                    where=str(self.path), mend="restore it with the shopdesk that made it.",
                )  # fmt: skip
            members = {
                str(name): Member(
                    int(one["size"]), str(one["sha256"]), int(one["mode"]), int(one["changed_ns"])
                )
                for name, one in values["members"].items()
            }
            return dict(values["about"]), members
        except BackupError:
            raise
        except Exception as error:
            # Whatever a stranger's file may hold: it is no backup.
            raise self._broken(f"no readable manifest ({type(error).__name__})") from error

    def _compare(self) -> None:
        found = self._zip.infolist()
        if len(found) > MOST_MEMBERS:
            raise self._broken(f"more than {MOST_MEMBERS} members")
        names = [info.filename for info in found if info.filename != MANIFEST]
        if len(found) != len(names) + 1 or sorted(names) != sorted(self.members):
            raise self._broken("its members are not those of its manifest")
        for info in found:
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise self._broken(f"{info.filename!r} is a link or a device")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self._broken(f"{info.filename!r} is packed as no backup is")
            if not is_safe(info.filename):
                raise self._broken(f"{info.filename!r} would leave the folder")
            if info.filename != MANIFEST and info.file_size != self.members[info.filename].size:
                raise self._broken(f"{info.filename!r} is not as long as its manifest says")

        if any(not 0 <= one.changed_ns < 2**63 for one in self.members.values()):
            raise self._broken("a member was changed at no moment")

    def _broken(self, why: str) -> BackupError:
        return BackupError(
            f"this backup cannot be used: {why}", where=str(self.path),
            mend="take another copy of it, or an earlier backup; nothing was changed.",
        )  # fmt: skip


def is_backup(path: Path) -> bool:
    """Whether a file is a backup of ours. Raises OSError."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with Archive(path):
            return True
    except BackupError:
        return False


def is_safe(name: str) -> bool:
    """Whether a name stays in the folder it is unpacked to, on any system."""
    pure = PurePosixPath(name)
    bad = any(letter in name for letter in ("\\", ":", "\0"))
    return not (bad or pure.is_absolute() or ".." in pure.parts) and pure.as_posix() == name != "."
