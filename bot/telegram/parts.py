"""What is to be sent, as values that survive a restart as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

DOCUMENT_NAME = "my-data.json"


@dataclass(frozen=True, slots=True)
class Key:
    """One button under a message; `url` opens a page, `action` comes back to us."""

    label: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Formatting of a stretch of text; offset and length in UTF-16 units."""

    kind: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to send: text, a picture with its caption, or a copy of another message."""

    chat_id: int
    text: str = ""
    marks: tuple[Mark, ...] = ()
    rows: tuple[tuple[Key, ...], ...] = ()
    image: str = ""
    """A picture: a file of the shop's folder, or an http(s) address; then `text` is its caption."""
    document: str = ""
    """A file's content, named `DOCUMENT_NAME`; then `text` is its caption."""
    thread_id: int | None = None
    reply_to: int = 0
    copy_of: tuple[int, int] | None = None
    """(chat, message) to copy; then `text`, where given, takes the place of its caption."""
    edit_of: int = 0
    """An own message to change instead of sending a new one."""
    case: int = 0
    """The shopper's chat a staff message belongs to: answers to it go there."""
    shows: tuple[str, ...] = ()
    """Turns that it shows to who may correct them, the newest first."""
    no_preview: bool = False
    """No card of what its links lead to."""
    mirrors: int = 0
    """The staff message this one brings to the shopper, so that an edit can follow."""
    if_gone: str = ""
    """Told in chat `tell` when `chat_id` cannot be reached any more."""
    tell: int = 0
    tell_thread: int | None = None


def keyboard(rows: Iterable[Iterable[Key]]) -> InlineKeyboardMarkup | None:
    """Telegram's form of the buttons; None without any."""
    made = [
        [
            InlineKeyboardButton(key.label, url=key.url)
            if key.url
            else InlineKeyboardButton(key.label, callback_data=key.action)
            for key in row
        ]
        for row in rows
    ]
    return InlineKeyboardMarkup(made) if made else None


def entities(marks: Iterable[Mark]) -> list[MessageEntity]:
    """Telegram's form of the formatting."""
    return [MessageEntity(mark.kind, mark.offset, mark.length) for mark in marks]


def dump(deliveries: Iterable[Delivery]) -> str:
    """Deliveries as JSON."""
    return json.dumps([asdict(delivery) for delivery in deliveries], ensure_ascii=False)


def load(text: str | bytes) -> tuple[Delivery, ...]:
    """Deliveries read back from `dump`."""
    return tuple(_delivery(item) for item in json.loads(text))


def _delivery(item: dict[str, Any]) -> Delivery:
    copy_of = item["copy_of"]
    return Delivery(
        **item
        | {
            "marks": tuple(Mark(**mark) for mark in item["marks"]),
            "rows": tuple(tuple(Key(**key) for key in row) for row in item["rows"]),
            "shows": tuple(item.get("shows", ())),
            "copy_of": tuple(copy_of) if copy_of else None,
        }
    )
