"""The report counts what a person with the journal in hand would count."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.main import main
from engine.event_log import EventLog
from engine.holdout import in_holdout
from engine.journal import Journal, Verdict
from engine.links import Links
from engine.report.measuring import Report, measured
from engine.report.page import page
from engine.report.period import Period
from engine.types import (
    Band,
    Citation,
    Event,
    HandoffReason,
    LinkOffer,
    Message,
    Money,
    ProductCard,
    Reply,
    Route,
)

UNTIL = datetime(2026, 11, 30, tzinfo=UTC)
PERIOD = Period(UNTIL - timedelta(days=60), UNTIL)
H = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    opened = Journal(database_url)
    yield opened
    opened.close()


class Shop:
    """Writes turns as a desk would."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.count = 0

    def asks(
        self, shopper: str, at: datetime, entry: str = "returns", *,
        band: Band | None = Band.CERTAIN,
        route: Route = Route.FAQ, handoff: HandoffReason | None = None, took_s: float = 0.1,
    ) -> str:  # fmt: skip
        self.count += 1
        cited = (Citation(f"entry:{entry}", entry),) if entry else ()
        reply = Reply("Said.", route, band, 0.9, "en", citations=cited, handoff=handoff)
        return self._says(shopper, at, reply, took_s)

    def suggests(self, shopper: str, at: datetime, product: str) -> str:
        self.count += 1
        card = ProductCard("S1", "Lamp", Money(Decimal(20), "EUR"), True, "", "", "", "")
        cited = (Citation(f"product:{product}", product),)
        reply = Reply("Here.", Route.RECOMMEND, None, 1.0, "en", citations=cited, products=(card,))
        return self._says(shopper, at, reply, 0.1)

    def _says(self, shopper: str, at: datetime, reply: Reply, took_s: float) -> str:
        message = Message(f"m{self.count}", f"chat-{shopper}", shopper, "q", at)
        return self.journal.record_turn(message, "q", reply, took_s=took_s)

    def report(self, percent: int = 0) -> Report:
        return measured(self.journal, PERIOD, percent)


@pytest.fixture
def shop(journal: Journal) -> Shop:
    return Shop(journal)


def test_a_matter_is_resolved_when_it_is_silent_or_confirmed_and_else_not(shop: Shop) -> None:
    at = UNTIL - 20 * DAY
    shop.asks("silent", at)
    shop.asks("again", at)
    shop.asks("again", at + 71 * H)
    confirmed = shop.asks("confirmed", at)
    shop.journal.record_feedback(confirmed, "confirmed", Verdict.UP)
    shop.asks("confirmed", at + 2 * H)
    refused = shop.asks("refused", at)
    shop.journal.record_feedback(refused, "refused", Verdict.DOWN)
    shop.asks("person", at)
    shop.asks("person", at + 5 * H, "", route=Route.HANDOFF, band=None, handoff=HandoffReason.ASKED)
    shop.asks("lost", at, "", route=Route.UNKNOWN, band=Band.UNKNOWN)
    shop.asks("hello", at, "", route=Route.SMALLTALK, band=None)
    found = shop.report().resolution
    assert (found.resolved.count, found.resolved.n) == (2, 6)
    assert (found.confirmed, found.asked_again, found.person, found.not_answered) == (1, 1, 1, 2)


def test_the_same_topic_after_72_hours_is_another_matter(shop: Shop) -> None:
    at = UNTIL - 20 * DAY
    shop.asks("ann", at)
    shop.asks("ann", at + 73 * H)
    shop.asks("ann", at + 74 * H, "shipping")
    found = shop.report().resolution
    assert (found.resolved.count, found.resolved.n) == (3, 3)


def test_what_was_asked_just_before_the_period_is_no_new_matter(shop: Shop) -> None:
    shop.asks("ann", PERIOD.since - H)
    shop.asks("ann", PERIOD.since + H)
    assert shop.report().resolution.resolved.n == 0


def test_an_offer_that_leads_to_an_answer_is_not_counted_twice(shop: Shop) -> None:
    at = UNTIL - 20 * DAY
    shop.asks("ann", at, band=Band.UNSURE)
    shop.asks("ann", at + timedelta(minutes=1), "shipping")
    shop.asks("bob", at, band=Band.UNSURE)
    found = shop.report().resolution
    assert (found.resolved.count, found.resolved.n, found.not_answered) == (1, 2, 1)


def test_shares_are_of_questions_and_thumbs_of_thumbs(shop: Shop) -> None:
    at = UNTIL - 2 * DAY
    told = [shop.asks(f"s{n}", at, took_s=n / 10) for n in range(8)]
    shop.asks("s9", at, band=Band.UNSURE)
    shop.asks("s9", at, "", route=Route.UNKNOWN, band=None)
    for _ in range(5):
        shop.asks("s9", at, "", route=Route.SMALLTALK, band=None)
    for number, turn in enumerate(told[:4]):
        verdict = Verdict.UP if number else Verdict.DOWN
        shop.journal.record_feedback(turn, f"s{number}", verdict)
    report = shop.report()
    found = report.answers
    assert (found.turns, found.questions, report.shoppers, report.conversations) == (15, 10, 9, 9)
    assert (found.answered.share, found.unsure.share, found.unknown.share) == (0.8, 0.1, 0.1)
    assert (report.satisfaction.up.share, report.satisfaction.rated.share) == (0.75, 0.4)
    assert report.seconds_to_answer == {"p50": 0.1, "p95": 0.7}
    assert [(day.questions, day.answered) for day in report.daily] == [(10, 8)]
    assert report.topics["entry:returns"] == 8


def test_a_purchase_is_assisted_where_the_thing_was_shown_to_its_buyer(shop: Shop) -> None:
    at = UNTIL - 10 * DAY
    shop.suggests("ann", at, "lamp")
    shop.suggests("bob", at - 20 * DAY, "lamp")
    Links(shop.journal).link("cleo", LinkOffer("account-cleo"), at)
    shop.suggests("cleo", at, "lamp")
    EventLog(shop.journal).record([
        Event("ann", at + DAY, "purchase", "lamp"), Event("ann", at + DAY, "purchase", "chair"),
        Event("ann", at - DAY, "purchase", "lamp"), Event("bob", at + DAY, "purchase", "lamp"),
        Event("account-cleo", at + DAY, "purchase", "lamp"),
        Event("ann", at + DAY, "view_item", "lamp"),
    ])  # fmt: skip
    found = shop.report().purchases
    assert (found.purchases, found.assisted.count) == (5, 2)


def test_the_holdout_is_told_apart_by_chance_alone_and_few_tell_nothing(shop: Shop) -> None:
    first = UNTIL - 40 * DAY
    names = [f"s{number}" for number in range(300)]
    held = [name for name in names if in_holdout(name, 50)]
    for name in names:
        shop.suggests(name, first, "lamp")
    buyers = [*[n for n in names if n not in held][:60], *held[:15]]
    log = EventLog(shop.journal)
    log.record([Event(n, first + 2 * DAY, "purchase", "lamp") for n in buyers])
    for name in held[:10]:
        shop.asks(name, first + 20 * DAY)
    up = shop.report(50).uplift
    assert up.personal.bought.n + up.held_out.bought.n == 300
    assert (up.personal.bought.count, up.held_out.bought.count) == (60, 15)
    assert (up.personal.came_back.count, up.held_out.came_back.count) == (0, 10)
    assert up.bought is not None
    assert up.bought.low > 0
    assert up.came_back is not None
    assert up.came_back.high < 0.01
    assert shop.report(1).uplift.bought is None


def test_what_is_asked_more_than_before_is_told_and_noise_is_not(shop: Shop) -> None:
    for number in range(60):
        shop.asks(f"a{number}", UNTIL - 90 * DAY, ("returns", "shipping")[number % 2])
        shop.asks(f"b{number}", UNTIL - 10 * DAY, "returns" if number < 28 else "strike")
    found = shop.report().drift
    assert [one.topic for one in found.rising] == ["entry:strike"]
    assert [one.topic for one in found.falling] == ["entry:shipping"]
    assert 0.3 < found.divergence < 0.7


def test_an_empty_journal_has_a_report(shop: Shop) -> None:
    report = shop.report(5)
    assert (report.answers.turns, report.resolution.resolved.n, report.shoppers) == (0, 0, 0)
    assert "Nothing was asked" in page(report)


def test_the_command_prints_one_document_a_table_and_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite3")
    shop = Shop(journal)
    for number in range(20):
        shop.asks(f"s{number}", datetime.now(UTC) - number * DAY)
    journal.close()
    where = ["report", "--home", str(tmp_path)]
    assert main([*where, "--json", "--csv", "r.csv", "--html", "r.html"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["resolution"]["resolved"]["count"] == 20
    with Path("r.csv").open(newline="") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    assert rows["resolved"]["n"] == "20"
    assert "<svg" in Path("r.html").read_text()
    assert main(where) == 0
    assert "resolved          100.0 % (20 of 20" in capsys.readouterr().out
    assert main([*where, "--days", "0"]) == 2
