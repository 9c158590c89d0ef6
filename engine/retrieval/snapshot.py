"""A snapshot: one immutable build of a shop's knowledge, in a folder named by its content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import SnapshotError
from engine.retrieval.calibration import Calibration, Thresholds, Weights
from engine.retrieval.encoders import Encoders, Vectors
from engine.retrieval.entries import ROUTE_EXAMPLES
from engine.retrieval.index import Row

FORMAT = 4
TEXT_FILES = ("*.yaml", "*.csv", "faq/*.md")
BATCH = 64
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SnapshotData:
    """What a snapshot folder holds besides the copied files: vectors and calibrations."""

    id: str
    folder: Path
    vectors: Mapping[str, Mapping[str, Vectors]]
    """By group ("entries", "products"), then by encoder key."""
    calibrations: Mapping[str, Calibration]
    heads: Mapping[str, Vectors]
    """Coefficients of the entries' head by encoder key, shape (rows, sources)."""


def knowledge_files(folder: Path) -> tuple[Path, ...]:
    """The shop's text files, in a fixed order."""
    found = (path for pattern in TEXT_FILES for path in folder.glob(pattern))
    return tuple(sorted(path for path in found if path.is_file()))


def built_with(encoders: Mapping[str, str]) -> dict[str, Any]:
    """What besides the shop's files decides on a snapshot's content, as JSON has it."""
    ours = hashlib.sha256(ROUTE_EXAMPLES.read_bytes()).hexdigest()[:16]
    return {"format": FORMAT, "encoders": dict(sorted(encoders.items())), "examples": ours}


def is_outdated(folder: Path, encoders: Mapping[str, str]) -> bool:
    """Whether a whole snapshot was built by another version or with other encoders."""
    try:
        return bool(_manifest(folder).get("built_with") != built_with(encoders))
    except SnapshotError:
        return False


def snapshot_id(folder: Path, encoders: Mapping[str, str]) -> str:
    """The name a build of these files with these encoders has: 16 hex digits."""
    digest = hashlib.sha256(json.dumps(built_with(encoders)).encode())
    for path in knowledge_files(folder):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def embed(
    rows: Sequence[Row],
    encoders: Encoders,
    known: Mapping[str, Mapping[str, Vectors]],
    progress: Progress | None = None,
) -> dict[str, Vectors]:
    """Vectors of rows by encoder key; `known` texts are not embedded again."""
    result: dict[str, Vectors] = {}
    done, whole = 0, len(rows) * len(encoders.by_language)
    for key, encoder in encoders.by_language.items():
        have = known.get(key, {})
        missing = list(dict.fromkeys(row.text for row in rows if row.text not in have))
        fresh: dict[str, Vectors] = {}
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            fresh.update(zip(batch, encoder.encode(batch), strict=True))
            if progress:
                progress(done + start + len(batch), whole)
        done += len(rows)
        texts = [fresh[row.text] if row.text in fresh else have[row.text] for row in rows]
        result[key] = (
            np.stack(texts).astype(np.float32)
            if texts
            else np.zeros((0, encoder.size), dtype=np.float32)
        )
    return result


def write_snapshot(
    target: Path,
    source: Path,
    encoders: Mapping[str, str],
    rows: Mapping[str, Sequence[Row]],
    vectors: Mapping[str, Mapping[str, Vectors]],
    calibrations: Mapping[str, Calibration],
    heads: Mapping[str, Vectors],
) -> None:
    """Write a snapshot folder whole, or leave nothing behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        for path in knowledge_files(source):
            copied = folder / "knowledge" / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
        for group, by_key in vectors.items():
            texts = [row.text for row in rows[group]]
            (folder / f"{group}.json").write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
            for key, matrix in by_key.items():
                np.save(folder / f"{group}-{key}.npy", matrix, allow_pickle=False)
        for key, matrix in heads.items():
            np.save(folder / f"head-{key}.npy", matrix, allow_pickle=False)
        manifest = {
            "built_with": built_with(encoders),
            "id": target.name,
            "groups": {group: sorted(by_key) for group, by_key in vectors.items()},
            "heads": sorted(heads),
            "calibrations": {key: asdict(value) for key, value in calibrations.items()},
            "sha256": {p.name: _sha256(p) for p in sorted(folder.iterdir()) if p.is_file()},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def read_snapshot(folder: Path, encoders: Mapping[str, str]) -> SnapshotData:
    """Read and verify a snapshot.

    Raises SnapshotError when a file is missing or altered, or when it was built with other
    encoders or by another version.
    """
    manifest = _manifest(folder)
    mend = "run `shopdesk kb publish` to build it anew; the shop's files are untouched."
    here, found = built_with(encoders), manifest.get("built_with", {})
    for what, needed in here.items():
        if found.get(what) != needed:
            raise SnapshotError(
                f"built with other {what}: {found.get(what)}, here {needed}",
                where=str(folder), mend=mend,
            )  # fmt: skip
    for name, expected in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise SnapshotError("missing, cut short or altered", where=str(path), mend=mend)
    vectors = {
        group: {
            key: np.load(folder / f"{group}-{key}.npy", allow_pickle=False, mmap_mode="r")
            for key in keys
        }
        for group, keys in manifest["groups"].items()
    }
    calibrations = {key: _calibration(value) for key, value in manifest["calibrations"].items()}
    heads = {key: np.load(folder / f"head-{key}.npy", allow_pickle=False, mmap_mode="r")
             for key in manifest["heads"]}  # fmt: skip
    return SnapshotData(folder.name, folder, vectors, calibrations, heads)


def known_vectors(folder: Path, group: str) -> dict[str, dict[str, Vectors]]:
    """Vectors of a snapshot's texts by encoder key, to be used again; empty if unreadable."""
    try:
        manifest = _manifest(folder)
        texts = json.loads((folder / f"{group}.json").read_text("utf-8"))
        return {
            key: dict(zip(texts, np.load(folder / f"{group}-{key}.npy", allow_pickle=False),
                          strict=True))
            for key in manifest["groups"][group]
        }  # fmt: skip
    except (SnapshotError, OSError, ValueError, KeyError):
        return {}


def read_live(home: Path) -> str:
    """The id of the live snapshot, or "" before the first publish."""
    pointer = home / "live"
    return pointer.read_text("utf-8").strip() if pointer.is_file() else ""


def write_live(home: Path, snapshot: str) -> None:
    """Make a snapshot live in one step."""
    scratch = home / f".live.{os.getpid()}"
    scratch.write_text(snapshot + "\n", "utf-8")
    scratch.replace(home / "live")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"no readable manifest ({error})",
            where=str(folder),
            mend="run `shopdesk kb publish`; the shop's files are untouched.",
        ) from error
    return loaded


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _calibration(value: Mapping[str, Any]) -> Calibration:
    return Calibration(
        Weights(value["rank"]["bias"], tuple(value["rank"]["weights"])),
        Weights(value["confidence"]["bias"], tuple(value["confidence"]["weights"])),
        Thresholds(**value["thresholds"]),
    )
