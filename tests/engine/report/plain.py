"""The report of a small journal, counted turn by turn in plain loops: slow, and easily checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.holdout import in_holdout
from engine.journal import Journal
from engine.journal_tables import events, feedback, impressions, links, turns
from engine.report.answers import Answers, Day, Satisfaction
from engine.report.drift import drift
from engine.report.intervals import Share, wilson
from engine.report.measuring import Report
from engine.report.period import Period
from engine.report.purchases import Arm, Purchases, Uplift
from engine.report.resolution import Resolution

Turn = Row[Any]
DAY = timedelta(days=1)
AGAIN = timedelta(hours=72)
PICKED = timedelta(hours=1)


def plain_report(journal: Journal, period: Period, percent: int) -> Report:
    """What `measured` has to find, where no uplift is told for few shoppers."""
    with journal.begin() as connection:
        book = Book(connection, period)
    topics = Counter(turn.topic for turn in book.mine if turn.topic)
    before = Counter(
        turn.topic for turn in book.turns
        if turn.topic and period.before.since <= turn.at < period.since
    )  # fmt: skip
    top = sorted(topics.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    took = sorted(floor(turn.took_s * 1000 + 0.5) for turn in book.mine) or [0]
    return Report(
        period, book.answers(), len({turn.shopper for turn in book.mine}),
        len({turn.conversation for turn in book.mine}), book.resolution(), book.satisfaction(),
        {name: took[ceil(share * len(took)) - 1] / 1000
         for name, share in (("p50", 0.5), ("p95", 0.95))},
        sum(turn.handoff is not None for turn in book.mine), book.purchases(),
        book.uplift(percent), drift(before, topics), dict(top), book.daily(),
    )  # fmt: skip


def _kind(turn: Turn) -> str:
    if turn.route == "unknown" or turn.band == "unknown":
        return "unknown"
    return "unsure" if turn.band == "unsure" else "answered"


class Book:
    """All rows of a journal, and the turns of a period."""

    def __init__(self, connection: Connection, period: Period) -> None:
        def rows(table: Any) -> Sequence[Row[Any]]:
            return connection.execute(select(table)).all()

        self.period = period
        self.turns = sorted(rows(turns), key=lambda turn: (turn.at, turn.number))
        self.mine = [turn for turn in self.turns if period.since <= turn.at < period.until]
        self.asked = [turn for turn in self.mine if turn.route not in ("smalltalk", "own_review")]
        self.thumbs = {(row.turn, row.shopper): row.verdict for row in rows(feedback)}
        self.shown = {(row.turn, row.product) for row in rows(impressions)}
        shoppers = [(row.account, row.shopper) for row in rows(links)]
        self.bought = [
            (buyer, row)
            for row in rows(events)
            if row.name == "purchase" and row.at >= period.since
            for buyer in [s for account, s in shoppers if account == row.shopper] or [row.shopper]
        ]

    def answers(self) -> Answers:
        kinds = Counter(map(_kind, self.asked))
        n = len(self.asked)
        return Answers(
            len(self.mine), n, wilson(kinds["answered"], n), wilson(kinds["unsure"], n),
            wilson(kinds["unknown"], n), dict(Counter(turn.route for turn in self.mine)),
            dict(Counter(turn.language for turn in self.mine)),
            dict(Counter(turn.channel for turn in self.mine)),
        )  # fmt: skip

    def satisfaction(self) -> Satisfaction:
        ids = {turn.id for turn in self.mine}
        given = Counter(verdict for (turn, _), verdict in self.thumbs.items() if turn in ids)
        thumbs, n = given["up"] + given["down"], len(self.asked)
        return Satisfaction(wilson(given["up"], thumbs), wilson(min(thumbs, n), n))

    def daily(self) -> tuple[Day, ...]:
        days: dict[str, list[Turn]] = {}
        for turn in self.asked:
            days.setdefault(turn.at.strftime("%Y-%m-%d"), []).append(turn)
        return tuple(
            Day(day, len(asked), sum(_kind(turn) == "answered" for turn in asked))
            for day, asked in sorted(days.items())
        )

    def resolution(self) -> Resolution:
        found = Counter(map(self._fate, self._matters()))
        return Resolution(
            wilson(found["confirmed"] + found["silent"], found.total()),
            found["confirmed"], found["again"], found["person"], found["not answered"],
        )  # fmt: skip

    def _matters(self) -> Iterable[list[Turn]]:
        runs: dict[tuple[str, str], list[list[Turn]]] = {}
        for turn in self.turns:
            mine = runs.setdefault((turn.shopper, turn.topic), [])
            if not mine or turn.at - mine[-1][-1].at > AGAIN:
                mine.append([])
            mine[-1].append(turn)
        for (_, topic), mine in runs.items():
            for run in mine:
                first = run[0].at
                begins = self.period.since <= first < self.period.until
                if begins and topic not in ("", "handoff") and not self._picked(run[0]):
                    yield [turn for turn in run if turn.at < self.period.until + AGAIN]

    def _picked(self, offer: Turn) -> bool:
        return offer.topic == "unsure" and any(
            turn.shopper == offer.shopper and _kind(turn) == "answered"
            and timedelta() < turn.at - offer.at <= PICKED
            for turn in self.turns
        )  # fmt: skip

    def _fate(self, matter: list[Turn]) -> str:
        verdicts = {self.thumbs.get((turn.id, turn.shopper)) for turn in matter}
        if "up" in verdicts:
            return "confirmed"
        if all(_kind(turn) != "answered" for turn in matter):
            return "not answered"
        if len(matter) > 1:
            return "again"
        first = matter[0]
        if any(
            turn.handoff is not None and turn.conversation == first.conversation
            and timedelta() <= turn.at - first.at <= AGAIN
            for turn in self.turns
        ):  # fmt: skip
            return "person"
        return "not answered" if "down" in verdicts else "silent"

    def purchases(self) -> Purchases:
        bought = [(buyer, event) for buyer, event in self.bought if event.at < self.period.until]
        assisted = sum(
            any(
                turn.shopper == buyer and event.at - 7 * DAY <= turn.at <= event.at
                and (turn.id, event.product) in self.shown
                for turn in self.turns
            )
            for buyer, event in bought
        )  # fmt: skip
        return Purchases(len(bought), wilson(assisted, len(bought)))

    def uplift(self, percent: int) -> Uplift:
        first: dict[str, datetime] = {}
        for turn in self.mine:
            if turn.route == "recommend" and turn.topic.startswith("product:"):
                first.setdefault(turn.shopper, turn.at)

        def arm(held: bool) -> Arm:
            mine = {s: at for s, at in first.items() if in_holdout(s, percent) == held}
            return Arm(self._share(mine, 14, self._buys), self._share(mine, 30, self._comes))

        return Uplift(percent, arm(False), arm(True), None, None)

    def _share(
        self, first: dict[str, datetime], days: int, does: Callable[[str, datetime, int], bool]
    ) -> Share:
        ripe = {s: at for s, at in first.items() if at + days * DAY <= self.period.until}
        return wilson(sum(does(shopper, at, days) for shopper, at in ripe.items()), len(ripe))

    def _buys(self, shopper: str, at: datetime, days: int) -> bool:
        return any(
            buyer == shopper and at <= event.at <= at + days * DAY for buyer, event in self.bought
        )

    def _comes(self, shopper: str, at: datetime, days: int) -> bool:
        return any(
            turn.shopper == shopper and at + DAY <= turn.at <= at + days * DAY
            for turn in self.turns
        )
