"""Gaps: what shoppers asked in vain, grouped; answered here, and told to all who wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from engine.errors import ShopdeskError, StoreError
from engine.gaps.answering import answer_gap
from engine.gaps.closing import Closed, answered_since, bring_back, dismiss
from engine.gaps.clustering import Gap, find_gap
from engine.gaps.collecting import WAITS, bare
from engine.gaps.drafting import MOST_QUESTIONS, draft
from engine.gaps.kept import Dismissed, Look, dismissed, read_look
from engine.gaps.telling import still_waiting, tell
from engine.recall import live_entries
from engine.retrieval.snapshot import read_live
from engine.types import Entry
from engine.valkey import attach
from knowledge_base.console import entry_form as forms
from knowledge_base.console.pages import Editor, Page, Publisher, Viewer
from knowledge_base.console.preview import bubbles
from knowledge_base.schema import format_entry
from knowledge_base.working_copy import ChangedMeanwhileError

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "gaps"
DAYS = 28
OLD = timedelta(days=1)
"""A look so old is said to be old."""
SHOWN = 100
MOST_ANSWERED = 50
MOST_DISMISSED = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """A gap that has its entry. `waiting`: who are not told yet; `texts`: what they would be sent,
    by language; `live`: whether it can be sent.
    """

    closed: Closed
    waiting: int
    live: bool
    texts: Mapping[str, str]


@router.get("/gaps")
def gaps_page(page: Viewer) -> Response:
    """The last look, and the gaps answered since whose shoppers wait."""
    return page.show("gaps.html", **_state(page))


@router.get("/gaps/job")
def job(page: Viewer) -> Response:
    """The look under way, for the page to watch."""
    if not page.is_fragment:
        return page.go("/gaps")
    return page.show("gaps_list.html", **_state(page))


@router.post("/gaps/look")
def look(page: Editor) -> Response:
    """Group what was asked in vain; takes seconds, in a process of its own."""
    words = ("gaps", "--json", "--keep", "--days", str(DAYS))
    if page.house.jobs.begin(JOB, page.who, *words):
        page.note("gaps looked for")
    if page.is_fragment:
        return page.show("gaps_list.html", **_state(page))
    return page.go("/gaps")


@router.get("/gaps/{identifier}/answer")
def answer_form(page: Editor, identifier: str, entry: str = "") -> Response:
    """A drafted entry to finish; or an existing one, the gap's questions added to it."""
    gap = _gap(page, identifier)
    if not entry:
        made = draft(gap, _entries(page))
        form = forms.form_of(replace(made.entry, hidden=False), _languages(page))
        return _form(page, gap, form, new=True)
    row = page.house.files.entry(entry)
    if row is None or row.entry is None:
        raise ShopdeskError("There is no such entry", where=entry)
    form = forms.form_of(_with_questions(row.entry, gap), _languages(page))
    return _form(page, gap, form, version=row.version)


@router.post("/gaps/{identifier}/answer")
async def answer(request: Request, page: Editor, identifier: str) -> Response:
    """Save the entry with a test question, and note who waits for it."""
    data = await request.form()
    gap = _gap(page, identifier)
    form = forms.typed_form(data, _languages(page))
    version, old = str(data.get("version", "")), str(data.get("old", ""))
    if data.get("checked") == "on":
        form = forms.checked_today(form, page.house.clock().date())
    made, faults = forms.checked(form, _languages(page))
    if made and made.hidden:
        faults, made = [forms.Fault("", "Nobody would be told a hidden entry.")], None
    if made and _taken(page, made, old):
        faults, made = [forms.Fault("" if old else "id", "Another entry has this id.")], None
    shown = {"version": version, "new": not old}
    row = page.house.files.entry(old) if old else None
    if made is None:
        return _form(page, gap, form, faults=faults, status=400, **shown)
    try:
        done = answer_gap(gap, made, page.who, working_copy=page.house.working_copy,
                          journal=page.house.journal, at=page.house.clock(),
                          expected=version, file=row.file if row else "")  # fmt: skip
    except ChangedMeanwhileError as error:
        shown["version"] = page.house.working_copy.version(error.file)
        return _form(page, gap, form, status=409, meanwhile=error, **shown)
    page.note("gap answered", f"{gap.id}: {done.entry}")
    return page.go("/gaps", "gap-answered")


@router.post("/gaps/{identifier}/dismiss")
def dismiss_gap(page: Editor, identifier: str, why: Text = "") -> Response:
    """No entry is wanted for it."""
    gap = _gap(page, identifier)
    dismiss(page.house.journal, gap, page.who, page.house.clock())
    page.note("gap dismissed", f"{gap.id} {why.strip()[:200]}")
    return page.go("/gaps", "gap-dismissed")


@router.post("/gaps/{identifier}/restore")
def restore_gap(page: Editor, identifier: str) -> Response:
    """A dismissed gap is open again."""
    if not bring_back(page.house.journal, identifier):
        raise ShopdeskError("This gap is not dismissed any more", where=identifier[:40])
    page.note("gap brought back", identifier[:40])
    return page.go("/gaps", "gap-restored")


@router.post("/gaps/{identifier}/tell")
def tell_all(page: Publisher, identifier: str) -> Response:
    """Have the answer sent, once, to everybody who waits for it."""
    house = page.house
    live = _live(house.settings.home, read_live(house.settings.home))
    try:
        redis = attach(house.settings)
    except StoreError:
        return page.show("gaps.html", 409, refused=True, **_state(page))
    try:
        with redis:
            told = tell(house.journal, redis, identifier, live, house.clock())
    except StoreError:
        raise
    except ShopdeskError:
        raise ShopdeskError(
            "Nobody can be told: it is not answered, or its entry is not live yet",
            where=identifier[:40],
        ) from None
    page.note("gap told", f"{identifier}: {told.queued}")
    return page.go("/gaps", "gap-told")


def open_gaps(page: Page) -> int:
    """How many gaps the last look found that nobody has dealt with. Raises StoreError."""
    found = read_look(page.house.settings.home, page.house.journal)
    return len(found.gaps) if found else 0


def _gap(page: Page, name: str) -> Gap:
    found = _look(page)
    try:
        return find_gap(found.gaps if found else (), name)
    except ShopdeskError:
        raise ShopdeskError("This gap is not open any more", where=name[:40]) from None


def _look(page: Page) -> Look | None:
    return read_look(page.house.settings.home, page.house.journal)


def _state(page: Page) -> dict[str, Any]:
    found = page.house.jobs.get(JOB)
    if found and not found.running and found.result is not None:
        # What was printed holds the shoppers' words; what is kept does not.
        page.house.jobs.forget(JOB)
        found = None
    away, looked = "", None
    answered: tuple[Answered, ...] = ()
    put_by: tuple[Dismissed, ...] = ()
    try:
        looked, answered = _look(page), _answered(page)
        put_by = dismissed(page.house.journal, MOST_DISMISSED)
    except StoreError as error:
        away = error.what
    old = looked is not None and page.house.clock() - looked.at > OLD
    return {
        "look": looked, "job": found, "away": away, "old": old, "answered": answered,
        "failed": found.error if found and not found.running else "",
        "gaps": looked.gaps[:SHOWN] if looked else (), "titles": _titles(page),
        "dismissed": put_by,
    }  # fmt: skip


def _answered(page: Page) -> tuple[Answered, ...]:
    house = page.house
    since = house.clock() - WAITS
    closed = answered_since(house.journal, since, MOST_ANSWERED)
    if not closed:
        return ()
    live = _live(house.settings.home, read_live(house.settings.home))
    own = _entries(page)
    return tuple(_one_answered(page, one, live, own) for one in closed)


def _one_answered(
    page: Page, closed: Closed, live: Mapping[str, Entry], own: Mapping[str, Entry]
) -> Answered:
    there = closed.entry in live
    try:
        waiting = still_waiting(
            page.house.journal, closed.gap, live if there else own, page.house.clock()
        )
    except StoreError:
        raise
    except ShopdeskError:
        return Answered(closed, 0, False, {})
    return Answered(closed, len(waiting), there, {one.language: one.text for one in waiting})


@lru_cache(maxsize=2)
def _live(home: Path, snapshot: str) -> Mapping[str, Entry]:
    """The entries of a snapshot that is live; a snapshot never changes."""
    return live_entries(home) if snapshot else {}


def _entries(page: Page) -> dict[str, Entry]:
    return {row.id: row.entry for row in page.house.files.entries() if row.entry}


def _titles(page: Page) -> dict[str, str]:
    return {
        name: entry.titles.get(page.language) or next(iter(entry.titles.values()), name)
        for name, entry in _entries(page).items()
    }


def _taken(page: Page, made: Entry, old: str) -> bool:
    """Whether another entry has this id; one saved so by a try that was cut short has not."""
    if old:
        return made.id != old
    row = page.house.files.entry(made.id)
    return row is not None and page.house.working_copy.read(row.file) != format_entry(made)


def _with_questions(entry: Entry, gap: Gap) -> Entry:
    """The entry with those of a gap's questions that it has not got."""
    questions = {language: list(said) for language, said in entry.questions.items()}
    known = {bare(one) for said in questions.values() for one in said}
    for variant in gap.variants[:MOST_QUESTIONS]:
        if (key := bare(variant.words)) not in known:
            known.add(key)
            questions.setdefault(variant.language, []).append(variant.words)
    return replace(entry, questions={name: tuple(said) for name, said in questions.items()})


def _languages(page: Page) -> Sequence[str]:
    return page.house.files.shop().languages


def _form(
    page: Page, gap: Gap, form: forms.EntryForm, *, status: int = 200, **values: Any
) -> Response:
    given = {"new": False, "faults": [], "why": "", "meanwhile": None, "version": "", **values}
    shown = {code: bubbles(part.answer) for code, part in form.languages.items()}
    own = _entries(page)
    material = [own[one.entry] for one in gap.near if one.entry in own and one.entry != form.id]
    return page.show("gap_answer.html", status, gap=gap, form=form, shown=shown,
                     material=material, old="" if given["new"] else form.id, **given)  # fmt: skip
