"""A snapshot: one immutable build of a shop's knowledge, in a folder named by its content."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from engine import publish_log
from engine.errors import SnapshotError
from engine.publish_log import Published
from engine.retrieval.calibration import Calibration, Thresholds, Weights
from engine.retrieval.encoders import RERANK, Vectors
from engine.retrieval.index import Row
from engine.retrieval.learned import Learned
from engine.retrieval.rows import ROUTE_EXAMPLES

FORMAT = 8
MOST_RERANKED = 12_000
"""Rows the re-ranking encoder is asked to read: about four minutes on two cores."""
TEXT_FILES = ("*.yaml", "*.csv", "faq/*.md")
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
    return tuple(sorted((path for path in found if path.is_file()), key=str))


def built_with(encoders: Mapping[str, str]) -> dict[str, Any]:
    """What besides the shop's files decides on a snapshot's content, as JSON has it."""
    ours = hashlib.sha256(ROUTE_EXAMPLES.read_bytes()).hexdigest()[:16]
    return {"format": FORMAT, "encoders": dict(sorted(encoders.items())), "examples": ours}


def is_outdated(folder: Path, encoders: Mapping[str, str]) -> bool:
    """Whether a whole snapshot was built by another version or with other encoders.

    One that has a re-ranking encoder's vectors where this process has no such encoder is not.
    """
    try:
        manifest = _manifest(folder)
    except SnapshotError:
        return False
    found = dict(manifest.get("built_with", {}))
    if RERANK not in encoders or manifest.get("rows", 0) > MOST_RERANKED:
        encoders = _first_ones(encoders)
        found["encoders"] = _first_ones(found.get("encoders", {}))
    return found != built_with(encoders)


def lacks_reranker(folder: Path) -> bool:
    """Whether a re-ranking encoder would do more for a shop than its snapshot has."""
    try:
        manifest = _manifest(folder)
    except SnapshotError:
        return True
    few = manifest.get("rows", 0) <= MOST_RERANKED
    return few and RERANK not in manifest.get("built_with", {}).get("encoders", {})


def _first_ones(encoders: Mapping[str, str]) -> dict[str, str]:
    return {key: name for key, name in encoders.items() if key != RERANK}


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each of the shop's text files, by path within the folder."""
    root = len(folder.parts)
    return {"/".join(path.parts[root:]): _sha256(path) for path in knowledge_files(folder)}


def snapshot_id(
    files: Mapping[str, str],
    encoders: Mapping[str, str],
    calibrations: Mapping[str, Calibration],
) -> str:
    """The name a build has of these files, encoders and what was learned: 16 hex digits."""
    learned = {key: asdict(value) for key, value in sorted(calibrations.items())}
    content = json.dumps([built_with(encoders), learned, sorted(files.items())])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def write_snapshot(
    target: Path,
    source: Path,
    files: Mapping[str, str],
    before: Path,
    encoders: Mapping[str, str],
    rows: Mapping[str, Sequence[Row]],
    vectors: Mapping[str, Mapping[str, Vectors]],
    learned: Learned,
    heads: Mapping[str, Vectors],
) -> None:
    """Write a snapshot folder whole, or leave nothing behind.

    `files`: `file_hashes` of `source`; those a snapshot `before` has as well are linked, not
    copied: both are never changed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        _take_over(source, files, before, folder / "knowledge")
        _write_arrays(folder, rows, vectors, heads)
        manifest = {
            "built_with": built_with(encoders),
            "id": target.name,
            "files": dict(files),
            "rows": len(rows["entries"]),
            "groups": {group: sorted(by_key) for group, by_key in vectors.items()},
            "heads": sorted(heads),
            "calibrations": {key: asdict(v) for key, v in learned.calibrations.items()},
            "learned_on": sorted(learned.questions),
            "sha256": {p.name: _sha256(p) for p in sorted(folder.iterdir()) if p.is_file()},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise


def _write_arrays(
    folder: Path,
    rows: Mapping[str, Sequence[Row]],
    vectors: Mapping[str, Mapping[str, Vectors]],
    heads: Mapping[str, Vectors],
) -> None:
    for group, by_key in vectors.items():
        texts = [row.text for row in rows[group]]
        (folder / f"{group}.json").write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
        for key, matrix in by_key.items():
            np.save(folder / f"{group}-{key}.npy", matrix, allow_pickle=False)
    for key, matrix in heads.items():
        np.save(folder / f"head-{key}.npy", matrix, allow_pickle=False)


def _take_over(source: Path, files: Mapping[str, str], before: Path, target: Path) -> None:
    try:
        known = _manifest(before)["files"]
    except (SnapshotError, KeyError):
        known = {}
    for folder in {(target / name).parent for name in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in files.items():
        if known.get(name) == sha256:
            try:
                os.link(before / "knowledge" / name, target / name)
                continue
            except OSError:
                pass
        # With the time of its last change: of then are price and stock.
        shutil.copy2(source / name, target / name)


def read_snapshot(folder: Path, encoders: Mapping[str, str]) -> SnapshotData:
    """Read and verify a snapshot.

    Raises SnapshotError when a file is missing or altered, or when it was built with other
    encoders or by another version.
    """
    manifest = _manifest(folder)
    mend = "run `shopdesk kb publish` to build it anew; the shop's files are untouched."
    here = built_with(_first_ones(encoders))
    found = dict(manifest.get("built_with", {}))
    second = found.get("encoders", {}).get(RERANK)
    found["encoders"] = _first_ones(found.get("encoders", {}))
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
    if second is None or second != encoders.get(RERANK):
        vectors = {group: _without_rerank(by_key) for group, by_key in vectors.items()}
    return SnapshotData(folder.name, folder, vectors, calibrations, heads)


def _without_rerank(vectors: Mapping[str, Vectors]) -> dict[str, Vectors]:
    return {key: matrix for key, matrix in vectors.items() if key != RERANK}


def read_learned(folder: Path, encoders: Mapping[str, str]) -> Learned | None:
    """What a snapshot learned, if the same encoders and version would use it."""
    try:
        manifest = _manifest(folder)
        if manifest.get("built_with") != built_with(encoders):
            return None
        made = {key: _calibration(value) for key, value in manifest["calibrations"].items()}
        return Learned(made, frozenset(manifest["learned_on"]))
    except (SnapshotError, KeyError, TypeError):
        return None


def known_vectors(
    folder: Path, group: str, encoders: Mapping[str, str]
) -> dict[str, dict[str, Vectors]]:
    """Vectors of a snapshot's texts by encoder key, to be used again; empty if unreadable.

    Only those of the very `encoders` named.
    """
    try:
        manifest = _manifest(folder)
        made_by = manifest["built_with"]["encoders"]
        texts = json.loads((folder / f"{group}.json").read_text("utf-8"))
        return {
            key: dict(zip(texts, np.load(folder / f"{group}-{key}.npy", allow_pickle=False),
                          strict=True))
            for key in manifest["groups"][group]
            if made_by.get(key) == encoders.get(key)
        }  # fmt: skip
    except (SnapshotError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def read_live(home: Path) -> str:
    """The id of the live snapshot, or "" before the first publish."""
    pointer = home / "live"
    return pointer.read_text("utf-8").strip() if pointer.is_file() else ""


def write_live(
    home: Path, snapshot: str, *, only_over: str | None = None, published: Published | None = None
) -> bool:
    """Make a snapshot live in one step; with `only_over` only where that one still is.

    `published` tells who did so and why; it is added to the log of what was live when.
    """
    with (home / ".live.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if only_over is not None and read_live(home) != only_over:
            return False
        publish_log.add(home, published or Published(datetime.now(UTC), snapshot))
        scratch = home / f".live.{os.getpid()}"
        scratch.write_text(snapshot + "\n", "utf-8")
        scratch.replace(home / "live")
    return True


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
