"""POST /events: a shop's own server tells what its customers view and buy.

    X-Shopdesk-Timestamp: 1796029200
    X-Shopdesk-Signature: sha256=HMAC-SHA256(EVENTS_KEY, "1796029200." + body), in hex

    [{"shopper": "…", "event": "view_item", "product": "…", "time"?, "quantity"?}, …]
    {"event_name": "purchase", "user_id": "…", "items": [{"item_id": "…"}], …}    one event of GA4

The answer is {"added": 2, "same": 1, "refused": [{"index": 3, "reason": "…"}]}, or {"error": "…",
"mend": "…"}. engine.event_rows tells what the fields may be, bot.web.event_posts the shapes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.web.event_posts import SHAPES, BadPost, TooMany, rows_of
from bot.web.limits import (
    EVENT_BODIES_AT_ONCE,
    EVENT_BODY_S,
    EVENT_POSTS_AT_ONCE,
    EVENT_POSTS_PER_S,
    MAX_EVENTS_BYTES,
    TokenBucket,
)
from bot.web.signed import fault_of, is_signed
from engine.errors import ShopdeskError
from engine.event_products import EventProducts
from engine.event_rows import EventReader
from engine.pseudonyms import Pseudonymizer
from engine.settings import Settings
from knowledge_base.store import ensure_shop

if TYPE_CHECKING:
    from engine.event_log import EventLog
    from engine.journal import Journal
    from engine.types import Event

SIGN = "sign the timestamp, a full stop and the very bytes of the body with EVENTS_KEY."
log = logging.getLogger(__name__)


class _Refused(Exception):  # noqa: N818 - the answer to a request, no fault of ours
    """A request that is answered with what is wrong and how to mend it."""

    def __init__(self, status: HTTPStatus, what: str, mend: str, retry_s: int = 0) -> None:
        super().__init__(what)
        headers = {"cache-control": "no-store"}
        if retry_s:
            headers["retry-after"] = str(retry_s)
        self.answer = JSONResponse({"error": what, "mend": mend}, status, headers)


class EventIntake:
    """Keeps posted events in the journal's database."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """The database is opened by the first post. Raises SettingsError, StoreError."""
        self._settings = settings
        self._key = (settings.events_key or "").encode()
        self._pseudonym = Pseudonymizer.open(settings.home).shopper_pseudonym
        self._products = EventProducts(ensure_shop(settings.home, settings.kb))
        self._pace = TokenBucket(EVENT_POSTS_PER_S, EVENT_POSTS_PER_S, clock)
        self._now = now
        self._at_work = 0
        self._arriving = 0
        self._journal: Journal | None = None
        self._opening = threading.Lock()

    async def post(self, request: Request) -> Response:
        """Keeps the events of one request; those kept before are no error."""
        try:
            kept = await self._kept(request)
        except _Refused as refused:
            return refused.answer
        return JSONResponse(kept, headers={"cache-control": "no-store"})

    def close(self) -> None:
        """Close the database."""
        if self._journal is not None:
            self._journal.close()

    async def _kept(self, request: Request) -> dict[str, Any]:
        """Who cannot sign is turned away before anything is counted, read whole or kept."""
        if fault := fault_of(request.headers, self._now()):
            raise _Refused(HTTPStatus.UNAUTHORIZED, fault, SIGN)
        body = await self._body(request)
        if not is_signed(self._key, request.headers, body):
            raise _Refused(HTTPStatus.UNAUTHORIZED, "the signature is not of this request", SIGN)
        if self._at_work >= EVENT_POSTS_AT_ONCE or not self._pace.take():
            raise _too_many()
        self._at_work += 1
        try:
            return await asyncio.to_thread(self._keep, body)
        except TooMany as error:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise _Refused(status, str(error), "send them in several requests.") from None
        except BadPost as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, str(error), SHAPES) from None
        except (ShopdeskError, OSError) as error:
            log.warning("posted events cannot be kept: %s", getattr(error, "what", error))
            what = "the events cannot be kept just now, and none of them was"
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise _Refused(status, what, "send them again later.", 5) from None
        finally:
            self._at_work -= 1

    async def _body(self, request: Request) -> bytes:
        """The body; no more of them are in memory at once than anybody may send unsigned."""
        if self._arriving >= EVENT_BODIES_AT_ONCE:
            raise _too_many()
        self._arriving += 1
        try:
            return await _read(request)
        finally:
            self._arriving -= 1

    def _keep(self, body: bytes) -> dict[str, Any]:
        now = datetime.now(UTC)
        reader = EventReader(self._products.names(), self._pseudonym, now)
        events: list[Event] = []
        refused: list[dict[str, object]] = []
        for place, row in rows_of(body, now):
            try:
                if isinstance(row, str):
                    raise ValueError(row)
                events.append(reader.event(row))
            except ValueError as error:
                refused.append({**place, "reason": str(error)})
        added = self._log().record(events)
        return {"added": added, "same": len(events) - added, "refused": refused}

    def _log(self) -> EventLog:
        from engine.event_log import EventLog
        from engine.journal import Journal

        with self._opening:
            if self._journal is None:
                self._journal = Journal.open(self._settings)
            return EventLog(self._journal)


def _too_many() -> _Refused:
    mend = "send it again in a second, and more events in each."
    return _Refused(HTTPStatus.TOO_MANY_REQUESTS, "too many requests", mend, 1)


async def _read(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(EVENT_BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_EVENTS_BYTES:
                    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                    mend = "send the events in several requests."
                    raise _Refused(status, "more than 1 MB at once", mend)
    except ClientDisconnect:
        raise _Refused(HTTPStatus.BAD_REQUEST, "the body is cut short", SHAPES) from None
    except TimeoutError:
        mend = f"send it within {EVENT_BODY_S:.0f} seconds."
        raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "the body took too long", mend) from None
    return bytes(body)
