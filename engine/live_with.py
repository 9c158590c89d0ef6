"""What is live, with some files newer: an import may go live while an edit still waits."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.retrieval.snapshot import read_live


@contextmanager
def live_with(home: Path, folder: Path, files: Iterable[str]) -> Iterator[Path]:
    """A folder of the live shop's files, these as they stand in the shop's own folder.

    Where nothing is live yet it is the shop's own folder.
    """
    live = home / "snapshots" / (read_live(home) or "none") / "knowledge"
    if not live.is_dir():
        yield folder
        return
    with tempfile.TemporaryDirectory(dir=home, prefix=".live-with-") as scratch:
        made = Path(scratch) / "shop"
        # Linked: neither the snapshot's files nor these are ever written to.
        shutil.copytree(live, made, copy_function=os.link)
        for file in files:
            if (folder / file).is_file():
                (made / file).unlink(missing_ok=True)
                (made / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / file, made / file)
        yield made
