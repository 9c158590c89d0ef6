"""Try it: ask as a shopper, through the same desk, and see how the answer came about."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from math import exp
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.types import CONSOLE, Message, Reply
from knowledge_base.console.pages import Page, Viewer
from knowledge_base.console.preview import bubbles

router = APIRouter()
Text = Annotated[str, Form()]
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate as the page draws it. `share`: how likely it is the answer, by its log-odds."""

    entry: str
    title: str
    share: float


@router.get("/try")
def try_page(page: Viewer, q: str = "") -> Response:
    """An empty conversation; a question may come from elsewhere."""
    return page.show("try.html", question=q[:LONGEST], conversation=secrets.token_hex(8))


@router.post("/try")
async def ask(
    page: Viewer, text: Text = "", action: Text = "", conversation: Text = "", language: Text = ""
) -> Response:
    """One turn of the conversation: the reply and its receipt."""
    text = text.strip()[:LONGEST]
    conversation = "".join(c for c in conversation if c.isalnum())[:32] or secrets.token_hex(8)
    if not text and not action:
        return _shown(page, "try_empty.html", 400, conversation=conversation)
    if not page.house.is_running:
        return _shown(page, "try_away.html", 503, conversation=conversation, question=text)
    name = f"console:{page.who}:{conversation}"
    message = Message(
        f"{name}:{secrets.token_hex(6)}", name, name, text, page.house.clock(),
        action=action[:64] or None, channel=CONSOLE, language_hint=language[:8] or None,
    )  # fmt: skip
    began = time.monotonic()
    reply = await _reply(page, message)
    took_ms = 1000 * (time.monotonic() - began)
    return _shown(
        page, "try_turn.html", asked=text or action, reply=reply, took_ms=took_ms,
        conversation=conversation, ranked=_ranked(page, reply), bubbles=bubbles(reply.text),
        why=WHY.get(reply.receipt.why, ""), timings=_timings(reply),
    )  # fmt: skip


def _shown(
    page: Page, template: str, status: int = 200, *, question: str = "", **values: Any
) -> Response:
    """A turn for the page to add; where no script added it, the whole page with this turn."""
    if page.is_fragment:
        return page.show(template, status, **values)
    return page.show("try.html", status, turn=template, question=question, **values)


async def _reply(page: Page, message: Message) -> Reply:
    async for part in page.house.desk.stream(message):
        if isinstance(part, Reply):
            return part
    raise AssertionError("a desk ended without a reply")


WHY = {
    "example": "It is one of the entry's own example questions.",
    "doubtful": "The question turns on a word or name that the entry does not have.",
    "unstated": "The entry does not say what was asked.",
    "confidence": "By how sure the search is of the first candidate.",
}


def _ranked(page: Page, reply: Reply) -> list[Ranked]:
    titles = {
        row.id: row.entry.titles.get(page.language) or next(iter(row.entry.titles.values()), "")
        for row in page.house.files.entries() if row.entry
    }  # fmt: skip
    return [
        Ranked(one.entry, titles.get(one.entry, ""), 1 / (1 + exp(-max(-30, min(30, one.logit)))))
        for one in reply.receipt.candidates
    ]


def _timings(reply: Reply) -> list[tuple[str, float]]:
    return sorted(reply.receipt.timings_ms.items(), key=lambda one: -one[1])
