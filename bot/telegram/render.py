"""From a reply to messages: pieces of text, picture cards, buttons. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from telegram import MessageEntity

from bot.telegram import actions, utf16
from bot.telegram.parts import Delivery, Key, Mark
from engine.types import ActionKind, Band, Button, Citation, ProductCard, Reply, Route

Say = Callable[[str], str]
"""A reply text by its key, in the reply's language."""

MAX_LABEL = 60
"""UTF-16 units of a button's label that phones still show."""
HALF_ROW = 18
"""Columns of a label that a phone still shows in half a row; a Chinese character takes two."""
MAX_CARDS = 10
_RATED = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
_NOT_RATED = (Band.UNSURE, Band.UNKNOWN)


def reply(reply: Reply, to: Delivery, say: Say) -> tuple[Delivery, ...]:
    """The messages of one reply, sent where and in answer to what `to` says.

    Buttons stand under the last piece of text, each product on a card of its own.
    """
    texts = list(text(reply.text, to))
    texts[-1] = replace(texts[-1], rows=_rows(reply, say))
    cards = [_card(card, to, say) for card in reply.products[:MAX_CARDS]]
    files = [replace(to, document=reply.attachment, reply_to=0)] if reply.attachment else []
    return (*texts, *cards, *files)


def text(words: str, to: Delivery, marks: tuple[Mark, ...] = ()) -> tuple[Delivery, ...]:
    """Plain words as one or more messages; only the first one answers a message."""
    spans = [MessageEntity(mark.kind, mark.offset, mark.length) for mark in marks]
    pieces = utf16.split(words, spans) or (utf16.Piece("…"),)
    return tuple(
        replace(
            to,
            text=piece.text,
            marks=tuple(Mark(e.type, e.offset, e.length) for e in piece.entities),
            reply_to=0 if number else to.reply_to,
        )
        for number, piece in enumerate(pieces)
    )


def languages(choices: tuple[str, ...]) -> tuple[tuple[Key, ...], ...]:
    """One button a language, each named in itself."""
    return tuple(
        (Key(_NAMES.get(code, code), f"{ActionKind.LANGUAGE}:{code}"),) for code in choices
    )


def shop_link(url: str) -> bool:
    """Whether Telegram takes this address for a button: http(s), with a real host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not url.isspace()


_NAMES = {"en": "English", "zh": "中文", "de": "Deutsch", "fr": "Français", "es": "Español"}


def _rows(reply: Reply, say: Say) -> tuple[tuple[Key, ...], ...]:
    own = [(_key(button),) for button in reply.buttons if actions.fits(button.action)]
    last = []
    if reply.turn and reply.route in _RATED and reply.band not in _NOT_RATED:
        last = [
            Key(f"👍 {say('button_up')}", f"{ActionKind.RATE_UP}:{reply.turn}"),
            Key(f"👎 {say('button_down')}", f"{ActionKind.RATE_DOWN}:{reply.turn}"),
        ]
    source = _source(reply)
    if source is not None:
        last.append(Key(f"📖 {say('button_source')}", source))
    return (*own, tuple(last)) if last else tuple(own)


def _source(reply: Reply) -> str | None:
    """The action that shows the first entry cited, unless the reply has such a button."""
    if any(b.action.startswith(f"{ActionKind.SOURCE}:") for b in reply.buttons):
        return None
    ids = [entry for citation in reply.citations if (entry := _entry(citation))]
    action = f"{ActionKind.SOURCE}:{ids[0]}" if ids else ""
    return action if actions.fits(action) else None


def _entry(citation: Citation) -> str:
    kind, _, name = citation.id.rpartition(":")
    return name if kind in ("", "entry") else ""


def _card(card: ProductCard, to: Delivery, say: Say) -> Delivery:
    limit = utf16.CAPTION_LIMIT if card.image else utf16.TEXT_LIMIT
    words = utf16.truncate(_caption(card), limit)
    keys = [_key(button) for button in card.buttons if actions.fits(button.action)]
    rows = _paired(keys)
    if shop_link(card.url):
        rows = ((Key(say("button_open"), url=card.url),), *rows)
    bold = words.startswith(card.name) and card.name.strip() == card.name != ""
    return replace(
        to,
        text=words,
        marks=(Mark(MessageEntity.BOLD, 0, utf16.length(card.name)),) if bold else (),
        rows=rows,
        image=card.image,
        reply_to=0,
    )


def _paired(keys: list[Key]) -> tuple[tuple[Key, ...], ...]:
    """Two short labels a row, a long one alone."""
    rows: list[tuple[Key, ...]] = []
    for key in keys:
        beside = rows[-1] if rows else ()
        if len(beside) == 1 and max(_columns(k.label) for k in (*beside, key)) <= HALF_ROW:
            rows[-1] = (*beside, key)
        else:
            rows.append((key,))
    return tuple(rows)


def _columns(label: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)


def _caption(card: ProductCard) -> str:
    """The card's words; the name leads, the reason ends, unless they stand there already."""
    lines = [card.caption or card.name]
    if card.name not in lines[0]:
        lines.insert(0, card.name)
    if card.reason and card.reason not in lines[-1]:
        lines.append(card.reason)
    return "\n".join(lines)


def _key(button: Button) -> Key:
    return Key(utf16.truncate(button.label, MAX_LABEL), button.action)
