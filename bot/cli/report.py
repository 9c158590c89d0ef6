"""`shopdesk report`: how the assistant did lately, for people, as JSON, CSV, or a page."""

from __future__ import annotations

import argparse
import csv
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import load_settings, plain, print_json
from engine.errors import SettingsError

if TYPE_CHECKING:
    from engine.report.intervals import Share
    from engine.report.measuring import Report


def run_command(arguments: argparse.Namespace) -> int:
    """Measure the last days. Raises SettingsError, StoreError."""
    from engine.journal import Journal
    from engine.report.measuring import measured
    from engine.report.page import write_page
    from engine.report.period import Period

    if arguments.days < 1:
        raise SettingsError("--days needs a number from 1", mend="such as --days 28.")
    settings = load_settings(arguments)
    until = datetime.now(UTC)
    period = Period(until - timedelta(days=arguments.days), until)
    with closing(Journal.open(settings)) as journal:
        report = measured(journal, period, settings.holdout_percent)
    if arguments.csv:
        write_csv(arguments.csv, report)
    if arguments.html:
        write_page(arguments.html, report)
    if arguments.json:
        print_json(plain(report))
    else:
        for line in told(report):
            print(line)
    return 0


def told(report: Report) -> list[str]:
    """The report as lines for people."""
    from engine.report.wording import percent

    found, matters, bought = report.answers, report.resolution, report.purchases
    return [
        f"{report.period.since:%Y-%m-%d} to {report.period.until:%Y-%m-%d}: {found.turns} turns of "
        f"{report.shoppers} shoppers, {found.questions} of them questions",
        f"answered          {_share(found.answered)}",
        f"offered a choice  {_share(found.unsure)}",
        f"no answer         {_share(found.unknown)}",
        f"resolved          {_share(matters.resolved)} of what they came with",
        f"                  not: asked again {matters.asked_again}, a person {matters.person}, "
        f"not answered {matters.not_answered}",
        f"satisfied         {_share(report.satisfaction.up)} of thumbs; "
        f"{percent(report.satisfaction.rated)} of questions were rated",
        f"time to answer    {report.seconds_to_answer['p50']:.2f} s, "
        f"95 % within {report.seconds_to_answer['p95']:.2f} s",
        f"persons called    {report.persons}",
        f"purchases         {bought.purchases}; {_share(bought.assisted)} after a suggestion of it "
        "here (that is no proof that it was the reason)",
        *_uplift(report),
        *_drift(report),
    ]


def write_csv(path: Path, report: Report) -> None:
    """One figure a line: name, value, and for shares count, n and the 95 % interval."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("figure", "value", "count", "n", "low", "high"))
        for name, share in shares(report).items():
            out.writerow((name, share.share, share.count, share.n, share.low, share.high))
        for name, count in (
            ("turns", report.answers.turns), ("shoppers", report.shoppers),
            ("conversations", report.conversations), ("persons", report.persons),
            ("seconds_p50", report.seconds_to_answer["p50"]),
            ("seconds_p95", report.seconds_to_answer["p95"]),
            ("drift", report.drift.divergence),
        ):  # fmt: skip
            out.writerow((name, count, "", "", "", ""))
        for day in report.daily:
            out.writerow(
                (f"questions {day.day}", day.questions, day.answered, day.questions, "", "")
            )


def shares(report: Report) -> dict[str, Share]:
    """Every share of the report by its name."""
    return {
        "answered": report.answers.answered,
        "unsure": report.answers.unsure,
        "unknown": report.answers.unknown,
        "resolved": report.resolution.resolved,
        "satisfied": report.satisfaction.up,
        "rated": report.satisfaction.rated,
        "assisted_purchases": report.purchases.assisted,
        "bought_personal": report.uplift.personal.bought,
        "bought_holdout": report.uplift.held_out.bought,
        "came_back_personal": report.uplift.personal.came_back,
        "came_back_holdout": report.uplift.held_out.came_back,
    }


def _uplift(report: Report) -> list[str]:
    from engine.report.wording import percent, points

    up = report.uplift
    if not up.percent:
        return ["holdout           none: what suggestions bring cannot be told (SHOPDESK_HOLDOUT)"]
    return [
        f"bought in 14 days {percent(up.personal.bought)} with personal suggestions, "
        f"{percent(up.held_out.bought)} of the {up.percent} % held out: "
        f"{points(up.bought)}",
        f"back in 30 days   {percent(up.personal.came_back)} and "
        f"{percent(up.held_out.came_back)}: {points(up.came_back)}",
    ]


def _drift(report: Report) -> list[str]:
    moved = [
        f"{one.topic} {100 * one.points:+.1f} points ({one.before} → {one.now})"
        for one in (*report.drift.rising, *report.drift.falling)
    ]
    return [f"asked otherwise   {'; '.join(moved) or 'nothing beyond chance'}"]


def _share(share: Share) -> str:
    from engine.report.wording import interval, percent

    return f"{percent(share)} ({share.count} of {share.n}; 95 %: {interval(share)})"
