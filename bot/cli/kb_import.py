"""`shopdesk kb import FILE`: what shoppers viewed and bought, from another system."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from bot.cli.common import load_settings, print_json
from engine.errors import KnowledgeError, SettingsError
from engine.event_files import EventFile, Refused, read_event_file
from engine.event_log import EventLog
from engine.event_products import EventProducts
from engine.journal import Journal
from engine.progress import Steps, shown_steps
from engine.pseudonyms import Pseudonymizer
from engine.settings import Settings
from engine.types import Event
from knowledge_base.problems import SHOWN
from knowledge_base.store import ensure_shop

_TOLD_EVERY = 4096


def import_events(arguments: argparse.Namespace) -> int:
    """Keep the events of a file; with --strict none where a line of it is refused."""
    if arguments.file is None:
        raise SettingsError("kb import needs a file", mend="write `shopdesk kb import FILE`.")
    settings = load_settings(arguments)
    products = EventProducts(ensure_shop(settings.home, settings.kb)).names()
    pseudonym = Pseudonymizer.open(settings.home).shopper_pseudonym
    with shown_steps(f"reading {arguments.file.name}") as progress:
        found = read_event_file(arguments.file, products, pseudonym, progress=progress)
    if found.refused and arguments.strict:
        if arguments.json:
            print_json({"added": 0, "changed": 0, "same": 0, "refused": found.refused})
        raise KnowledgeError(
            "\n".join((f"{len(found.refused)} line(s) are no events:", *_listed(found.refused))),
            where=str(arguments.file),
            mend="correct them, or import the others without --strict; nothing was added.",
        )
    added = _record(settings, found, arguments.dry_run)
    same = len(found.events) - added
    if arguments.json:
        print_json({"added": added, "changed": 0, "same": same, "refused": found.refused})
        return 0
    would = "would be " if arguments.dry_run else ""
    print(f"{arguments.file}: {added} {would}added, {same} the same, {len(found.refused)} refused")
    for line in _listed(found.refused):
        print(line)
    return 0


def _record(settings: Settings, found: EventFile, dry_run: bool) -> int:
    """How many of the events are new."""
    journal = Journal.open(settings)
    try:
        log = EventLog(journal)
        with shown_steps("recording") as progress:
            told = _telling(found.events, progress)
            return log.count_new(told) if dry_run else log.record(told)
    finally:
        journal.close()


def _telling(events: Sequence[Event], progress: Steps) -> Iterator[Event]:
    for number, event in enumerate(events):
        if number % _TOLD_EVERY == 0:
            progress(number, len(events))
        yield event
    progress(len(events), len(events))


def _listed(refused: Sequence[Refused]) -> list[str]:
    more = len(refused) - SHOWN
    lines = [f"line {one.line}: {one.reason}" for one in refused[:SHOWN]]
    return [*lines, f"… and {more} more"] if more > 0 else lines
