"""`shopdesk kb publish`: shows which answers change, then makes a shop's folder live."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.common import RUN_LOCK
from bot.cli.replay import change_json
from engine.errors import SettingsError, ShopdeskError, StoreError
from engine.locks import is_held
from engine.progress import shown_steps
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.replay.blast import Blast
    from engine.retrieval.encoders import Encoders

SHOWN, LETTERS = 20, 160


def publish_shown(
    arguments: argparse.Namespace, settings: Settings, folder: Path
) -> dict[str, Any]:
    """Build the snapshot, ask again what was asked, and make it live unless that must not be.

    Raises ShopdeskError where a must-hold replay fails and nobody overrides it.
    """
    from engine.build import first_encoders, load_encoders
    from engine.publish import build_snapshot
    from engine.publish_log import Published
    from engine.retrieval.snapshot import read_live, write_live

    if arguments.override and not arguments.because:
        raise SettingsError("--override needs --because", mend="say why the replay may fail.")
    encoders = load_encoders(settings)
    if is_held(settings.home / RUN_LOCK):
        # `shopdesk run` adds the second look in the background: an operator need not wait.
        encoders = first_encoders(settings.home, encoders)
    with shown_steps("building the snapshot") as progress:
        snapshot = build_snapshot(folder, settings.home, encoders, progress)
    before = read_live(settings.home)
    blast = _blast(arguments, settings, folder, before, snapshot, encoders)
    result: dict[str, Any] = {"snapshot": snapshot, "live": False, **_told(blast)}
    if blast and blast.broken and not arguments.override and not arguments.dry_run:
        raise _refused(blast)
    if not arguments.dry_run:
        overridden = blast.broken_names if blast else ()
        line = Published(
            datetime.now(UTC), snapshot, arguments.override or "", arguments.because, overridden
        )
        write_live(settings.home, snapshot, published=line)
        result["live"] = True
    return result


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


def _blast(
    arguments: argparse.Namespace, settings: Settings, folder: Path, before: str, after: str,
    encoders: Encoders,
) -> Blast | None:  # fmt: skip
    from engine.journal import Journal
    from engine.replay.blast import blast_radius, to_ask_again
    from engine.retrieval.snapshot import is_outdated

    if before == after:
        return None
    if before and is_outdated(settings.home / "snapshots" / before, encoders.names):
        before = _built_anew(settings, before, encoders)
    try:
        with closing(Journal.open(settings)) as journal:
            conversations = to_ask_again(folder, journal if before else None, arguments.days)
    except StoreError as error:
        print(f"what was asked lately is left out: {error.what}", file=sys.stderr)
        conversations = to_ask_again(folder, None, 0)
    if not conversations:
        return None
    with shown_steps("asking again what was asked") as told:
        return blast_radius(settings, before, after, conversations, encoders=encoders, told=told)


def _built_anew(settings: Settings, before: str, encoders: Encoders) -> str:
    """What is live, of its own files, as this version reads them; "" where it cannot.

    Only so can its answers be compared: what the other encoders alone change is not shown.
    """
    from engine.publish import build_snapshot

    try:
        with shown_steps("building what is live as this version does") as progress:
            folder = settings.home / "snapshots" / before / "knowledge"
            return build_snapshot(folder, settings.home, encoders, progress)
    except ShopdeskError as error:
        print(f"nothing is compared with what is live: {error.what}", file=sys.stderr)
        return ""


def _told(blast: Blast | None) -> dict[str, Any]:
    if blast is None:
        return {"asked_again": 0, "changed": [], "failed": []}
    changed = [change_json(change) for change in blast.flipped]
    return {"asked_again": blast.turns, "changed": changed,
            "failed": [*blast.broken, *blast.failed]}  # fmt: skip


def _refused(blast: Blast) -> ShopdeskError:
    lines = "\n".join(
        f"  {line['where']}: {line['asked']!r}: {line['expectation']}: wanted {line['wanted']}, "
        f"got {str(line['got'])[:LETTERS]}"
        for line in blast.broken[:SHOWN]
    )
    return ShopdeskError(
        f"not published: {len(blast.broken_names)} must-hold replays would fail\n{lines}",
        where="replays",
        mend="correct the shop's files or the replay, or publish all the same with "
        "--override YOUR-NAME --because REASON; nothing was changed.",
    )
