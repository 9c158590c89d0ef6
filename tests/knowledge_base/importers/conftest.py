"""A shop to import into, and an import that is written to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge_base.importers.importing import import_file
from knowledge_base.importers.values import Imported
from knowledge_base.store import EMPTY_SHOP, Knowledge, copy_shop, load
from knowledge_base.working_copy import WorkingCopy

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Import = Callable[..., tuple[Imported, Knowledge]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the empty shop."""
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def bring_in(folder: Path) -> Import:
    """Imports a file's text and applies it; what came of it, and the shop after."""

    def bring_in(text: str | bytes, name: str = "file.csv") -> tuple[Imported, Knowledge]:
        data = text if isinstance(text, bytes) else text.encode()
        imported = import_file(data, name, load(folder), now=NOW)
        WorkingCopy(folder).apply(imported.files, by="test", why="import")
        return imported, load(folder)

    return bring_in
