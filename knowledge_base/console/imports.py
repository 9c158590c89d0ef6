"""Imports: a file or an address, what it would change, then all of it in one change; exports."""

from __future__ import annotations

import io
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile

from engine.errors import KnowledgeError
from knowledge_base.console.jobs import Job
from knowledge_base.console.pages import Editor, Page, Viewer
from knowledge_base.console.uploads import Upload, Uploads
from knowledge_base.importers.fetching import fetch

router = APIRouter()
Text = Annotated[str, Form()]
JOB = "import"
PREVIEW, APPLY = "preview:", "apply:"
"""What a job is about: looking at an upload, or taking it in."""
SHOWN = 200
EXPORTS = ("products", "entries")
TYPES = {"csv": "text/csv; charset=utf-8",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


@router.get("/imports")
def imports(page: Viewer) -> Response:
    """A file to choose, what the last one would change, and downloads."""
    uploads_of(page).clear_old()
    return page.show("imports.html", **_state(page))


@router.get("/imports/job")
def job(page: Viewer) -> Response:
    """The look or the import under way, for the page to watch."""
    if not page.is_fragment:
        return page.go("/imports")
    return page.show("import_look.html", **_state(page))


@router.post("/imports/upload")
async def upload(request: Request, page: Editor) -> Response:
    """Keep a file, and look at what it would change."""
    async with request.form() as data:
        file, strict = data.get("file"), data.get("strict") == "on"
        if not isinstance(file, UploadFile) or not file.filename:
            raise KnowledgeError("No file was chosen.", mend="choose one, then send it.")
        kept = await run_in_threadpool(
            uploads_of(page).keep, file.file, file.filename, page.who, strict=strict
        )
    return _look(page, kept)


@router.post("/imports/fetch")
def fetch_file(page: Editor, address: Text = "", strict: Text = "") -> Response:
    """Fetch a file from a public address, and look at what it would change."""
    found = fetch(address.strip()[:2000])
    kept = uploads_of(page).keep(
        io.BytesIO(found.data), found.name, page.who, strict=strict == "on"
    )
    return _look(page, kept)


@router.post("/imports/confirm")
def confirm(page: Editor, file: Text = "", basis: Text = "") -> Response:
    """Take in what was looked at, as one change; the upload is deleted then."""
    kept = uploads_of(page).get(file)
    shown = page.house.jobs.get(JOB)
    result = shown.result if shown and not shown.running and shown.about == PREVIEW + file else None
    if kept is None or result is None or result.get("basis", "") != basis:
        return page.show("imports.html", 409, refused="again", **_state(page))
    uploads = uploads_of(page)

    def done(job: Job) -> None:
        if not job.error:
            uploads.drop(kept.file)

    words = ("kb", "import", str(uploads.path(kept)), "--json", "--by", page.who,
             "--because", f"import of {kept.name}", "--only-over", basis)  # fmt: skip
    if page.house.jobs.begin(
        JOB, page.who, *words, *_strictly(kept), about=APPLY + file, done=done
    ):
        page.note("imported", kept.name)
    return page.go("/imports")


@router.post("/imports/drop")
def drop(page: Editor, file: Text = "") -> Response:
    """Delete an upload; nothing of it goes in."""
    uploads_of(page).drop(file)
    page.house.jobs.forget(JOB)
    return page.go("/imports", "import-dropped")


@router.get("/imports/export/{kind}.{suffix}")
def export(page: Viewer, kind: str, suffix: str) -> Response:
    """The shop's products or entries as a file."""
    if kind not in EXPORTS or suffix not in TYPES:
        return page.show("missing.html", 404)
    path = uploads_of(page).scratch(f".{suffix}")
    done = page.house.jobs.wait_for("kb", "export", f"--{kind}", str(path), "--json")
    if done.error or not path.is_file():
        path.unlink(missing_ok=True)
        raise KnowledgeError(done.error or "The file could not be written.")
    return FileResponse(
        path, media_type=TYPES[suffix], filename=f"{kind}.{suffix}",
        headers={"cache-control": "no-store"}, background=BackgroundTask(path.unlink),
    )  # fmt: skip


def uploads_of(page: Page) -> Uploads:
    """The uploads of a house."""
    return Uploads(page.house.settings.home, page.house.store, page.house.clock)


def _look(page: Page, kept: Upload) -> Response:
    uploads = uploads_of(page)
    words = ("kb", "import", str(uploads.path(kept)), "--dry-run", "--json", "--shown", str(SHOWN))
    about = PREVIEW + kept.file
    if not page.house.jobs.begin(JOB, page.who, *words, *_strictly(kept), about=about):
        uploads.drop(kept.file)
        return page.show("imports.html", 409, refused="busy", **_state(page))
    uploads.drop_others(kept)
    page.note("import looked at", kept.name)
    return page.go("/imports")


def _strictly(kept: Upload) -> tuple[str, ...]:
    return ("--strict",) if kept.strict else ()


def _state(page: Page) -> dict[str, Any]:
    found = page.house.jobs.get(JOB)
    step, _, file = found.about.partition(":") if found else ("", "", "")
    result = found.result if found and not found.running else None
    return {
        "job": found, "step": step, "file": file, "upload": uploads_of(page).get(file),
        "result": result, "failed": found.error if found and not found.running else "",
        "exports": EXPORTS, "types": tuple(TYPES),
    }  # fmt: skip
