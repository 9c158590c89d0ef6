"""All turns about a period as columns, read once: a report of a million turns takes seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from engine.journal_writing import NOTHING_ASKED
from engine.report.columns import Flags, Named, Places, Times, changes, times
from engine.report.period import Asker, Period, unix_us
from engine.types import Band, Route

MARGIN = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Turns in the order of shopper, topic and time.

    `within`: those of the period itself; the others came at most 72 hours before or after it.
    `handed`: where a person was called in. `number`: that of the journal.
    """

    number: Places
    shopper: Named
    topic: Named
    conversation: Named
    route: Named
    band: Named
    language: Named
    channel: Named
    at: Times
    took_ms: Times
    handed: Flags
    within: Flags

    def __len__(self) -> int:
        return len(self.number)

    @property
    def unknown(self) -> Flags:
        """Where no answer was known."""
        return self.route.where(lambda route: route == Route.UNKNOWN.value) | self.band.where(
            lambda band: band == Band.UNKNOWN.value
        )

    @property
    def unsure(self) -> Flags:
        """Where entries were only offered."""
        return ~self.unknown & self.band.where(lambda band: band == Band.UNSURE.value)

    @property
    def told(self) -> Flags:
        """Where something was said to the matter."""
        return ~self.unknown & ~self.unsure

    @property
    def suggested(self) -> Flags:
        """Where a product was suggested."""
        return self.route.where(lambda route: route == Route.RECOMMEND.value) & self.topic.where(
            lambda topic: topic.startswith("product:")
        )

    @property
    def asked(self) -> Flags:
        """The questions of the period: small talk and reviews of their own left out."""
        return self.within & self.route.where(lambda route: route not in NOTHING_ASKED)

    @property
    def shoppers(self) -> int:
        """How many said anything in the period."""
        return self.shopper.distinct(self.within)

    @property
    def conversations(self) -> int:
        """How many went on in the period."""
        return self.conversation.distinct(self.within)

    @property
    def same_shopper(self) -> Flags:
        """Of the same shopper as the turn before."""
        return ~changes(self.shopper.codes)

    @property
    def same_topic(self) -> Flags:
        """Of the same shopper and about the same as the turn before."""
        return self.same_shopper & ~changes(self.topic.codes)

    def places(self, numbers: Places) -> tuple[Places, Flags]:
        """Where the turns of these numbers are, and whether they are here at all."""
        order = np.argsort(self.number, kind="stable")
        if not len(order):
            return np.zeros_like(numbers), np.zeros(len(numbers), dtype=bool)
        found = order[np.searchsorted(self.number, numbers, sorter=order).clip(max=len(order) - 1)]
        return found, self.number[found] == numbers


def around(period: Period) -> Period:
    """A period, and 72 hours before and after it."""
    return Period(period.since - MARGIN, period.until + MARGIN)


def contacts(asker: Asker) -> Contacts:
    """Read the turns of a period, and 72 hours before and after it."""
    period = asker.period
    number, moments, took, handed, *words = asker.about(around(period)).turns(
        "number", asker.moment("at"), "cast(round(took_s * 1000) as integer)",
        "case when handoff is null then 0 else 1 end",
        "shopper", "topic", "conversation", "route", "band", "language", "channel",
    )  # fmt: skip
    at, numbers = times(moments), np.array(number, dtype=np.intp)
    shopper, topic, conversation, route, band, language, channel = map(Named.of, words)
    order = np.lexsort((numbers, at, topic.codes, shopper.codes))
    at = at[order]
    return Contacts(
        numbers[order], shopper.at(order), topic.at(order), conversation.at(order),
        route.at(order), band.at(order), language.at(order), channel.at(order), at,
        np.array(took, dtype=np.int64)[order], np.array(handed, dtype=bool)[order],
        (at >= unix_us(period.since)) & (at < unix_us(period.until)),
    )  # fmt: skip
