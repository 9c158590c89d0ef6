"""`shopdesk kb …`: the shop's files, checked, made live, filled, written out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.cli.common import load_settings, plain, print_json
from engine.errors import SettingsError, ShopdeskError
from knowledge_base.conflicts import conflicts
from knowledge_base.problems import ShopFilesError
from knowledge_base.store import Knowledge, ensure_shop, load

if TYPE_CHECKING:
    from engine.review.warnings import Warning
    from engine.settings import Settings


def run_command(arguments: argparse.Namespace) -> int:
    """Check a shop's folder, and for publish make it live; or import or export a file."""
    try:
        return _run(arguments)
    except ShopdeskError as error:
        if arguments.action in ("publish", "import") and not arguments.dry_run:
            from bot.cli.staff_news import tell_staff

            tell_staff(load_settings(arguments), f"`shopdesk kb {arguments.action}`", error)
        raise


def _run(arguments: argparse.Namespace) -> int:
    action = arguments.action
    if action == "import":
        from bot.cli.kb_import import import_any

        return import_any(arguments)
    if action == "refresh" and arguments.file is None:
        from bot.cli.kb_refresh import run_command as refresh

        return refresh(arguments)
    if action in ("history", "restore", "diff"):
        from bot.cli import kb_history

        return int(getattr(kb_history, action)(arguments))
    if arguments.file is not None:
        raise SettingsError(f"kb {action} takes no file", mend="did you mean kb import?")
    if action == "export":
        from bot.cli.kb_export import export_shop

        return export_shop(arguments)
    return _check(arguments)


def _check(arguments: argparse.Namespace) -> int:
    """Check the folder; for publish, make it live."""
    settings = load_settings(arguments)
    folder = ensure_shop(settings.home, settings.kb)
    try:
        known = load(folder)
    except ShopFilesError as error:
        if arguments.json:
            print_json({"folder": folder, "refused": error.problems})
        raise
    counts, found = _counts(known), conflicts(known.entries)
    result: dict[str, Any] = {
        "folder": str(folder), **counts, "refused": [], "conflicts": found,
    }  # fmt: skip
    if arguments.action == "check":
        result["warnings"] = [
            {"id": one.id, **plain(one), "told": one.told("en")}
            for one in _warnings(arguments, settings, known)
        ]
    else:
        from bot.cli.kb_publish import publish_shown, show_publish

        result |= publish_shown(arguments, settings, folder)
        if not arguments.json:
            show_publish(result)
    if arguments.json:
        print_json(result)
    else:
        _show_all(folder, result, counts)
    return 0


def _show_all(folder: Path, result: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    listed = ", ".join(f"{count} {name}" for name, count in counts.items())
    live = f"; live as {result['snapshot']}" if result.get("live") else ""
    print(f"{folder}: {listed}{live}")
    for conflict in result["conflicts"]:
        owners = " and ".join(conflict.entries)
        print(f"conflict: {conflict.question!r} is asked in {owners}; delete it in all but one")
    for warning in result.get("warnings", ()):
        _show(warning)


def _warnings(
    arguments: argparse.Namespace, settings: Settings, known: Knowledge
) -> tuple[Warning, ...]:
    """What an operator should look at; by meaning too where asked for, which loads encoders."""
    from engine.review.warnings import warnings

    near = None
    if arguments.deep:
        from engine.build import load_encoders
        from engine.retrieval.snapshot import known_vectors, read_live
        from engine.review.nearness import Nearness

        encoders = load_encoders(settings)
        live = settings.home / "snapshots" / read_live(settings.home)
        near = Nearness(encoders, known_vectors(live, "entries", encoders.names))
    today = datetime.now(ZoneInfo(known.shop.time_zone)).date()
    return warnings(known.entries, near, known.shop, today=today)


def _show(warning: Mapping[str, Any]) -> None:
    if warning["key"] == "same_question":
        return  # told as a conflict
    print(f"{warning['kind']}: {' and '.join(warning['entries'])}: {warning['told']}")
    for quote in warning["quotes"] if warning["kind"] != "stale" else ():
        print(f"    {quote}")


def _counts(known: Knowledge) -> dict[str, int]:
    return {
        "entries": len(known.entries),
        "products": len(known.products),
        "reviews": len(known.reviews),
        "orders": len(known.orders),
        "events": len(known.events),
    }
