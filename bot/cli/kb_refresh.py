"""`shopdesk kb refresh`: imports what shop.yaml says is due; publishes where that changed it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.cli.common import load_settings, print_json
from bot.cli.kb_counted import Counted
from bot.cli.kb_sources import EVENTS, MayConnect, Reading, Source, opened, read_into
from bot.cli.staff_news import tell_staff
from engine.errors import KnowledgeError, SettingsError, ShopdeskError
from engine.locks import held_alone
from engine.settings import Settings
from engine.types import ImportSource
from knowledge_base.importers.fetching import is_public
from knowledge_base.importers.schedule import Schedule
from knowledge_base.imports_field import is_url, path_of, told
from knowledge_base.store import ensure_shop, load

OK, BAD_INPUT = 0, 2
MOST_REFUSED = 0.2
"""Share of a file's rows; above it the file is most likely not what it was."""
BY, WHY = "shopdesk", "scheduled import"
SHOP, PUBLISH, LOCK = "shop", "publish", "imports.lock"
TABLES = ("catalogue.csv", "reviews.csv", "orders.csv", "events.csv", "shop.yaml")
"""What goes live by itself, shop.yaml with the categories of new goods; other edits wait."""


@dataclass
class Refreshed:
    """What came of all sources."""

    imported: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    published: dict[str, Any] | None = None
    kept_back: str = ""


@dataclass
class Refresh:
    """One run. `now`, `may_connect`: for tests."""

    settings: Settings
    everything: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    may_connect: MayConnect = is_public
    found: Refreshed = field(default_factory=Refreshed)
    written: set[str] = field(default_factory=set)

    def run(self) -> Refreshed:
        """Import what is due, then publish if need be; what fails keeps nothing else.

        Raises SettingsError while another run works, KnowledgeError for a broken shop.
        """
        folder = ensure_shop(self.settings.home, self.settings.kb)
        try:
            with held_alone(self.settings.home / LOCK):
                self._run(folder, Schedule.read(self.settings.home))
        except BlockingIOError:
            raise SettingsError("`shopdesk kb refresh` runs already",
                                where=str(self.settings.home),
                                mend="wait until it has ended.") from None  # fmt: skip
        return self.found

    def _run(self, folder: Path, schedule: Schedule) -> None:
        try:
            sources = load(folder).shop.imports
        except ShopdeskError as error:
            self._tell(schedule, SHOP, "the scheduled import", error)
            raise
        schedule.told.pop(SHOP, None)
        schedule.forget_others(sources)
        for source in sources:
            if self.everything or schedule.is_due(source, self.now):
                self._import(folder, source, schedule)
            else:
                at = schedule.due_at(source)
                self.found.waiting.append({"from": told(source.origin), "due_at": at})
        if schedule.publish == "due":
            self._publish(folder, schedule)

    def _import(self, folder: Path, source: ImportSource, schedule: Schedule) -> None:
        url = is_url(source.origin)
        origin: Path | str = source.origin if url else path_of(source.origin, folder)
        try:
            with opened(origin, self.may_connect) as file:
                kind, counted = self._take_in(folder, file, schedule)
        except (ShopdeskError, OSError) as error:
            schedule.note_failed(source.origin, self.now)
            known = error if isinstance(error, ShopdeskError) else _of_system(error, origin)
            self.found.failed.append({"from": told(source.origin), "reason": str(known)})
            self._tell(schedule, source.origin, "a scheduled import", known)
            return
        schedule.note_done(source.origin, self.now)
        schedule.save()
        self.found.imported.append({"from": told(source.origin), "kind": kind, **_named(counted)})

    def _take_in(self, folder: Path, file: Source, schedule: Schedule) -> tuple[str, Counted]:
        from bot.cli.kb_import_events import read_events, record_events

        if file.kind() == EVENTS:
            events = read_events(file, self.settings)
            _refuse_unlike(file, len(events.refused), len(events.events) + len(events.refused))
            return EVENTS, record_events(self.settings, events, dry_run=False)
        reading = read_into(folder, file)
        one = reading.imported
        _refuse_unlike(file, len(one.refused), one.rows)
        self._apply(folder, file, reading, schedule)
        if one.source == "Shopify orders":
            record_events(self.settings, read_events(file, self.settings), dry_run=False)
        return one.kind, Counted(one.added, one.changed, one.same, one.refused)

    def _apply(self, folder: Path, file: Source, reading: Reading, schedule: Schedule) -> None:
        from engine.at_work import note_looked

        if reading.imported.files:
            # Before the files: a run that is killed in between is published by the next.
            schedule.publish = "due"
            schedule.save()
            reading.apply(folder, f"import of {file.name}", BY)
            self.written |= reading.imported.files.keys()
        if reading.has_catalogue:
            note_looked(self.settings.home, folder, self.now)

    def _publish(self, folder: Path, schedule: Schedule) -> None:
        from bot.cli.kb_publish import built, made_live
        from engine.going_live import DAYS, Consent, MustHoldError
        from engine.live_with import live_with

        try:
            with live_with(self.settings.home, folder, {*TABLES, *self.written}) as source:
                snapshot, encoders = built(self.settings, source)
            self.found.published = made_live(self.settings, folder, snapshot, encoders, DAYS,
                                             Consent(BY, WHY))  # fmt: skip
        except ShopdeskError as error:
            schedule.publish = "kept back" if isinstance(error, MustHoldError) else "due"
            self.found.kept_back = str(error)
            self._tell(schedule, PUBLISH, "publishing a scheduled import", error)
            return
        schedule.publish = ""
        schedule.told.pop(PUBLISH, None)
        schedule.save()

    def _tell(self, schedule: Schedule, about: str, what: str, error: ShopdeskError) -> None:
        if schedule.is_news(about, error.what):
            tell_staff(self.settings, what, error)
        schedule.save()


def run_command(arguments: argparse.Namespace) -> int:
    """Import what is due; 2 where a source failed or a publish was kept back."""
    found = Refresh(load_settings(arguments), arguments.all).run()
    if arguments.json:
        print_json(found)
    else:
        _show(found)
    for reason in (*(one["reason"] for one in found.failed), found.kept_back):
        if reason:
            print(f"shopdesk kb refresh: {reason}", file=sys.stderr)
    return BAD_INPUT if found.failed or found.kept_back else OK


def _named(counted: Counted) -> dict[str, Any]:
    return {name: getattr(counted, name) for name in ("added", "changed", "same", "refused")}


def _show(found: Refreshed) -> None:
    for one in found.imported:
        print(f"{one['from']}: {one['kind']}: {one['added']} added, {one['changed']} changed, "
              f"{one['same']} the same, {len(one['refused'])} refused")  # fmt: skip
    for one in found.waiting:
        print(f"{one['from']}: not due before {one['due_at']:%Y-%m-%d %H:%M} UTC")
    if found.published:
        print(f"live as {found.published['snapshot']}: {len(found.published['changed'])} answers "
              "of those asked lately change")  # fmt: skip
    if not any((found.imported, found.waiting, found.failed)):
        print("shop.yaml names no imports")


def _refuse_unlike(file: Source, refused: int, rows: int) -> None:
    """Raises KnowledgeError for a file most likely not what it was."""
    if refused > MOST_REFUSED * max(rows, refused):
        raise KnowledgeError(
            f"{refused} of {max(rows, refused)} rows are refused; nothing of it was applied",
            where=file.name,
            mend=f"`shopdesk kb import {file.name} --dry-run` lists them; without --dry-run it "
            "takes in the others.",
        )  # fmt: skip


def _of_system(error: OSError, origin: Path | str) -> ShopdeskError:
    return KnowledgeError(error.strerror or str(error), where=str(origin),
                          mend="see that the file is there and may be read.")  # fmt: skip
