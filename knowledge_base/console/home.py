"""The first page: today's questions at a glance, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from engine.errors import StoreError
from engine.report.answers import answers, daily, satisfaction
from engine.report.contacts import contacts
from engine.report.period import Asker, Period
from engine.report.thumbs import thumbs
from engine.retrieval.snapshot import read_live
from knowledge_base.console.gaps import open_gaps
from knowledge_base.console.handover import waiting_requests
from knowledge_base.console.listing import missing_languages, state_of
from knowledge_base.console.pages import Page, Viewer
from knowledge_base.console.warnings import standing_warnings

router = APIRouter()
DAYS = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart, in percent of the busiest: answered below, the rest above."""

    day: str
    questions: int
    answered: int
    height: float
    answered_height: float


@router.get("/")
def home(page: Viewer) -> Response:
    """Asked, answered, unsure, unknown, satisfaction; what is pending."""
    files, today = page.house.files, page.house.clock().date()
    rows = files.entries()
    languages = files.shop().languages
    live = read_live(page.house.settings.home)
    try:
        measured, away, waiting = _measured(page), "", _waiting(page)
    except StoreError as error:
        measured, away, waiting = {}, error.what, {"gaps": 0, "handover": 0, "warnings": 0}
    return page.show(
        "home.html", measured=measured, away=away, waiting=waiting, live=live, entries=len(rows),
        running=page.house.is_running, pending=page.house.pending.since(live),
        products=len(files.catalogue().rows),
        broken=sum(state_of(row, today) == "broken" for row in rows),
        untranslated=sum(bool(missing_languages(row, languages)) for row in rows),
    )  # fmt: skip


def _waiting(page: Page) -> dict[str, int]:
    return {"gaps": open_gaps(page), "handover": waiting_requests(page),
            "warnings": standing_warnings(page)}  # fmt: skip


def _measured(page: Page) -> dict[str, Any]:
    now = page.house.clock()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=DAYS - 1)
    with page.house.journal.begin() as connection:
        asker = Asker(connection, Period(since, now + timedelta(minutes=1)))
        about = contacts(asker)
        given = thumbs(asker, about)
    long = answers(about)
    days = daily(about)
    liked = satisfaction(about, given, long.questions)
    day = next((one.questions for one in days if one.day == str(today.date())), 0)
    return {"today": day, "long": long, "satisfaction": liked, "bars": _bars(days, today)}


def _bars(days: Any, today: Any) -> list[Bar]:
    known = {day.day: day for day in days}
    names = [str((today - timedelta(days=n)).date()) for n in range(DAYS - 1, -1, -1)]
    most = max((day.questions for day in days), default=0) or 1
    return [
        Bar(name, day.questions, day.answered, 100 * day.questions / most,
            100 * day.answered / most)
        if (day := known.get(name)) else Bar(name, 0, 0, 0.0, 0.0)
        for name in names
    ]  # fmt: skip
