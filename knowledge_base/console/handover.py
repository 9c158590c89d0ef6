"""Hand-over: who waits for a person, what was said, an answer from here, and what is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.errors import StoreError
from engine.handing_over import (
    Request,
    missed_requests,
    open_requests,
    reasons,
    request_of,
    unreachable_since,
)
from engine.staff_words import (
    Said,
    StaffWord,
    queue_staff_word,
    queued_staff_words,
    said_in_case,
)
from engine.valkey import attach
from knowledge_base.console.entry_form import unix
from knowledge_base.console.pages import Editor, Page, Viewer

router = APIRouter()
Text = Annotated[str, Form()]
COUNTED = timedelta(days=28)
TURNS = 20
LONGEST = 3500
"""Letters of an answer: it fits one message with what stands before it."""


@dataclass(frozen=True, slots=True)
class Waited:
    """A request as the page lists it. `minutes`: since it was made; `queued`: an answer of ours is
    on its way.
    """

    request: Request
    minutes: int
    queued: bool


@router.get("/handover")
def handover(page: Viewer) -> Response:
    """Who waits, whom nobody answered, and who cannot be written to; reasons of 28 days."""
    journal, now = page.house.journal, page.house.clock()
    shown: dict[str, Any] = {"open": (), "missed": (), "reasons": {}, "unreachable": ()}
    away = ""
    try:
        queued = {word.conversation for word in _queued(page)}
        shown = {
            "open": _waited(open_requests(journal, now), now, queued),
            "missed": _waited(missed_requests(journal, now), now, queued),
            "reasons": reasons(journal, now - COUNTED),
            "unreachable": unreachable_since(journal, now - COUNTED),
        }
    except StoreError as error:
        away = error.what
    return page.show("handover.html", away=away, staffed=_staffed(page), **shown)


@router.get("/handover/{identifier}")
def conversation(page: Viewer, identifier: str) -> Response:
    """One conversation, masked, and the way to answer it."""
    return _talk(page, identifier)


@router.post("/handover/{identifier}/answer")
def answer(page: Editor, identifier: str, text: Text = "") -> Response:
    """Have the bot bring an answer to the shopper."""
    text = unix(text).strip()
    if not text or len(text) > LONGEST:
        return _talk(page, identifier, 400, wrong="handover-text", text=text[: 2 * LONGEST])
    return _say(page, identifier, text)


@router.post("/handover/{identifier}/close")
def close(page: Editor, identifier: str) -> Response:
    """It is solved: the assistant answers again."""
    return _say(page, identifier, "")


def waiting_requests(page: Page) -> int:
    """How many shoppers wait for a person. Raises StoreError."""
    found = open_requests(page.house.journal, page.house.clock())
    return sum(one.waits for one in found)


def _say(page: Page, identifier: str, text: str) -> Response:
    if request_of(page.house.journal, identifier) is None:
        return page.show("missing.html", 404)
    if not _staffed(page):
        return _talk(page, identifier, 409, wrong="handover-no-staff", text=text)
    try:
        with attach(page.house.settings) as redis:
            queue_staff_word(redis, StaffWord(identifier, page.who, text))
    except StoreError:
        return _talk(page, identifier, 409, wrong="handover-no-store", text=text)
    page.note("shopper answered" if text else "case solved", identifier)
    return page.go("/handover", "handover-answered" if text else "handover-closed")


def _talk(
    page: Page, identifier: str, status: int = 200, *, wrong: str = "", text: str = ""
) -> Response:
    request = request_of(page.house.journal, identifier)
    if request is None:
        return page.show("missing.html", 404)
    turns = page.house.journal.last_turns(identifier, TURNS)
    said, queued = _said(page, identifier), _queued(page)
    (one,) = _waited((request,), page.house.clock(), {word.conversation for word in queued})
    return page.show(
        "handover_talk.html", status, one=one, turns=turns, said=said, wrong=wrong, text=text,
        queued=[word for word in queued if word.conversation == identifier],
        staffed=_staffed(page), moment=lambda at: page.when(datetime.fromtimestamp(at, UTC)),
        identifier=identifier, longest=LONGEST,
    )  # fmt: skip


def _waited(found: Sequence[Request], now: datetime, queued: set[str]) -> tuple[Waited, ...]:
    return tuple(
        Waited(one, max(0, int((now - one.opened_at).total_seconds() // 60)),
               one.conversation in queued)
        for one in found
    )  # fmt: skip


def _staffed(page: Page) -> bool:
    """Whether a bot takes cases at all, and can bring an answer."""
    return page.house.settings.operator_chat_id is not None


def _queued(page: Page) -> tuple[StaffWord, ...]:
    """What is on its way; nothing where no store runs that could have it."""
    return _stored(page, queued_staff_words) or ()


def _said(page: Page, identifier: str) -> tuple[Said, ...]:
    return _stored(page, lambda redis: said_in_case(redis, identifier)) or ()


def _stored(page: Page, read: Any) -> Any:
    try:
        with attach(page.house.settings) as redis:
            return read(redis)
    except (StoreError, ValueError):
        return None
