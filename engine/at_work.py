"""What an assistant that shoppers ask looks at beyond its snapshot; one of a replay never does."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.order_sources import FileOrders, HttpOrders, OrderSource
from engine.types import Shop
from knowledge_base.store import Knowledge, write_atomically

CATALOGUE, SEEN = "catalogue.csv", "catalogue.seen"
"""SEEN: in the home, when the catalogue was last found to be right, changed or not."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A home whose shoppers ask now, by `clock`."""

    home: Path
    orders_key: str | None
    clock: Callable[[], datetime]

    def orders(self, known: Knowledge) -> OrderSource:
        """The shop's server where it names one, else its file."""
        if known.shop.orders is None:
            return FileOrders(known.orders)
        return HttpOrders(known.shop.orders, self.orders_key)

    def stale(self, shop: Shop, snapshot: Path) -> Callable[[], datetime | None]:
        """Tells of when price and stock are, in the shop's zone, where they are too old."""
        changed, zone = _changed(snapshot / "knowledge" / CATALOGUE), ZoneInfo(shop.time_zone)

        def since() -> datetime | None:
            if shop.stock_fresh_h is None or changed is None:
                return None
            known = max(changed, seen(self.home) or changed)
            old = self.clock() - known > timedelta(hours=shop.stock_fresh_h)
            return known.astimezone(zone) if old else None

        return since


def seen(home: Path) -> datetime | None:
    """When the catalogue was last found to be right; None where nobody said so."""
    try:
        found = datetime.fromisoformat((home / SEEN).read_text("utf-8").strip())
    except (OSError, ValueError):
        return None
    return found if found.tzinfo else None


def note_seen(home: Path, at: datetime) -> None:
    """Say that the catalogue is right as of a moment; an earlier one than is known changes nothing.

    For whoever imports it anew, whether anything differed or not. Raises OSError.
    """
    before = seen(home)
    if before is None or at > before:
        write_atomically(home / SEEN, at.astimezone(UTC).isoformat() + "\n")


def note_looked(home: Path, folder: Path, at: datetime) -> None:
    """Say so as of a look at all of a shop's catalogue, where that is the one that is live.

    One that is not live yet is noted when it is published. Raises OSError.
    """
    from engine.retrieval.snapshot import read_live

    live = home / "snapshots" / (read_live(home) or "none") / "knowledge" / CATALOGUE
    with suppress(FileNotFoundError):
        if filecmp.cmp(live, folder / CATALOGUE, shallow=False):
            note_seen(home, at)


def note_published(home: Path, folder: Path) -> None:
    """Say so as of the last change of a shop's catalogue, which is live now."""
    if changed := _changed(folder / CATALOGUE):
        note_seen(home, changed)


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(os.stat(path).st_mtime, UTC)  # noqa: PTH116
    except OSError:
        return None
