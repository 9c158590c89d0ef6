"""Whether what shoppers came with was settled, told from what they did next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.journal_writing import UNSURE
from engine.report.columns import HOUR, Flags, Places, Times, changes
from engine.report.contacts import Contacts
from engine.report.intervals import Share, wilson
from engine.report.thumbs import Thumbs
from engine.types import Route

AGAIN_WITHIN = 72 * HOUR
PICKED_WITHIN = HOUR
"""An offer that leads to an answer this soon is counted as that answer's matter, not twice."""
NO_MATTER = ("", Route.HANDOFF.value)
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Resolution:
    """Of matters (one shopper, one topic, no 72 hours between): how many were resolved, and why
    the others were not.

    Resolved: confirmed by a thumb up, or answered, not asked again within 72 hours and no person
    called in. Greetings and other small talk are no matters, nor is asking for a person.
    """

    resolved: Share
    confirmed: int
    asked_again: int
    person: int
    not_answered: int


def resolution(about: Contacts, thumbs: Thumbs) -> Resolution:
    """Of the matters that began in a period.

    Those of the last 72 hours may still be asked again, which is counted when it happens.
    """
    if not len(about):
        return Resolution(wilson(0, 0), 0, 0, 0, 0)
    begins = _begins(about)
    up, down = (thumbs.under(about, thumbs.own & kind) for kind in (thumbs.up, thumbs.down))
    confirmed, told, refused = (
        np.logical_or.reduceat(flags, begins) for flags in (up, about.told, down)
    )
    again = np.diff(np.append(begins, len(about))) > 1
    matters = _matters(about, begins)
    called = _until_next(about.conversation.codes, about.at, about.handed)
    person = called[begins] <= AGAIN_WITHIN
    silent = ~confirmed & told
    counts = [
        int(np.count_nonzero(matters & flags))
        for flags in (
            confirmed, silent & again, silent & ~again & person,
            ~confirmed & (~told | (~again & ~person & refused)),
        )
    ]  # fmt: skip
    whole = int(np.count_nonzero(matters))
    resolved = whole - sum(counts[1:])
    return Resolution(wilson(resolved, whole), *counts)


def _begins(about: Contacts) -> Places:
    """Where a matter begins: another topic, or 72 hours after the last contact about it."""
    gap = np.diff(about.at, prepend=about.at[:1])
    return np.flatnonzero(~about.same_topic | (gap > AGAIN_WITHIN))


def _matters(about: Contacts, begins: Places) -> Flags:
    """Which of them are matters of the period, counted nowhere else."""
    told = _until_next(about.shopper.codes, about.at, about.told, later=True)
    picked = about.topic.where(lambda topic: topic == UNSURE) & (told <= PICKED_WITHIN)
    matters = about.within & about.topic.where(lambda topic: topic not in NO_MATTER) & ~picked
    found: Flags = matters[begins]
    return found


def _until_next(group: Places, at: Times, flags: Flags, *, later: bool = False) -> Times:
    """How long after each row the next flagged one of its group comes.

    One of the same moment counts, unless only a `later` one shall.
    """
    order = np.lexsort((at, group))
    groups, moments = group[order], at[order]
    starts = np.flatnonzero(changes(groups) | changes(moments))
    sizes = np.diff(np.append(starts, len(order)))
    flagged = np.flatnonzero(flags[order])
    place = np.searchsorted(flagged, np.repeat(starts + sizes if later else starts, sizes))
    row = np.append(flagged, 0)[place]
    there = (place < len(flagged)) & (groups[row] == groups)
    found = np.empty_like(at)
    found[order] = np.where(there, moments[row] - moments, _NEVER)
    return found
