"""How long the journal keeps what it knows: what is older is deleted, some rows at a time."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Table, delete, select

from engine.errors import StoreError
from engine.journal import Journal
from engine.journal_tables import (
    corrections,
    events,
    feedback,
    gap_turns,
    handovers,
    impressions,
    told_gaps,
    turns,
)
from engine.journal_writing import now

AT_ONCE = 500
"""Rows deleted in one transaction: turns that are written meanwhile hardly wait."""
PAUSE_S = 0.02
LOOK_EVERY_S = 3600.0

log = logging.getLogger(__name__)


class Ages(Protocol):
    """How old things may grow, in days; Settings has it."""

    @property
    def keep_days(self) -> int:
        """Of turns with all that hangs on them, and of hand-overs."""

    @property
    def keep_events_days(self) -> int:
        """Of events."""


@dataclass(frozen=True, slots=True)
class Aged:
    """How many rows were deleted for their age."""

    turns: int
    handovers: int
    events: int


def delete_aged(journal: Journal, ages: Ages, at: datetime) -> Aged:
    """Delete what is too old at a moment. Raises StoreError; what is deleted by then is gone."""
    turns_before = at - timedelta(days=ages.keep_days)
    events_before = at - timedelta(days=ages.keep_events_days)
    found = Aged(
        _delete_turns(journal, turns_before),
        _delete_rows(journal, handovers, "opened_at", turns_before),
        _delete_rows(journal, events, "at", events_before),
    )
    if any((found.turns, found.handovers, found.events)):
        journal.wipe_log()
    return found


def keep_young(journal: Journal, ages: Ages, stop: threading.Event) -> None:
    """Delete what is too old, every hour until `stop`; a journal that fails is only reported."""
    while not stop.is_set():
        try:
            gone = delete_aged(journal, ages, now())
            if gone.turns or gone.events:
                log.info("deleted for their age: %d turns, %d events", gone.turns, gone.events)
        except StoreError as error:
            log.warning("what is too old is not deleted yet: %s", error.what)
        stop.wait(LOOK_EVERY_S)


def _delete_turns(journal: Journal, before: datetime) -> int:
    old = select(turns.c.number, turns.c.id).where(turns.c.at < before).limit(AT_ONCE)
    whole = 0
    while True:
        with journal.begin() as connection:
            rows = connection.execute(old).all()
            ids = [row.id for row in rows]
            connection.execute(delete(impressions).where(impressions.c.turn.in_(ids)))
            connection.execute(delete(feedback).where(feedback.c.turn.in_(ids)))
            connection.execute(delete(gap_turns).where(gap_turns.c.turn.in_(ids)))
            for told in (corrections, told_gaps):
                connection.execute(delete(told).where(told.c.at < before))
            numbers = [row.number for row in rows]
            connection.execute(delete(turns).where(turns.c.number.in_(numbers)))
        whole += len(rows)
        if len(rows) < AT_ONCE:
            return whole
        time.sleep(PAUSE_S)


def _delete_rows(journal: Journal, table: Table, column: str, before: datetime) -> int:
    old = select(table.c.number).where(table.c[column] < before).limit(AT_ONCE)
    whole = 0
    while True:
        with journal.begin() as connection:
            numbers = list(connection.scalars(old))
            connection.execute(delete(table).where(table.c.number.in_(numbers)))
        whole += len(numbers)
        if len(numbers) < AT_ONCE:
            return whole
        time.sleep(PAUSE_S)
