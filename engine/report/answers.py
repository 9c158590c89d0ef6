"""What was asked and how it was answered: counts, shares, thumbs, time, days, topics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil

import numpy as np

from engine.report.columns import DAY, Named
from engine.report.contacts import Contacts
from engine.report.intervals import Share, wilson
from engine.report.period import Asker
from engine.report.thumbs import Thumbs

TOP = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Figures of a period. Shares are of `questions`: greetings and other small talk left out."""

    turns: int
    questions: int
    answered: Share
    unsure: Share
    unknown: Share
    by_route: dict[str, int]
    by_language: dict[str, int]
    by_channel: dict[str, int]


def answers(about: Contacts) -> Answers:
    """Count the turns of a period."""
    asked = about.asked
    questions = int(np.count_nonzero(asked))
    answered, unsure, unknown = (
        wilson(int(np.count_nonzero(asked & kind)), questions)
        for kind in (about.told, about.unsure, about.unknown)
    )
    return Answers(
        int(np.count_nonzero(about.within)), questions, answered, unsure, unknown,
        *(dict(column.counts(about.within))
          for column in (about.route, about.language, about.channel)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Thumbs up among thumbs, and thumbs among questions."""

    up: Share
    rated: Share


def satisfaction(about: Contacts, thumbs: Thumbs, questions: int) -> Satisfaction:
    """The thumbs under answers of a period."""
    within = about.within[thumbs.place]
    up, down = (int(np.count_nonzero(within & kind)) for kind in (thumbs.up, thumbs.down))
    return Satisfaction(wilson(up, up + down), wilson(min(up + down, questions), questions))


def seconds_to_answer(about: Contacts) -> dict[str, float]:
    """Percentiles of the time an answer took in the engine, to the millisecond."""
    took = np.sort(about.took_ms[about.within])
    if not len(took):
        return {"p50": 0.0, "p95": 0.0}
    return {
        name: int(took[ceil(share * len(took)) - 1]) / 1000
        for name, share in (("p50", 0.50), ("p95", 0.95))
    }


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC)."""

    day: str
    questions: int
    answered: int


def daily(about: Contacts) -> tuple[Day, ...]:
    """Every day on which anything was asked."""
    asked = about.asked
    days, places = np.unique(about.at[asked] // DAY, return_inverse=True)
    questions = np.bincount(places, minlength=len(days)).tolist()
    told = np.bincount(places[about.told[asked]], minlength=len(days)).tolist()
    names = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
    return tuple(map(Day, names, questions, told))


def topics(about: Contacts) -> Counter[str]:
    """How often each topic came up, the most frequent first."""
    return about.topic.counts(about.within & about.topic.where(bool))


def topics_before(asker: Asker) -> Counter[str]:
    """The same of the period before."""
    (column,) = asker.about(asker.period.before).turns("topic")
    topic = Named.of(column)
    return topic.counts(topic.where(bool))
