"""`shopdesk kb publish`: shows which answers change, then makes a shop's folder live."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.common import RUN_LOCK
from bot.cli.replay import change_json
from engine.errors import SettingsError
from engine.locks import is_held
from engine.progress import shown_steps
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.going_live import Consent
    from engine.replay.blast import Blast
    from engine.retrieval.encoders import Encoders

SHOWN, LETTERS = 20, 160


def publish_shown(
    arguments: argparse.Namespace, settings: Settings, folder: Path
) -> dict[str, Any]:
    """Build the snapshot, ask again what was asked, and make it live unless that must not be.

    Raises ShopdeskError where a must-hold replay fails and nobody overrides it.
    """
    consent(arguments)
    snapshot, encoders = built(settings, folder)
    return live_shown(arguments, settings, folder, snapshot, encoders)


def built(settings: Settings, folder: Path) -> tuple[str, Encoders]:
    """The snapshot of a folder, and what it was built with. Raises ShopdeskError."""
    from engine.build import first_encoders, load_encoders
    from engine.publish import build_snapshot

    encoders = load_encoders(settings)
    if is_held(settings.home / RUN_LOCK):
        # `shopdesk run` adds the second look in the background: an operator need not wait.
        encoders = first_encoders(settings.home, encoders)
    with shown_steps("building the snapshot") as progress:
        return build_snapshot(folder, settings.home, encoders, progress), encoders


def consent(arguments: argparse.Namespace) -> Consent:
    """Who lets it go live, and why. Raises SettingsError for an override without a reason."""
    from engine.going_live import Consent

    if arguments.override and not arguments.because:
        raise SettingsError("--override needs --because", mend="say why the replay may fail.")
    return Consent(arguments.override or "", arguments.because, bool(arguments.override))


def live_shown(
    arguments: argparse.Namespace, settings: Settings, folder: Path, snapshot: str,
    encoders: Encoders,
) -> dict[str, Any]:  # fmt: skip
    """Ask again what was asked, and make a built snapshot live unless that must not be."""
    agreed = None if arguments.dry_run else consent(arguments)
    return made_live(settings, folder, snapshot, encoders, arguments.days, agreed)


def made_live(
    settings: Settings, folder: Path, snapshot: str, encoders: Encoders, days: int,
    agreed: Consent | None,
) -> dict[str, Any]:  # fmt: skip
    """The same, where somebody agrees; else it is only told what would change.

    Raises MustHoldError.
    """
    from engine.at_work import note_published
    from engine.going_live import AskedAgain, go_live
    from engine.retrieval.snapshot import read_live

    before = read_live(settings.home)
    blast = AskedAgain(settings, folder, encoders, days).radius(before, snapshot)
    if agreed:
        go_live(settings.home, snapshot, blast, agreed)
        note_published(settings.home, folder)
    return {"snapshot": snapshot, "was_live": before, "live": bool(agreed), **_told(blast)}


def show_publish(result: Mapping[str, Any]) -> None:
    """The answers that change, side by side, for people."""
    for change in result["changed"][:SHOWN]:
        print(f"{change['verdict'].upper()}  {change['asked']}   ({', '.join(change['what'])})")
        for name, sign in (("before", "-"), ("after", "+")):
            answer = change[name]
            words = " ".join(answer["text"].split())[:LETTERS]
            print(f"  {sign} [{answer['entry'] or answer['route']}] {words}")
    if (more := len(result["changed"]) - SHOWN) > 0:
        print(f"… and {more} more; `--json` lists all")
    for line in result["failed"]:
        print(f"FAILED  {line['conversation']}#{line['turn']} {line['asked']!r}: "
              f"{line['expectation']}: wanted {line['wanted']}")  # fmt: skip
    if result["asked_again"]:
        print(f"{result['asked_again']} answers asked again: {len(result['changed'])} change")


def _told(blast: Blast | None) -> dict[str, Any]:
    if blast is None:
        return {"asked_again": 0, "changed": [], "failed": [], "broken": []}
    changed = [change_json(change) for change in blast.flipped]
    return {"asked_again": blast.turns, "changed": changed,
            "failed": [*blast.broken, *blast.failed],
            "broken": list(blast.broken_names)}  # fmt: skip
