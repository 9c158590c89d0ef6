"""The console as an ASGI app: its pages, who may see them, and what is said when they fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from engine.errors import ShopdeskError, StoreError
from engine.web import base
from engine.web.guard import Guard, Origins, headers_of
from knowledge_base.console import (
    drafts,
    entries,
    gaps,
    handover,
    home,
    imports,
    product_mending,
    products,
    publishing,
    sign_in,
    staff,
    translating,
    try_it,
    warnings,
)
from knowledge_base.console.body_limit import BodyLimit
from knowledge_base.console.house import House
from knowledge_base.console.pages import NotAllowedError, NotSignedInError, page_of
from knowledge_base.console.uploads import Uploads
from knowledge_base.working_copy import ChangedMeanwhileError

STATIC = Path(__file__).parent / "static"
FORMS = "'self'"
CLEAR_EVERY_S = 3600.0
log = logging.getLogger(__name__)
PARTS = (
    sign_in, home, entries, translating, warnings, products, product_mending, drafts, imports,
    gaps, handover, try_it, publishing, staff,
)  # fmt: skip


def build_console(house: House) -> FastAPI:
    """The app over an open house, which it closes at its end. Raises SettingsError."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        clearing = asyncio.create_task(_clear_uploads(house))
        yield
        clearing.cancel()
        house.close()

    app = FastAPI(title="shopdesk console", docs_url=None, redoc_url=None, openapi_url=None,
                  lifespan=lifespan, default_response_class=PlainTextResponse)  # fmt: skip
    app.state.house = house
    for part in PARTS:
        app.include_router(part.router)
    app.add_route(base.ADDRESS, base.base_css)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_api_route("/healthz", _health, include_in_schema=False)
    app.add_middleware(BodyLimit)
    public = house.settings.public_url
    origins = Origins.of((public,) if public else (), "PUBLIC_URL")
    app.add_middleware(Guard, origins=origins, forms=FORMS)
    _failures(app)
    return app


async def _clear_uploads(house: House) -> None:
    """Files that nobody took in go after a day, whether anybody looks or not."""
    uploads = Uploads(house.settings.home, house.store, house.clock)
    while True:
        try:
            await run_in_threadpool(uploads.clear_old)
        except (OSError, StoreError) as error:
            log.warning("old uploads cannot be deleted: %s", error)
        await asyncio.sleep(CLEAR_EVERY_S)


async def _health() -> Response:
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


def _failures(app: FastAPI) -> None:
    app.add_exception_handler(NotSignedInError, _not_signed_in)
    app.add_exception_handler(NotAllowedError, _not_allowed)
    app.add_exception_handler(ShopdeskError, _failed)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _missing)
    app.add_exception_handler(Exception, _broken)


async def _not_signed_in(request: Request, error: Exception) -> Response:
    wanted = error.wanted if isinstance(error, NotSignedInError) else "/"
    query = urlencode({"next": wanted}) if wanted != "/" else ""
    path = f"/login?{query}" if query else "/login"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"hx-redirect": path})
    return RedirectResponse(path, 303)


async def _not_allowed(request: Request, error: Exception) -> Response:
    needed = error.needed if isinstance(error, NotAllowedError) else ""
    return page_of(request).show("not_allowed.html", 403, needed=needed)


async def _failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, ShopdeskError):
        raise error
    status = 409 if isinstance(error, ChangedMeanwhileError) else 400
    return _told(request, error, 503 if isinstance(error, StoreError) else status)


async def _unreadable(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    fields = ", ".join(sorted({str(fault["loc"][-1]) for fault in faults if fault.get("loc")}))
    failed = ShopdeskError("The form could not be read", where=fields)
    return page_of(request).show("failed.html", 400, error=failed)


async def _missing(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 400:
        return _told(request, ShopdeskError("The form could not be read"), status)
    return page_of(request).show("missing.html", status)


async def _broken(request: Request, error: Exception) -> Response:
    """Answered outside of the guard, so its headers are given here."""
    log.exception("the console failed at %s", request.url.path, exc_info=error)
    failed = ShopdeskError("Something went wrong here. It is in the log.")
    response = _told(request, failed, 500)
    response.headers.update(headers_of(FORMS))
    return response


def _told(request: Request, error: ShopdeskError, status: int) -> Response:
    """A page that says what failed; plain words where even that cannot be made."""
    try:
        return page_of(request).show("failed.html", status, error=error)
    except StoreError as away:
        return PlainTextResponse(f"{away}\n", 503)
