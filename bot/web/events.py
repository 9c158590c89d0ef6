"""POST /events: a shop's own server tells what its customers view and buy.

    Authorization: Bearer EVENTS_KEY

    {"events": [{"shopper": "…", "event": "view_item", "product": "…", "time"?, "quantity"?}, …]}
    {"event_name": "purchase", "user_id": "…", "items": [{"item_id": "…"}], …}    one event of GA4

The answer is {"added": 2, "same": 1, "refused": [{"index": 3, "reason": "…"}]}; an event without a
time is of now. engine.event_rows tells what the fields may be.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.web.limits import (
    EVENT_POSTS_AT_ONCE,
    EVENT_POSTS_PER_S,
    MAX_EVENTS,
    MAX_EVENTS_BYTES,
    TokenBucket,
)
from engine.errors import ShopdeskError
from engine.event_products import EventProducts
from engine.event_rows import EventReader, ga4_rows, is_ga4
from engine.pseudonyms import Pseudonymizer
from engine.settings import Settings
from knowledge_base.store import ensure_shop

if TYPE_CHECKING:
    from engine.event_log import EventLog
    from engine.journal import Journal
    from engine.types import Event

log = logging.getLogger(__name__)


class EventIntake:
    """Keeps posted events in the journal's database."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """The database is opened by the first post. Raises SettingsError, StoreError."""
        self._settings = settings
        self._key = (settings.events_key or "").encode()
        self._pseudonym = Pseudonymizer.open(settings.home).shopper_pseudonym
        self._products = EventProducts(ensure_shop(settings.home, settings.kb))
        self._pace = TokenBucket(EVENT_POSTS_PER_S, EVENT_POSTS_PER_S, clock)
        self._at_work = 0
        self._journal: Journal | None = None
        self._opening = threading.Lock()

    async def post(self, request: Request) -> Response:
        """Keeps the events of one request; those kept before are no error."""
        if not self._knows(request.headers.get("authorization", "")):
            raise _refusal(
                HTTPStatus.UNAUTHORIZED, "A key is needed.", **{"www-authenticate": "Bearer"}
            )
        if self._at_work >= EVENT_POSTS_AT_ONCE or not self._pace.take():
            raise _refusal(
                HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.", **{"retry-after": "1"}
            )
        self._at_work += 1
        try:
            kept = await asyncio.to_thread(self._keep, await _body(request))
        except (ShopdeskError, OSError) as error:
            log.warning("posted events cannot be kept: %s", getattr(error, "what", error))
            text = "The events cannot be kept just now; send them again later."
            raise _refusal(HTTPStatus.SERVICE_UNAVAILABLE, text, **{"retry-after": "5"}) from None
        finally:
            self._at_work -= 1
        return JSONResponse(kept, headers={"cache-control": "no-store"})

    def close(self) -> None:
        """Close the database."""
        if self._journal is not None:
            self._journal.close()

    def _knows(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(key.encode(), self._key)

    def _keep(self, body: bytes) -> dict[str, Any]:
        now = datetime.now(UTC)
        rows = _rows(body, now)
        reader = EventReader(self._products.names(), self._pseudonym, now)
        events: list[Event] = []
        refused: list[dict[str, object]] = []
        for index, row in enumerate(rows):
            try:
                if not isinstance(row, dict):
                    raise ValueError("not an object")
                events.append(reader.event(row if row.get("time") else {**row, "time": now}))
            except ValueError as error:
                refused.append({"index": index, "reason": str(error)})
        added = self._log().record(events)
        return {"added": added, "same": len(events) - added, "refused": refused}

    def _log(self) -> EventLog:
        from engine.event_log import EventLog
        from engine.journal import Journal

        with self._opening:
            if self._journal is None:
                self._journal = Journal.open(self._settings)
            return EventLog(self._journal)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_EVENTS_BYTES:
                raise _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "At most 1 MB at once.")
    except ClientDisconnect:
        raise _refusal(HTTPStatus.BAD_REQUEST, "The body is cut short.") from None
    return bytes(body)


def _rows(body: bytes, now: datetime) -> Sequence[object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise _refusal(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None
    rows: object = value.get("events") if isinstance(value, dict) else None
    if isinstance(value, dict) and is_ga4(value):
        try:
            rows = list(ga4_rows(value, now))
        except ValueError as error:
            raise _refusal(HTTPStatus.BAD_REQUEST, f"This event cannot be read: {error}.") from None
    if not isinstance(rows, list):
        text = 'Send {"events": […]}, or one event of GA4\'s shape.'
        raise _refusal(HTTPStatus.BAD_REQUEST, text)
    if len(rows) > MAX_EVENTS:
        text = f"At most {MAX_EVENTS:,} events at once."
        raise _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
    return rows


def _refusal(status: HTTPStatus, text: str, **headers: str) -> HTTPException:
    return HTTPException(status, f"{text}\n", headers)
