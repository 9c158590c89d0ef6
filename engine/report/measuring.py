"""All measures of a period together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.journal import Journal
from engine.report.answers import (
    TOP,
    Answers,
    Day,
    Satisfaction,
    answers,
    daily,
    satisfaction,
    seconds_to_answer,
    topics,
    topics_before,
)
from engine.report.contacts import contacts
from engine.report.drift import Drift, drift
from engine.report.period import Asker, Period
from engine.report.purchases import Purchases, Uplift, purchases, uplift
from engine.report.resolution import Resolution, resolution
from engine.report.thumbs import thumbs


@dataclass(frozen=True, slots=True)
class Report:
    """How the assistant did in a period, beside the one before it where that tells something."""

    period: Period
    answers: Answers
    shoppers: int
    conversations: int
    resolution: Resolution
    satisfaction: Satisfaction
    seconds_to_answer: dict[str, float]
    persons: int
    purchases: Purchases
    uplift: Uplift
    drift: Drift
    topics: dict[str, int]
    daily: tuple[Day, ...]


def measured(journal: Journal, period: Period, holdout_percent: int) -> Report:
    """Measure a period. Raises StoreError."""
    with journal.begin() as connection:
        asker = Asker(connection, period)
        about = contacts(asker)
        given = thumbs(asker, about)
        found, now = answers(about), topics(about)
        return Report(
            period, found, about.shoppers, about.conversations, resolution(about, given),
            satisfaction(about, given, found.questions), seconds_to_answer(about),
            int(np.count_nonzero(about.handed & about.within)),
            purchases(asker), uplift(asker, about, holdout_percent),
            drift(topics_before(asker), now), dict(now.most_common(TOP)), daily(about),
        )  # fmt: skip
