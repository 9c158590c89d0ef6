"""All turns about a period as columns, read once: a report of a million turns takes seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.report.period import Asker
from engine.types import Band, Route

MARGIN_H = 72
_NOT_TOLD = (Band.UNSURE.value, Band.UNKNOWN.value)
Times = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Turns in the order of shopper, topic and time. Times are unix seconds.

    `same_shopper`, `same_topic`: as the one before it. `within`: those of the period itself; the
    others came at most 72 hours before or after it.
    """

    shopper: list[str]
    turn: list[str]
    topic: list[str]
    conversation: list[str]
    at: Times
    told: Flags
    suggested: Flags
    within: Flags
    same_shopper: Flags
    same_topic: Flags

    def __len__(self) -> int:
        return len(self.turn)

    @property
    def shoppers(self) -> int:
        """How many said anything in the period."""
        starts = np.flatnonzero(~self.same_shopper)
        return (
            int(np.count_nonzero(np.logical_or.reduceat(self.within, starts))) if len(self) else 0
        )

    @property
    def conversations(self) -> int:
        """How many went on in the period."""
        return len({self.conversation[i] for i in np.flatnonzero(self.within)})


def contacts(asker: Asker) -> Contacts:
    """Read the turns of a period, and 72 hours before and after it."""
    seconds = asker.seconds("at")
    rows = asker.plain_rows(
        f"select shopper, id, topic, conversation, {seconds}, band, route from turns "  # noqa: S608
        f"where at >= {asker.later(':since', -MARGIN_H)} "
        f"and at < {asker.later(':until', MARGIN_H)} order by shopper, topic, at"
    )
    columns = list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in range(7)]
    shopper, turn, topic, conversation, at, band, route = columns
    moments = np.array(at, dtype=np.float64)
    since, until = asker.period.since.timestamp(), asker.period.until.timestamp()
    same = np.array([a == b for a, b in zip(shopper[1:], shopper, strict=False)], dtype=bool)
    alike = np.array([a == b for a, b in zip(topic[1:], topic, strict=False)], dtype=bool)
    first = np.zeros(min(1, len(turn)), dtype=bool)
    same = np.concatenate((first, same))
    unknown, recommend = Route.UNKNOWN.value, Route.RECOMMEND.value
    return Contacts(
        shopper, turn, topic, conversation, moments,
        np.array(
            [b not in _NOT_TOLD and r != unknown for b, r in zip(band, route, strict=True)],
            dtype=bool,
        ),
        np.array(
            [r == recommend and t[:8] == "product:" for r, t in zip(route, topic, strict=True)],
            dtype=bool,
        ),
        (moments >= since) & (moments < until), same,
        same & np.concatenate((first, alike)),
    )  # fmt: skip
