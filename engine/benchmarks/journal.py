"""How fast a big journal is: writing a turn, the report, deleting one shopper."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from engine.journal import Journal
from engine.journal_tables import events, feedback, impressions, turns
from engine.report.measuring import measured
from engine.report.period import Period
from engine.rights import Rights
from engine.sessions import MemorySessions
from engine.types import Band, Citation, Message, Receipt, Reply, Route, WordedBy

AT_ONCE = 10_000
KEPT_DAYS = 90
TURNS_A_SHOPPER = 10
WRITES = 1000
FORGOTTEN = 20
REPORT_DAYS = 28
UNTIL = datetime(2026, 11, 30, tzinfo=UTC)
ANSWER = "Parcels within the country take three to five working days. " * 4
Step = Callable[[int, int], None]


def bench_journal(journal: Journal, count: int, step: Step) -> dict[str, Any]:
    """Fill an empty journal with `count` made-up turns of 90 days, then measure. Raises StoreError.

    Write times are of whole, durable turns, one after the other.
    """
    for done in _filled(journal, count):
        step(done, count)
    writes = sorted(_timed(partial(_write, journal, n)) for n in range(WRITES))
    period = Period(UNTIL - timedelta(days=REPORT_DAYS), UNTIL)
    reports = [_timed(lambda: measured(journal, period, 5)) for _ in range(3)]
    rights = Rights(journal, MemorySessions())
    deletions = [_timed(partial(rights.forget, _shopper(n * 7))) for n in range(FORGOTTEN)]
    return {
        "turns": count,
        "write_ms": {"p50": 1000 * writes[WRITES // 2], "p95": 1000 * writes[WRITES * 95 // 100]},
        "report_s": min(reports),
        "report_days": REPORT_DAYS,
        "forget_s": {"median": sorted(deletions)[FORGOTTEN // 2], "worst": max(deletions)},
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _shopper(number: int) -> str:
    return f"{number:024x}"


def _write(journal: Journal, number: int) -> None:
    shopper = _shopper(number)
    message = Message(f"bench-{number}", f"tg:{shopper}", shopper, "", UNTIL, channel="telegram")
    reply = Reply(
        ANSWER, Route.FAQ, Band.CERTAIN, 0.9, "en", citations=(Citation("entry:shipping", "S"),),
        receipt=Receipt("0" * 16, "", WordedBy.OPERATOR),
    )  # fmt: skip
    journal.record_turn(message, "how long does delivery take?", reply)


def _filled(journal: Journal, count: int) -> Iterator[int]:
    chance = random.Random(1)
    for first in range(0, count, AT_ONCE):
        last = min(count, first + AT_ONCE)
        made = [_made(number, count, chance) for number in range(first, last)]
        with journal.begin() as connection:
            for table, place in ((turns, 0), (impressions, 1), (feedback, 2), (events, 3)):
                if rows := [row for one in made for row in one[place]]:
                    connection.execute(journal.insert(table).on_conflict_do_nothing(), rows)
        yield last


Rows = list[dict[str, Any]]


def _made(number: int, count: int, chance: random.Random) -> tuple[Rows, Rows, Rows, Rows]:
    """A turn with what it showed, its thumb, and what its shopper did then."""
    name = f"{number:016x}"
    shopper = _shopper(chance.randrange(max(1, count // TURNS_A_SHOPPER)))
    at = UNTIL - timedelta(days=KEPT_DAYS * (1 - number / count))
    route = chance.choices(["faq", "recommend", "smalltalk", "unknown", "order"],
                           [60, 20, 10, 5, 5])[0]  # fmt: skip
    bands: dict[str, str | None] = {"unknown": "unknown"}
    if route == "faq":
        bands["faq"] = chance.choices(["certain", "likely", "unsure"], [60, 25, 15])[0]
    turn = {
        "id": name, "message": f"tg-{number}", "conversation": f"tg:{shopper}",
        "shopper": shopper, "channel": "telegram", "at": at,
        "took_s": chance.lognormvariate(-3, 0.7), "question": f"where is it? {number}",
        "answer": ANSWER, "route": route, "band": bands.get(route), "confidence": 0.9,
        "language": chance.choice(["en", "zh"]), "worded_by": "template",
        "handoff": "asked" if chance.random() < 0.01 else None, "snapshot": "0" * 16,
        "reply": "{}".ljust(900), "action": "", "private": True,
        "topic": _topic(route, bands.get(route), chance),
    }  # fmt: skip
    shown = [
        {"turn": name, "slot": slot, "product": f"p{chance.randrange(200)}", "recommender": "v"}
        for slot in range(3 * (route == "recommend"))
    ]
    thumb = {"turn": name, "shopper": shopper, "at": at,
             "verdict": chance.choice(["up", "up", "down"])}  # fmt: skip
    did = {"shopper": shopper, "at": at, "quantity": 1, "product": f"p{chance.randrange(200)}",
           "name": chance.choice(["view_item", "view_item", "purchase"])}  # fmt: skip
    return (
        [turn], shown, [thumb] * (chance.random() < 0.1), [did] * (chance.random() < 0.2),
    )  # fmt: skip


def _topic(route: str, band: str | None, chance: random.Random) -> str:
    if route == "faq":
        return "unsure" if band == "unsure" else f"entry:e{int(chance.paretovariate(1)) % 72}"
    if route == "recommend":
        return f"product:p{chance.randrange(200)}"
    return "" if route == "smalltalk" else route
