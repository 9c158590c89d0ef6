"""The quick report of a journal is the one that is counted turn by turn."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.journal import Journal
from engine.journal_tables import TABLES, events, feedback, impressions, links, turns
from engine.report.measuring import measured
from engine.report.period import Period
from tests.engine.report.plain import plain_report

UNTIL = datetime(2026, 11, 30, tzinfo=UTC)
PERIOD = Period(UNTIL - timedelta(days=40), UNTIL)
H = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)
SHOPPERS = [f"s{number}" for number in range(6)]
PRODUCTS = ["lamp", "sofa"]
TOPICS = ["", "handoff", "unsure", "unknown", "entry:a", 'entry:"b\\', "product:lamp", "product:椅"]
Rows = list[dict[str, Any]]


def moment(chance: random.Random) -> datetime:
    """About a border of the period, or an hour of a few days: so that many meet or just miss."""
    days = chance.choice([0, 10, 24, 26, 40])
    border = PERIOD.since + days * 24 * H
    at = border + chance.choice([0, 0, -1, 1, -72, 72, chance.randrange(-200, 200)]) * H
    return at + chance.choice([0, 0, 0, -1, 1]) * INSTANT


def turn(number: int, chance: random.Random) -> dict[str, Any]:
    topic = chance.choice(TOPICS)
    return {
        "id": f"{chance.getrandbits(64):016x}", "message": str(number),
        "conversation": f"c{chance.randrange(8)}", "shopper": chance.choice(SHOPPERS),
        "channel": chance.choice(["telegram", "web"]), "at": moment(chance),
        "took_s": chance.lognormvariate(-3, 0.7), "question": "", "answer": "",
        "route": chance.choice(["faq", "recommend", "smalltalk", "own_review", "unknown",
                                "handoff"]),
        "band": chance.choice([None, "certain", "likely", "unsure", "unknown"]),
        "confidence": 0.9, "language": chance.choice(["en", "zh"]), "worded_by": "template",
        "handoff": "asked" if chance.random() < 0.1 else None, "snapshot": "", "reply": "{}",
        "action": "", "private": True, "topic": topic,
    }  # fmt: skip


def thumbs(asked: Rows, chance: random.Random) -> Rows:
    return [
        {"turn": one["id"], "shopper": by, "verdict": chance.choice(["up", "down"]), "at": UNTIL}
        for one in asked
        for by in {chance.choice(SHOPPERS), one["shopper"]}
        if chance.random() < 0.2
    ]


def happened(chance: random.Random, count: int) -> Rows:
    return [
        {"shopper": chance.choice([*SHOPPERS, "account"]), "at": moment(chance), "quantity": 1,
         "name": chance.choice(["purchase", "view_item"]), "product": chance.choice(PRODUCTS)}
        for _ in range(count)
    ]  # fmt: skip


def fill(journal: Journal, chance: random.Random) -> None:
    count = chance.choice([1, 5, 40, 200])
    asked = [turn(number, chance) for number in range(count)]
    shown = [
        {"turn": one["id"], "slot": 0, "product": chance.choice(PRODUCTS), "recommender": "v"}
        for one in asked
    ]
    linked = [{"shopper": s, "account": "account", "since": UNTIL} for s in SHOPPERS[:2]]
    with journal.begin() as connection:
        for table in TABLES[1:]:
            connection.execute(table.delete())
        for table, rows in (
            (turns, asked), (feedback, thumbs(asked, chance)), (impressions, shown),
            (events, happened(chance, count)), (links, linked),
        ):  # fmt: skip
            if rows:
                connection.execute(journal.insert(table).on_conflict_do_nothing(), rows)


def test_the_report_counts_as_plain_loops_do(database_url: str) -> None:
    journal = Journal(database_url)
    for seed in range(60):
        fill(journal, random.Random(seed))
        assert measured(journal, PERIOD, 50) == plain_report(journal, PERIOD, 50), seed
    journal.close()


@pytest.mark.parametrize("count", [1, 3])
def test_equally_frequent_topics_come_by_name(database_url: str, count: int) -> None:
    journal = Journal(database_url)
    chance = random.Random(1)
    rows = [
        {**turn(number, chance), "at": UNTIL - H, "topic": f"entry:{topic}"}
        for number, topic in enumerate("lkjihgfedcba" * count)
    ]
    with journal.begin() as connection:
        connection.execute(turns.insert(), rows)
    assert list(measured(journal, PERIOD, 0).topics) == [f"entry:{topic}" for topic in "abcdefghij"]
    journal.close()
