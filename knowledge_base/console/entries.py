"""Entries: the list, one entry's form with its live preview, its history, changes of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData

from engine.errors import KnowledgeError
from engine.types import Entry
from knowledge_base.console import entry_form as forms
from knowledge_base.console.line_differences import line_differences
from knowledge_base.console.listing import (
    STATES,
    Wanted,
    listed,
    missing_languages,
    owners_of,
    state_of,
    tags_of,
)
from knowledge_base.console.pages import Editor, Page, Viewer
from knowledge_base.console.preview import bubbles
from knowledge_base.console.shop_files import EntryFile
from knowledge_base.console.warnings import standing_warnings, warnings_of_entry
from knowledge_base.schema import IDENTIFIER, format_entry
from knowledge_base.working_copy import ChangedMeanwhileError

router = APIRouter()
Text = Annotated[str, Form()]
Number = Annotated[int, Query(ge=1, le=100_000)]
MOST_CHANGES = 200


@router.get("/entries")
def entries(
    page: Viewer, q: str = "", tag: str = "", owner: str = "", state: str = "", at: Number = 1
) -> Response:
    """The list."""
    rows = page.house.files.entries()
    wanted, today = Wanted(q[:200], tag, owner, state, at), page.house.clock().date()
    languages = page.house.files.shop().languages
    found = listed(rows, wanted, languages, today)
    template = "entry_rows.html" if page.is_fragment else "entries.html"
    return page.show(
        template, found=found, wanted=wanted, tags=tags_of(rows), owners=owners_of(rows),
        states=STATES, whole=len(rows), state_of=lambda row: state_of(row, today),
        missing=lambda row: missing_languages(row, languages),
        warnings=0 if page.is_fragment else standing_warnings(page),
    )  # fmt: skip


@router.get("/entries/new")
def new_entry(page: Editor, question: str = "", language: str = "") -> Response:
    """The form of an entry to be made; a question may come from elsewhere."""
    form = forms.empty_form(_languages(page))
    if question and language in form.languages:
        part = forms.LanguageForm(questions=question[:500])
        form = replace(form, languages={**form.languages, language: part})
    return _form(page, form, version="", new=True)


@router.get("/entries/{identifier}")
def entry(page: Viewer, identifier: str) -> Response:
    """One entry's form; the plain file where it cannot be read."""
    row = page.house.files.entry(identifier)
    if row is None:
        return page.show("missing.html", 404)
    if row.entry is None:
        text = page.house.working_copy.read(row.file) or ""
        return _file_form(page, row, text, row.version, forms.worded(row.problems))
    form = forms.form_of(row.entry, _languages(page))
    return _form(page, form, version=row.version, warnings=warnings_of_entry(page, row.entry))


@router.post("/entries")
async def save(request: Request, page: Editor) -> Response:
    """Save a form: a new entry, or over the version that was edited."""
    return await run_in_threadpool(_checked_and_saved, page, await request.form())


def _checked_and_saved(page: Page, data: FormData) -> Response:
    form = forms.typed_form(data, _languages(page))
    version, old = str(data.get("version", "")), str(data.get("old", ""))
    why = str(data.get("why", "")).strip()[:200]
    if data.get("checked") == "on":
        form = forms.checked_today(form, page.house.clock().date())
    made, faults = forms.checked(form, page.house.files.shop().languages)
    new = not old
    if made and made.id != old and (not new or page.house.files.entry(made.id)):
        faults, made = [forms.Fault("id" if new else "", "Another entry has this id.")], None
    if made is None:
        return _form(page, form, version=version, new=new, faults=faults, status=400, why=why)
    return _saved(page, form, made, old or made.id, version, why)


def _saved(
    page: Page, form: forms.EntryForm, made: Entry, old: str, version: str, why: str
) -> Response:
    row = page.house.files.entry(old)
    file = row.file if row else f"faq/{made.id}.md"
    try:
        change = page.house.working_copy.apply(
            {file: format_entry(made)}, by=page.who, why=why, expected={file: version}
        )
    except ChangedMeanwhileError as error:
        return _form(page, form, version=page.house.working_copy.version(file), status=409,
                     why=why, meanwhile=error)  # fmt: skip
    if change is None:
        return page.go(f"/entries/{made.id}", "nothing-changed")
    page.note("entry saved", made.id)
    return page.go(f"/entries/{made.id}", "entry-saved" if version else "entry-new")


@router.post("/entries/preview")
async def preview(request: Request, page: Viewer) -> Response:
    """How the answers of a form look in Telegram, and what is wrong with it so far."""
    return await run_in_threadpool(_previewed, page, await request.form())


def _previewed(page: Page, data: FormData) -> Response:
    form = forms.typed_form(data, _languages(page))
    _, faults = forms.checked(form, page.house.files.shop().languages)
    if not page.is_fragment:
        version, why = str(data.get("version", "")), str(data.get("why", ""))[:200]
        return _form(page, form, version=version, new=not data.get("old"), faults=faults, why=why)
    shown = {code: bubbles(part.answer) for code, part in form.languages.items()}
    return page.show("entry_preview.html", form=form, shown=shown, faults=faults)


@router.post("/entries/{identifier}/file")
def save_file(
    page: Editor, identifier: str, text: Text = "", version: Text = "", why: Text = ""
) -> Response:
    """Save the plain file of an entry that cannot be read as a form, once it can."""
    from knowledge_base.problems import Problems
    from knowledge_base.schema import parse_entry

    row = page.house.files.entry(identifier)
    if row is None:
        return page.show("missing.html", 404)
    text, problems = forms.unix(text), Problems()
    made = parse_entry(text, Path(row.file), problems, _languages(page))
    faults = forms.worded(problems.found)
    if made and (other := page.house.files.entry(made.id)) and other.file != row.file:
        faults, made = [forms.Fault("", "Another entry has this id.")], None
    if made is None:
        return _file_form(page, row, text, version, faults, status=400)
    try:
        page.house.working_copy.apply(
            {row.file: text}, by=page.who, why=why[:200], expected={row.file: version}
        )
    except ChangedMeanwhileError as error:
        now = page.house.working_copy.version(row.file)
        return _file_form(page, row, text, now, [], status=409, meanwhile=error)
    page.note("entry saved", made.id)
    return page.go(f"/entries/{made.id}", "entry-saved")


@router.post("/entries/{identifier}/delete")
def delete(page: Editor, identifier: str, version: Text = "", why: Text = "") -> Response:
    """Delete an entry; its history stays."""
    row = page.house.files.entry(identifier)
    if row is None:
        return page.show("missing.html", 404)
    page.house.working_copy.apply(
        {row.file: None}, by=page.who, why=why[:200] or "deleted", expected={row.file: version}
    )
    page.note("entry deleted", identifier)
    return page.go(f"/entries/{quote(row.id, safe='')}/history", "entry-deleted")


@router.post("/entries/change")
async def change_many(request: Request, page: Editor) -> Response:
    """Hide, show, tag or mark as checked all that were ticked, in one change."""
    return await run_in_threadpool(_many_changed, page, await request.form())


def _many_changed(page: Page, data: FormData) -> Response:
    ids = {str(value) for value in data.getlist("chosen")[:MOST_CHANGES]}
    what, tag = str(data.get("what", "")), str(data.get("tag", "")).strip()[:40]
    today = page.house.clock().date()
    rows = [row for row in page.house.files.entries() if row.id in ids]
    changed = [
        (row, new) for row in rows
        if row.entry and (new := _changed(row.entry, what, tag, today)) != row.entry
    ]  # fmt: skip
    if not changed:
        return page.go("/entries", "nothing-changed")
    page.house.working_copy.apply(
        {row.file: format_entry(new) for row, new in changed}, by=page.who, why=what,
        expected={row.file: row.version for row, _ in changed},
    )  # fmt: skip
    page.note("entries changed", f"{what} {tag}: {', '.join(row.id for row, _ in changed)}")
    return page.go("/entries", "entries-changed")


def _changed(entry: Entry, what: str, tag: str, today: date) -> Entry:
    if what in ("hide", "show"):
        return replace(entry, hidden=what == "hide")
    if what == "tag" and tag:
        return replace(entry, tags=tuple(dict.fromkeys((*entry.tags, *forms.words(tag)))))
    if what == "untag" and tag:
        return replace(entry, tags=tuple(one for one in entry.tags if one != tag))
    if what == "checked":
        return replace(entry, last_checked=today)
    return entry


@router.get("/entries/{identifier}/history")
def history(page: Viewer, identifier: str, change: int = 0) -> Response:
    """Every text the entry has had; one of them beside the present one."""
    if not IDENTIFIER.match(identifier):
        return page.show("missing.html", 404)
    file = _file(page, identifier)
    copy = page.house.working_copy
    changes = list(copy.history.changes(file))[-MOST_CHANGES:][::-1]
    if not changes:
        return page.show(
            "history.html", id=identifier, changes=(), shown=None, lines=(), gone=False
        )
    shown = next((one for one in changes if one.id == change), changes[0])
    mine = next(one for one in shown.files if one.file == file)
    texts = [
        copy.texts.read(sha).decode("utf-8", "replace") if sha else ""
        for sha in (mine.before, mine.after)
    ]
    return page.show(
        "history.html", id=identifier, changes=changes, shown=shown, lines=_difference(*texts),
        gone=not mine.after, version=copy.version(file),
    )  # fmt: skip


@router.post("/entries/{identifier}/restore")
def restore(
    page: Editor, identifier: str, change: Annotated[int, Form()] = 0, version: Text = ""
) -> Response:
    """Put the text an entry had after a change back, as a new change; what a deletion took too."""
    if not IDENTIFIER.match(identifier):
        return page.show("missing.html", 404)
    file, copy = _file(page, identifier), page.house.working_copy
    one = next((c for c in copy.history.changes(file) if c.id == change), None)
    if one is None:
        raise KnowledgeError("There is no such change", where=identifier)
    sha = next(f.after or f.before for f in one.files if f.file == file)
    try:
        text = copy.texts.read(sha).decode()
    except UnicodeDecodeError:
        raise KnowledgeError("That text cannot be read as UTF-8", where=file) from None
    why = f"back to change {change}"
    done = copy.apply({file: text}, by=page.who, why=why, expected={file: version})
    page.note("entry restored", f"{identifier} to change {change}")
    return page.go(f"/entries/{identifier}", "entry-restored" if done else "nothing-changed")


def _file(page: Page, identifier: str) -> str:
    row = page.house.files.entry(identifier)
    return row.file if row else f"faq/{identifier}.md"


def _difference(before: str, after: str) -> list[tuple[str, str]]:
    """Lines as ("+", …), ("-", …) or (" ", …); how a file lays out the same values is none."""
    plain = forms.laid_out(before), forms.laid_out(after)
    one, other = plain if plain[0] != plain[1] else (before, after)
    return line_differences(one.splitlines(), other.splitlines())


def _file_form(
    page: Page, row: EntryFile, text: str, version: str, faults: Sequence[forms.Fault],
    *, status: int = 200, meanwhile: ChangedMeanwhileError | None = None,
) -> Response:  # fmt: skip
    return page.show("entry_file.html", status, row=row, text=text, version=version,
                     faults=faults, meanwhile=meanwhile)  # fmt: skip


def _languages(page: Page) -> Sequence[str]:
    return page.house.files.shop().languages


def _form(page: Page, form: forms.EntryForm, *, status: int = 200, **values: Any) -> Response:
    given = {"new": False, "faults": [], "why": "", "meanwhile": None, **values}
    shown = {code: bubbles(part.answer) for code, part in form.languages.items()}
    return page.show("entry.html", status, form=form, shown=shown, old="" if given["new"] else
                     form.id, **given)  # fmt: skip
