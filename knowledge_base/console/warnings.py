"""Warnings of entries: contradictions, duplicates, missing languages; seen, mended or dismissed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.review.warnings import WarningKind, warnings_of
from engine.review.wording import told
from engine.types import Entry
from knowledge_base.console.jobs import Job
from knowledge_base.console.links import own_page
from knowledge_base.console.pages import Editor, Page, Viewer

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "warnings"
SHOWN = 200
"""Of each kind."""
ID_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """One warning as a page lists it. `told`: in the language of the page."""

    id: str
    kind: str
    entries: tuple[str, ...]
    languages: tuple[str, ...]
    quotes: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Found:
    """The last look. `changed`: how many warnings are of entries changed since."""

    at: datetime
    standing: tuple[Shown, ...]
    changed: int


@router.get("/warnings")
def warnings_page(page: Viewer) -> Response:
    """What the last look found, by kind."""
    return page.show("warnings.html", **_state(page))


@router.get("/warnings/job")
def job(page: Viewer) -> Response:
    """The look under way, for the page to watch."""
    if not page.is_fragment:
        return page.go("/warnings")
    return page.show("warnings_list.html", **_state(page))


@router.post("/warnings/look")
def look(page: Editor) -> Response:
    """Compare all answers and questions, by meaning too, in a process of its own."""
    versions = {row.id: row.version for row in page.house.files.entries() if row.entry}
    at = page.house.clock()

    def keep(ended: Job) -> None:
        if ended.result is not None:
            kept = {"warnings": ended.result["warnings"], "versions": versions}
            page.house.store.change(
                "insert or replace into looks values (?, ?, ?)",
                JOB, at.isoformat(), json.dumps(kept, ensure_ascii=False),
            )  # fmt: skip

    if page.house.jobs.begin(JOB, page.who, "kb", "check", "--deep", "--json", done=keep):
        page.note("warnings looked for")
    if page.is_fragment:
        return page.show("warnings_list.html", **_state(page))
    return page.go("/warnings")


@router.post("/warnings/dismiss")
def dismiss(page: Editor, warning: Text = "", why: Text = "", next: Text = "/warnings") -> Response:
    """This one is fine: it is not shown again unless its sentences change."""
    if warning:
        page.house.store.change(
            "insert or replace into dismissed values (?, ?, ?, ?)",
            warning[:ID_LETTERS], page.house.clock().isoformat(), page.who, why.strip()[:200],
        )  # fmt: skip
        page.note("warning dismissed", f"{warning[:ID_LETTERS]} {why.strip()[:200]}")
    return page.go(own_page(next), "dismissed")


def standing_warnings(page: Page) -> int:
    """How many of the last look's still stand. Raises StoreError."""
    found = last_look(page)
    return len(found.standing) if found else 0


def warnings_of_entry(page: Page, entry: Entry) -> tuple[Shown, ...]:
    """Those of one entry that need no encoder, at once."""
    shop = page.house.files.shop()
    today = page.house.clock().astimezone(ZoneInfo(shop.time_zone)).date()
    others = [row.entry for row in page.house.files.entries() if row.entry]
    gone = _dismissed(page)
    return tuple(
        Shown(one.id, one.kind.value, one.entries, one.languages, one.quotes,
              one.told(page.language))
        for one in warnings_of(entry, others, None, shop, today=today) if one.id not in gone
    )  # fmt: skip


def last_look(page: Page) -> Found | None:
    """What the last look found and nobody dismissed; None before the first. Raises StoreError."""
    rows = page.house.store.rows("select at, result from looks where name = ?", JOB)
    if not rows:
        return None
    at, kept = datetime.fromisoformat(rows[0][0]), json.loads(rows[0][1])
    now = {row.id: row.version for row in page.house.files.entries() if row.entry}
    gone = _dismissed(page)
    left = [one for one in kept["warnings"] if one["id"] not in gone]
    same = [one for one in left if _unchanged(one["entries"], kept["versions"], now)]
    return Found(at, tuple(_shown(one, page.language) for one in same), len(left) - len(same))


def _unchanged(
    entries: Sequence[str], then: Mapping[str, str], now: Mapping[str, str]
) -> bool:  # fmt: skip
    return all(name in now and then.get(name) == now[name] for name in entries)


def _shown(one: Mapping[str, Any], language: str) -> Shown:
    return Shown(
        one["id"], one["kind"], tuple(one["entries"]), tuple(one["languages"]),
        tuple(one["quotes"]), told(one["key"], one["values"], language),
    )  # fmt: skip


def _dismissed(page: Page) -> frozenset[str]:
    return frozenset(row[0] for row in page.house.store.rows("select warning from dismissed"))


def _state(page: Page) -> dict[str, Any]:
    ran = page.house.jobs.get(JOB)
    found = last_look(page)
    kinds: dict[str, list[Shown]] = {}
    for kind in WarningKind:
        mine = [one for one in found.standing if one.kind == kind] if found else []
        if mine:
            kinds[kind.value] = mine
    titles = {
        row.id: row.entry.titles.get(page.language) or next(iter(row.entry.titles.values()), row.id)
        for row in page.house.files.entries() if row.entry
    }  # fmt: skip
    return {"job": ran, "failed": ran.error if ran and not ran.running else "", "found": found,
            "kinds": kinds, "shown": SHOWN, "titles": titles}  # fmt: skip
