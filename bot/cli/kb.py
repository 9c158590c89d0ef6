"""`shopdesk kb check | publish | import | export`: the shop's files, read, made live, filled."""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli.common import load_settings, print_json
from engine.errors import SettingsError
from knowledge_base.conflicts import conflicts
from knowledge_base.problems import ShopFilesError
from knowledge_base.store import Knowledge, ensure_shop, load


def run_command(arguments: argparse.Namespace) -> int:
    """Check a shop's folder, and for publish make it live; or import or export a file."""
    if arguments.action == "import":
        from bot.cli.kb_import import import_any

        return import_any(arguments)
    if arguments.file is not None:
        raise SettingsError(f"kb {arguments.action} takes no file", mend="did you mean kb import?")
    if arguments.action == "export":
        from bot.cli.kb_export import export_shop

        return export_shop(arguments)
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
