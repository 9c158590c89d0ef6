"""A drafted translation of an entry, by the model; a person reads it, then saves it as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.errors import ShopdeskError
from engine.review.wording import told
from engine.types import Entry
from knowledge_base.console import entry_form as forms
from knowledge_base.console.jobs import Job
from knowledge_base.console.pages import Editor, Page
from knowledge_base.console.preview import bubbles
from knowledge_base.console.shop_files import EntryFile

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "translate"


@router.post("/entries/{identifier}/translate")
def translate(page: Editor, identifier: str, to: Text = "") -> Response:
    """Have a draft made, one at a time: the model takes much memory."""
    _row(page, identifier, to)
    if not page.house.jobs.begin(JOB, page.who, "translate", identifier, "--to", to, "--json"):
        raise ShopdeskError("Another translation is being drafted. Try again in a minute.")
    page.note("translation drafted", f"{identifier} {to}")
    return page.go(f"/entries/{identifier}/translation", to=to)


@router.get("/entries/{identifier}/translation")
def translation(page: Editor, identifier: str, to: str = "") -> Response:
    """The draft in the entry's form, to be read and saved; or that it is being made."""
    row, entry = _row(page, identifier, to)
    job = page.house.jobs.get(JOB)
    if page.is_fragment and not (job and job.running):
        response = page.show("translation.html", row=row, to=to, job=job, why="")
        response.headers["hx-refresh"] = "true"
        return response
    result = _result(job, identifier, to)
    if result is None or result["text"] is None:
        why = told(result["key"], result["values"], page.language) if result else ""
        template = "translation_work.html" if page.is_fragment else "translation.html"
        return page.show(template, row=row, to=to, job=job, why=why)
    form = forms.form_of(entry, page.house.files.shop().languages)
    part = replace(form.languages[to], answer=str(result["text"]))
    form = replace(form, languages={**form.languages, to: part})
    shown = {code: bubbles(one.answer) for code, one in form.languages.items()}
    return page.show(
        "translation_form.html", form=form, shown=shown, old=form.id, new=False, faults=[], why="",
        meanwhile=None, version=row.version, warnings=(), to=to, original=result["original"],
    )  # fmt: skip


def _row(page: Page, identifier: str, to: str) -> tuple[EntryFile, Entry]:
    row = page.house.files.entry(identifier)
    if row is None or row.entry is None:
        raise ShopdeskError("There is no such entry", where=identifier)
    if to not in page.house.files.shop().languages:
        raise ShopdeskError("This is none of the shop's languages", where=to[:20])
    return row, row.entry


def _result(job: Job | None, identifier: str, to: str) -> Mapping[str, Any] | None:
    """What the last job drafted, if it was for this entry and language."""
    result = job.result if job and not job.running else None
    mine = result is not None and (result["entry"], result["language"]) == (identifier, to)
    return result if mine else None
