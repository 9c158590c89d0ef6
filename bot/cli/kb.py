"""`shopdesk kb check | publish | import`: read the shop's files, make them live, take in events."""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError, ShopdeskError
from knowledge_base.conflicts import conflicts
from knowledge_base.problems import ShopFilesError
from knowledge_base.store import Knowledge, ensure_shop, load


def run_command(arguments: argparse.Namespace) -> int:
    """Check a shop's folder, and for publish make it live; or import a file of events."""
    try:
        return _run(arguments)
    except ShopdeskError as error:
        if arguments.action in ("publish", "import") and not arguments.dry_run:
            from bot.cli.staff_news import tell_staff

            tell_staff(load_settings(arguments), f"`shopdesk kb {arguments.action}`", error)
        raise


def _run(arguments: argparse.Namespace) -> int:
    if arguments.action == "import":
        from bot.cli.kb_import import import_events

        return import_events(arguments)
    if arguments.file is not None:
        raise SettingsError(f"kb {arguments.action} takes no file", mend="did you mean kb import?")
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
    if arguments.action == "publish":
        from bot.cli.kb_publish import publish_shown, show_publish

        result |= publish_shown(arguments, settings, folder)
        if not arguments.json:
            show_publish(result)
    if arguments.json:
        print_json(result)
    else:
        listed = ", ".join(f"{count} {name}" for name, count in counts.items())
        live = f"; live as {result['snapshot']}" if result.get("live") else ""
        print(f"{folder}: {listed}{live}")
        for conflict in found:
            owners = " and ".join(conflict.entries)
            print(f"conflict: {conflict.question!r} is asked in {owners}; delete it in all but one")
    return 0


def _counts(known: Knowledge) -> dict[str, int]:
    return {
        "entries": len(known.entries),
        "products": len(known.products),
        "reviews": len(known.reviews),
        "orders": len(known.orders),
        "events": len(known.events),
    }
