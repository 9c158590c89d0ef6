"""All measures of a period together."""

from __future__ import annotations

from dataclasses import dataclass

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
)
from engine.report.contacts import contacts
from engine.report.drift import Drift, drift
from engine.report.period import Asker, Period
from engine.report.purchases import Purchases, Uplift, purchases, uplift
from engine.report.resolution import Resolution, resolution


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
        found = answers(asker)
        now = topics(asker)
        about = contacts(asker)
        ((persons,),) = asker.rows(
            "select count(*) from turns where handoff is not null and at >= :since and at < :until"
        )
        return Report(
            period, found, about.shoppers, about.conversations, resolution(asker, about),
            satisfaction(asker, found.questions), seconds_to_answer(asker), persons,
            purchases(asker), uplift(asker, about, holdout_percent),
            drift(topics(asker.about(period.before)), now), dict(now.most_common(TOP)),
            daily(asker),
        )  # fmt: skip
