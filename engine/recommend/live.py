"""Which of a shop's trained recommenders is live."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

FOLDER, LIVE = "recommender", "live"
KEPT = 3
"""Recommenders that stay on disk, the newest: the live one and those before it."""
_VERSION = re.compile(r"[0-9a-z-]{1,40}")


def read_live(home: Path) -> str:
    """The version that is live; "" where none is."""
    try:
        version = (home / FOLDER / LIVE).read_text("utf-8").strip()
    except OSError:
        return ""
    return version if _VERSION.fullmatch(version) else ""


def make_live(home: Path, version: str) -> None:
    """From now on this version is asked; older ones than KEPT are taken off the disk."""
    root = home / FOLDER
    partial = root / f".{LIVE}.partial"
    partial.write_text(version + "\n", "utf-8")
    partial.replace(root / LIVE)
    folders = sorted(f for f in root.iterdir() if f.is_dir() and not f.name.startswith("."))
    for old in folders[:-KEPT]:
        if old.name != version:
            shutil.rmtree(old, ignore_errors=True)


def live_folder(home: Path) -> Path | None:
    """The folder of the live recommender, or None."""
    version = read_live(home)
    return home / FOLDER / version if version else None
