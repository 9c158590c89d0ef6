"""The websocket's JSON: what the page may send, and what it is sent.

From the page, one object a frame; `id` names a message and comes back on all about it:

    {"type": "text", "id": "…", "text": "…", "language": "en"}      a typed message
    {"type": "action", "id": "…", "action": "entry:…", "language": "en"}   a pressed button
    {"type": "resume", "ids": ["…"]}     after a reconnect: what became of these?

To the page:

    {"type": "hello", "shop", "languages", "categories", "max_characters"}    names by language
    {"type": "accepted", "id"}           the message is in the queue; it need not be kept
    {"type": "typing", "id"}             its turn has begun
    {"type": "delta", "id", "text"}      a whole sentence more of the answer
    {"type": "reply", "id", "text", "route", "language", "citations", "products", "buttons",
     "handoff", "turn", "attachment"?}   the answer; replaces all deltas. `attachment`: a file
    {"type": "error", "id"?, "code", "text"}   see `Code`
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.web.images import image_address
from bot.web.limits import MAX_CHARACTERS
from engine.types import Button, ProductCard, Reply

ID = re.compile(r"^[A-Za-z0-9_-]{1,40}$")
LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$")
MAX_RESUMED = 20
MAX_ACTION_BYTES = 64


class Code(StrEnum):
    """Why a message was not answered."""

    MALFORMED = "malformed"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_ISSUED = "not_issued"
    SLOW_DOWN = "slow_down"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    UNKNOWN_MESSAGE = "unknown_message"


TEXTS = {
    Code.MALFORMED: "This frame is not of the chat's protocol.",
    Code.EMPTY: "The message is empty.",
    Code.TOO_LONG: f"A message may have at most {MAX_CHARACTERS:,} characters.",
    Code.NOT_ISSUED: "This button is no longer valid here.",
    Code.SLOW_DOWN: "That was too quick; wait a moment and send it again.",
    Code.BUSY: "Several messages are still waiting; send it again after the next answer.",
    Code.UNAVAILABLE: "No answer could be made just now; send it again.",
    Code.UNKNOWN_MESSAGE: "This message was lost; send it again.",
}


class Refused(Exception):  # noqa: N818
    """A frame that gets an error instead of a turn."""

    def __init__(self, code: Code, id: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.id = id


@dataclass(frozen=True, slots=True)
class Asked:
    """A typed message or a pressed button (`action`), as the page sent it."""

    id: str
    text: str
    action: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Resume:
    """The messages a page still waits for after a reconnect."""

    ids: tuple[str, ...]


def read_frame(frame: str) -> Asked | Resume:
    """One frame from the page, checked. Raises Refused."""
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        raise Refused(Code.MALFORMED) from None
    if not isinstance(value, dict):
        raise Refused(Code.MALFORMED)
    if value.get("type") == "resume":
        return _resume(value)
    return _asked(value)


def _resume(value: dict[str, Any]) -> Resume:
    ids = value.get("ids")
    if not isinstance(ids, list) or len(ids) > MAX_RESUMED or not all(map(_is_id, ids)):
        raise Refused(Code.MALFORMED)
    return Resume(tuple(ids))


def _asked(value: dict[str, Any]) -> Asked:
    id = value.get("id", secrets.token_hex(8))
    if not _is_id(id):
        raise Refused(Code.MALFORMED)
    language = value.get("language")
    if not isinstance(language, str) or not LANGUAGE.match(language):
        language = None
    match value.get("type"), value.get("text"), value.get("action"):
        case "text", str(text), _:
            return Asked(id, _text(text, id), None, language)
        case "action", _, str(action) if _is_action(action):
            return Asked(id, "", action, language)
    raise Refused(Code.MALFORMED, id)


def _text(text: str, id: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise Refused(Code.TOO_LONG, id)
    # A lone surrogate is legal JSON but no Unicode: it could be neither stored nor sent on.
    text = text.encode("utf-8", "replace").decode().replace("\0", "").strip()
    if not text:
        raise Refused(Code.EMPTY, id)
    return text


def _is_id(value: object) -> bool:
    return isinstance(value, str) and ID.match(value) is not None


def _is_action(action: str) -> bool:
    return action.isascii() and action.isprintable() and 0 < len(action) <= MAX_ACTION_BYTES


def error(code: Code, id: str | None = None) -> dict[str, Any]:
    """An error frame; `text` is for those who know no `code`."""
    frame: dict[str, Any] = {"type": "error", "code": code.value, "text": TEXTS[code]}
    return frame if id is None else {**frame, "id": id}


def about(type: str, id: str, **fields: Any) -> dict[str, Any]:
    """An accepted, typing or delta frame."""
    return {"type": type, "id": id, **fields}


def reply_frame(id: str, reply: Reply) -> dict[str, Any]:
    """The answer as the page shows it: no scores, no receipt."""
    return {
        "type": "reply",
        "id": id,
        "text": reply.text,
        "route": reply.route.value,
        "language": reply.language,
        "citations": [{"id": c.id, "title": c.title} for c in reply.citations],
        "products": [_card(card) for card in reply.products],
        "buttons": [_button(button) for button in reply.buttons],
        "handoff": reply.handoff.value if reply.handoff else None,
        "turn": reply.turn,
        **({"attachment": reply.attachment} if reply.attachment else {}),
    }


def _card(card: ProductCard) -> dict[str, Any]:
    return {
        "sku": card.sku,
        "name": card.name,
        "price": {"amount": str(card.price.amount), "currency": card.price.currency},
        "in_stock": card.in_stock,
        "url": card.url if card.url.startswith(("https://", "http://")) else "",
        "image": image_address(card.image),
        "caption": card.caption,
        "reason": card.reason,
        "buttons": [_button(button) for button in card.buttons],
    }


def _button(button: Button) -> dict[str, str]:
    return {"label": button.label, "action": button.action}
