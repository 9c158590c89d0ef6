"""`shopdesk kb import FILE` of events: what shoppers viewed and bought, from another system."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from bot.cli.common import load_settings, print_json
from bot.cli.kb_counted import Counted, refuse_strictly, show_counted
from bot.cli.kb_sources import Source
from engine.event_files import EventFile, read_event_file
from engine.event_log import EventLog
from engine.event_products import EventProducts
from engine.journal import Journal
from engine.progress import Steps, shown_steps
from engine.pseudonyms import Pseudonymizer
from engine.settings import Settings
from engine.types import Event
from knowledge_base.store import ensure_shop

_TOLD_EVERY = 4096


def import_events(arguments: argparse.Namespace, source: Source) -> int:
    """Keep the events of a file; with --strict none where a line of it is refused."""
    settings = load_settings(arguments)
    found = read_events(source, settings)
    if found.refused and arguments.strict:
        refuse_strictly(arguments, source.name, found.refused, "are no events")
    counted = record_events(settings, found, arguments.dry_run)
    if arguments.json:
        print_json(counted)
    else:
        show_counted(arguments, source.name, counted)
    return 0


def read_events(source: Source, settings: Settings) -> EventFile:
    """The events of the file, as the journal keeps them."""
    products = EventProducts(ensure_shop(settings.home, settings.kb)).names()
    pseudonym = Pseudonymizer.open(settings.home).shopper_pseudonym
    with shown_steps(f"reading {source.path.name}") as progress:
        return read_event_file(source.path, products, pseudonym, progress=progress)


def record_events(settings: Settings, found: EventFile, dry_run: bool) -> Counted:
    """Record what is new of them, or only count it; what came of each line."""
    added = _record(settings, found, dry_run)
    return Counted(added, 0, len(found.events) - added, found.refused)


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
