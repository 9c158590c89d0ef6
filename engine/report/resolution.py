"""Whether what shoppers came with was settled, told from what they did next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.journal_writing import UNSURE
from engine.report.contacts import Contacts, Flags
from engine.report.intervals import Share, wilson
from engine.report.period import Asker
from engine.types import Route

AGAIN_WITHIN_S = 72 * 3600
PICKED_WITHIN_S = 3600
"""An offer that leads to an answer this soon is counted as that answer's matter, not twice."""
Places = npt.NDArray[np.intp]
NO_MATTER = ("", Route.HANDOFF.value)


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


def resolution(asker: Asker, about: Contacts) -> Resolution:
    """Of the matters that began in a period.

    Those of the last 72 hours may still be asked again, which is counted when it happens.
    """
    if not len(about):
        return Resolution(wilson(0, 0), 0, 0, 0, 0)
    begins = _begins(about)
    verdicts = _thumbs(asker)
    up, down = (
        np.array([verdicts.get(turn) == kind for turn in about.turn], dtype=bool)
        for kind in ("up", "down")
    )
    confirmed, told, refused = (
        np.logical_or.reduceat(flags, begins) for flags in (up, about.told, down)
    )
    again = np.diff(np.append(begins, len(about))) > 1
    matters = _matters(about, begins)
    person = _called(about, begins, _persons(asker))
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
    return np.flatnonzero(~about.same_topic | (gap > AGAIN_WITHIN_S))


def _matters(about: Contacts, begins: Places) -> Flags:
    """Which of them are matters of the period, counted nowhere else."""
    kinds = [about.topic[i] for i in begins]
    found: Flags = about.within[begins] & np.array([topic not in NO_MATTER for topic in kinds])
    chats = np.flatnonzero(~about.same_shopper)
    ends = np.append(chats[1:], len(about))
    for place in np.flatnonzero(found & np.array([topic == UNSURE for topic in kinds])):
        chat = np.searchsorted(chats, begins[place], side="right") - 1
        found[place] = not _picked(about, int(begins[place]), int(chats[chat]), int(ends[chat]))
    return found


def _called(about: Contacts, begins: Places, persons: Mapping[str, Sequence[float]]) -> Flags:
    """Where a person was called into the conversation within 72 hours."""
    called = np.zeros(len(begins), dtype=bool)
    for place, i in enumerate(begins.tolist()):
        if moments := persons.get(about.conversation[i]):
            called[place] = any(0 <= at - about.at[i] <= AGAIN_WITHIN_S for at in moments)
    return called


def _picked(about: Contacts, offer: int, first: int, end: int) -> bool:
    """Whether the shopper was told something within the hour after an offer."""
    later = about.at[first:end] - about.at[offer]
    return bool(np.any(about.told[first:end] & (later > 0) & (later <= PICKED_WITHIN_S)))


def _persons(asker: Asker) -> dict[str, list[float]]:
    seconds = asker.seconds("at")
    found: dict[str, list[float]] = defaultdict(list)
    for conversation, at in asker.rows(
        f"select conversation, {seconds} from turns "  # noqa: S608 - no word of anyone's
        "where handoff is not null and at >= :since"
    ):
        found[conversation].append(float(at))
    return found


def _thumbs(asker: Asker) -> dict[str, str]:
    """By turn, those of the shopper who asked."""
    rows = asker.rows(
        "select f.turn, f.verdict from feedback f join turns t on t.id = f.turn "
        "and t.shopper = f.shopper where t.at >= :since"
    )
    return dict(map(tuple, rows))
