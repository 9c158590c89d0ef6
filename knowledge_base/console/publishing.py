"""Publish: what would change side by side, then live in one step; and back to any version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.at_work import note_published
from engine.errors import ShopdeskError
from engine.publish_log import Published, read
from engine.retrieval.snapshot import read_live, write_live
from knowledge_base.console.jobs import Job
from knowledge_base.console.pages import Page, Publisher, Viewer
from knowledge_base.console.pending import PendingChanges, snapshot_files
from knowledge_base.working_copy import KEPT

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "publish"
SNAPSHOT = re.compile(r"^[0-9a-f]{16}$")
VERSIONS = 30


@router.get("/publish")
def publish_page(page: Viewer) -> Response:
    """What is not live yet, what a look at it found, and what was live before."""
    return page.show("publish.html", **_state(page))


@router.get("/publish/job")
def job(page: Viewer) -> Response:
    """The look under way, for the page to watch."""
    if not page.is_fragment:
        return page.go("/publish")
    return page.show("publish_look.html", **_state(page))


@router.post("/publish/look")
def look(page: Publisher, days: Annotated[int, Form(ge=0, le=90)] = 7) -> Response:
    """Build the files as they are and ask again what was asked lately; nothing goes live."""
    page.house.working_copy.note_untold()
    words = ("kb", "publish", "--dry-run", "--json", "--days", str(days))
    if page.house.jobs.begin(JOB, page.who, *words):
        page.note("publish looked at")
    if page.is_fragment:
        return page.show("publish_look.html", **_state(page))
    return page.go("/publish")


@router.post("/publish/live")
def go_live(page: Publisher, snapshot: Text = "", why: Text = "", override: Text = "") -> Response:
    """Make what was looked at live, in one step."""
    found = page.house.jobs.get(JOB)
    result = found.result if found and not found.running else None
    if result is None or result["snapshot"] != snapshot:
        return page.show("publish.html", 409, refused="again", **_state(page))
    if read_live(page.house.settings.home) != result["was_live"] or _stale(page, result):
        return page.show("publish.html", 409, refused="changed", **_state(page))
    if result["broken"] and not (override and why.strip()):
        return page.show("publish.html", 409, refused="broken", **_state(page))
    line = Published(
        page.house.clock(), snapshot, page.who, why.strip()[:500], tuple(result["broken"])
    )
    home = page.house.settings.home
    if not write_live(home, snapshot, only_over=result["was_live"], published=line):
        return page.show("publish.html", 409, refused="changed", **_state(page))
    note_published(home, page.house.working_copy.folder)
    page.note("published", f"{snapshot} {why.strip()}")
    page.house.jobs.forget(JOB)
    return page.go("/publish", "live")


@router.post("/publish/back")
def back(page: Publisher, snapshot: Text = "", files: Text = "") -> Response:
    """Make an earlier version live again; its files too, where that is wished."""
    home = page.house.settings.home
    # One that was only looked at never passed the saved questions, or nobody said why it may.
    was_live = SNAPSHOT.match(snapshot) and any(line.snapshot == snapshot for line in read(home))
    if not was_live or not (home / "snapshots" / snapshot).is_dir():
        raise ShopdeskError("There is no such version", where=snapshot)
    why = f"back to {snapshot}"
    if files:
        page.house.working_copy.apply(_files_of(page, snapshot), by=page.who, why=why)
    write_live(home, snapshot, published=Published(page.house.clock(), snapshot, page.who, why))
    page.note("version restored", f"{snapshot} {'with files' if files else ''}")
    page.house.jobs.forget(JOB)
    return page.go("/publish", "back")


def _files_of(page: Page, snapshot: str) -> dict[str, str | None]:
    """The texts the operators' files had in a snapshot; None for those it did not have."""
    folder = page.house.settings.home / "snapshots" / snapshot / "knowledge"
    then = [name for name in snapshot_files(page.house.settings.home, snapshot) if _kept(name)]
    now = [name for name in _pending(page).hashes() if _kept(name)]
    gone: dict[str, str | None] = dict.fromkeys(now)
    try:
        return gone | {name: (folder / name).read_bytes().decode() for name in then}
    except OSError as error:
        raise ShopdeskError("The files of this version are gone", where=str(folder)) from error


def _kept(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in KEPT)


def _state(page: Page) -> dict[str, Any]:
    home = page.house.settings.home
    live = read_live(home)
    found = page.house.jobs.get(JOB)
    result = found.result if found else None
    return {
        "live": live, "pending": _pending(page).since(live), "job": found, "result": result,
        "stale": result is not None and (_stale(page, result) or result["was_live"] != live),
        "versions": _versions(page, live), "broken_files": _broken(page), "failed": _failed(found),
    }  # fmt: skip


def _pending(page: Page) -> PendingChanges:
    return page.house.pending


def _broken(page: Page) -> Sequence[str]:
    found = [str(p) for row in page.house.files.entries() for p in row.problems]
    return [*found, *(str(p) for p in page.house.files.catalogue().problems)]


def _failed(job: Job | None) -> str:
    return job.error if job and not job.running else ""


def _stale(page: Page, result: Mapping[str, Any]) -> bool:
    """Whether the files have changed since they were looked at."""
    built = snapshot_files(page.house.settings.home, str(result["snapshot"]))
    return dict(built) != _pending(page).hashes()


def _versions(page: Page, live: str) -> list[dict[str, Any]]:
    home, found = page.house.settings.home, []
    for line in reversed(read(home)[-VERSIONS:]):
        kept = (home / "snapshots" / line.snapshot / "manifest.json").is_file()
        at: datetime = line.at
        found.append({"at": at, "snapshot": line.snapshot, "by": line.by, "why": line.why,
                      "kept": kept, "live": line.snapshot == live,
                      "overridden": line.overridden})  # fmt: skip
    return found
