"""`shopdesk kb export`: the shop's products, entries, reviews or orders as one file."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError
from knowledge_base.importers.exporting import export_file
from knowledge_base.store import ensure_shop, load
from knowledge_base.working_copy import WorkingCopy

KINDS = ("products", "entries", "reviews", "orders")


def export_shop(arguments: argparse.Namespace) -> int:
    """Write each file asked for, whole or not at all."""
    asked = {kind: getattr(arguments, kind) for kind in KINDS if getattr(arguments, kind)}
    if not asked:
        raise SettingsError(
            "kb export needs a file to write",
            mend="write `shopdesk kb export --products FILE.csv`, or --entries, --reviews, "
            "--orders; .csv, .xlsx and .jsonl are written.",
        )
    settings = load_settings(arguments)
    folder = ensure_shop(settings.home, settings.kb)
    with WorkingCopy(folder).still():
        known = load(folder)
        written = {path: export_file(kind, known, str(path)) for kind, path in asked.items()}
    for path, data in written.items():
        _write(path, data, private=path == asked.get("orders"))
    counts = {kind: len(getattr(known, kind)) for kind in asked}
    if arguments.json:
        print_json(counts)
    else:
        for kind, path in asked.items():
            print(f"{path}: {counts[kind]} {kind}")
    return 0


def _write(path: Path, data: bytes, *, private: bool) -> None:
    """Put the file in place in one step; one that tells of customers for its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if not private:
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
