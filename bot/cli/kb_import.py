"""`shopdesk kb import FILE`: entries, products, orders, reviews or events, from a path or URL."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.cli.common import load_settings, plain, print_json
from bot.cli.kb_counted import Counted, Refused, refuse_strictly, show_counted
from bot.cli.kb_sources import EVENTS, MayConnect, Reading, Source, opened, read_into
from engine.errors import KnowledgeError, SettingsError
from engine.event_files import EventFile
from engine.settings import Settings
from knowledge_base.importers.differences import differences
from knowledge_base.importers.fetching import is_public
from knowledge_base.importers.values import Imported
from knowledge_base.store import EMPTY_SHOP, copy_shop, ensure_shop
from knowledge_base.tables import PRODUCT_COLUMNS
from knowledge_base.working_copy import PERSONAL

ORDERS = "orders"


def import_any(arguments: argparse.Namespace, may_connect: MayConnect = is_public) -> int:
    """Take in what the file holds; with --strict nothing where a line of it is refused.

    `may_connect`: for tests.
    """
    if arguments.file is None:
        raise SettingsError("kb import needs a file", mend="write `shopdesk kb import FILE`.")
    with opened(arguments.file, may_connect) as source:
        if arguments.only == EVENTS or source.kind() == EVENTS:
            from bot.cli.kb_import_events import import_events

            return import_events(arguments, source)
        return _import(arguments, source)


def _import(arguments: argparse.Namespace, source: Source) -> int:
    settings = load_settings(arguments)
    with _shop_folder(settings, arguments.dry_run) as folder:
        reading = read_into(folder, source)
        _refuse_another(arguments, source, reading.versions)
        bought = _purchases(arguments, settings, source, reading.imported)
        refused: list[Refused] = [*reading.imported.refused, *(bought.refused if bought else ())]
        if refused and arguments.strict:
            refuse_strictly(arguments, source.name, refused, "cannot go in")
        shown = _shown(arguments, folder, reading) if arguments.shown else {}
        if not arguments.dry_run:
            why = arguments.because or f"import of {source.path.name}"
            reading.apply(folder, why, by=arguments.by)
    if reading.has_catalogue and not arguments.dry_run:
        _note_looked(settings)
    _show(arguments, settings, source, reading.imported, bought, shown)
    return 0


def _note_looked(settings: Settings) -> None:
    from engine.at_work import note_looked

    note_looked(settings.home, ensure_shop(settings.home, settings.kb), datetime.now(UTC))


@contextmanager
def _shop_folder(settings: Settings, dry_run: bool) -> Iterator[Path]:
    """The shop's folder; a missing one is made whole when the block ends without an error."""
    kb = settings.kb
    if kb is None or (kb.exists() and (not kb.is_dir() or any(kb.iterdir()))):
        yield ensure_shop(settings.home, kb)
        return
    if not dry_run:
        kb.parent.mkdir(parents=True, exist_ok=True)
    beside = None if dry_run else kb.parent
    with tempfile.TemporaryDirectory(dir=beside, prefix=f".{kb.name}.") as scratch:
        folder = Path(scratch) / "shop"
        copy_shop(EMPTY_SHOP, folder)
        # The example product is not one of the shop's.
        (folder / "catalogue.csv").write_text(",".join(PRODUCT_COLUMNS) + "\n", "utf-8")
        yield folder
        if not dry_run:
            folder.rename(kb)


def _basis(versions: Mapping[str, str]) -> str:
    """One short name of all that stands in the shop's files."""
    told = json.dumps(sorted((file, sha) for file, sha in versions.items() if file not in PERSONAL))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _refuse_another(
    arguments: argparse.Namespace, source: Source, versions: Mapping[str, str]
) -> None:
    if arguments.only_over and arguments.only_over != _basis(versions):
        raise KnowledgeError("the shop's files have changed since the file was looked at",
                             where=source.name, mend="look at it again.")  # fmt: skip


def _shown(arguments: argparse.Namespace, folder: Path, reading: Reading) -> dict[str, Any]:
    """What a page shows beside the counts: the changes side by side, and what they are over."""
    imported = reading.imported
    return {
        "kind": imported.kind, "source": imported.source, "notes": imported.notes,
        "shown": differences(folder, imported.files, arguments.shown),
        "basis": _basis(reading.versions),
    }  # fmt: skip


def _purchases(
    arguments: argparse.Namespace, settings: Settings, source: Source, imported: Imported
) -> EventFile | None:
    """What an order export tells of who bought what, too, unless only orders are asked for."""
    if imported.source != "Shopify orders" or arguments.only == ORDERS:
        return None
    if settings.kb and not (settings.kb / "shop.yaml").is_file():
        return None  # A shop that is only being made has no goods that could have been bought.
    from bot.cli.kb_import_events import read_events

    return read_events(source, settings)


def _show(
    arguments: argparse.Namespace,
    settings: Settings,
    source: Source,
    imported: Imported,
    bought: EventFile | None,
    shown: Mapping[str, Any],
) -> None:
    for note in imported.notes:
        print(f"{source.name}: {note}", file=sys.stderr)
    counted = Counted(imported.added, imported.changed, imported.same, imported.refused)
    events: Counted | None = None
    if bought is not None:
        from bot.cli.kb_import_events import record_events

        events = record_events(settings, bought, arguments.dry_run)
    if arguments.json:
        print_json({**plain(counted), **({"events": events} if events else {}), **shown})
        return
    show_counted(arguments, source.name, counted, imported.kind)
    if events:
        show_counted(arguments, source.name, events)
