"""What was asked and how it was answered: counts, shares, thumbs, time, days, topics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil

from engine.report.intervals import Share, wilson
from engine.report.period import Asker
from engine.types import Band, Route

NO_QUESTION = (Route.SMALLTALK.value,)
TOLD = (Band.CERTAIN.value, Band.LIKELY.value, None)
"""Bands of an answer; goods, orders and persons have none."""
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


def answers(asker: Asker) -> Answers:
    """Count the turns of a period."""
    rows = asker.rows(
        "select route, band, language, channel, count(*) from turns "
        "where at >= :since and at < :until group by 1, 2, 3, 4"
    )
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("route", "language", "channel")}
    bands: Counter[str] = Counter()
    for route, band, language, channel, count in rows:
        counts["route"][route] += count
        counts["language"][language] += count
        counts["channel"][channel] += count
        if route not in NO_QUESTION:
            bands[_kind(route, band)] += count
    questions = bands.total()
    return Answers(
        counts["route"].total(), questions,
        wilson(bands["answered"], questions), wilson(bands["unsure"], questions),
        wilson(bands["unknown"], questions), dict(counts["route"].most_common()),
        dict(counts["language"].most_common()), dict(counts["channel"].most_common()),
    )  # fmt: skip


def _kind(route: str, band: str | None) -> str:
    if route == Route.UNKNOWN.value or band == Band.UNKNOWN.value:
        return "unknown"
    return "unsure" if band == Band.UNSURE.value else "answered"


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Thumbs up among thumbs, and thumbs among questions."""

    up: Share
    rated: Share


def satisfaction(asker: Asker, questions: int) -> Satisfaction:
    """The thumbs under answers of a period."""
    found = dict(
        tuple(row)
        for row in asker.rows(
            "select f.verdict, count(*) from feedback f join turns t on t.id = f.turn "
            "where t.at >= :since and t.at < :until group by 1"
        )
    )
    up, down = found.get("up", 0), found.get("down", 0)
    return Satisfaction(wilson(up, up + down), wilson(min(up + down, questions), questions))


def seconds_to_answer(asker: Asker) -> dict[str, float]:
    """Percentiles of the time an answer took in the engine, to the millisecond."""
    rows = asker.rows(
        "select cast(round(took_s * 1000) as integer) as ms, count(*) from turns "
        "where at >= :since and at < :until group by 1 order by 1"
    )
    whole = sum(count for _, count in rows)
    found = {"p50": 0.0, "p95": 0.0}
    for name, share in (("p50", 0.50), ("p95", 0.95)):
        left = ceil(share * whole)
        for ms, count in rows:
            left -= count
            if left <= 0:
                found[name] = ms / 1000
                break
    return found


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC)."""

    day: str
    questions: int
    answered: int


def daily(asker: Asker) -> tuple[Day, ...]:
    """Every day on which anything was asked."""
    day = asker.day("at")
    rows = asker.rows(
        f"select {day}, route, band, count(*) from turns "  # noqa: S608 - no word of anyone's
        "where at >= :since and at < :until group by 1, 2, 3"
    )
    questions: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for name, route, band, count in rows:
        if route not in NO_QUESTION:
            questions[name] += count
            told[name] += count * (_kind(route, band) == "answered")
    return tuple(Day(name, questions[name], told[name]) for name in sorted(questions))


def topics(asker: Asker) -> Counter[str]:
    """How often each topic came up."""
    rows = asker.rows(
        "select topic, count(*) from turns "
        "where at >= :since and at < :until and topic <> '' group by 1"
    )
    return Counter(dict(map(tuple, rows)))
