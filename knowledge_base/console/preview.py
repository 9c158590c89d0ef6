"""How an answer looks in Telegram: its bubbles, its links, what stands below."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINK = re.compile(r"https?://[^\s<>，。；！？、）】]+")
LONGEST = 4096
"""Of one message, in UTF-16 units."""
MOST = 20
"""Messages that are shown: no reply is so long, but any text may be typed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `link`: where it leads."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `letters`: its length as Telegram counts."""

    pieces: tuple[Piece, ...]
    letters: int


def bubbles(answer: str) -> tuple[Bubble, ...]:
    """The messages an answer is sent as."""
    answer = answer.strip()[: MOST * LONGEST]
    return tuple(_bubble(text) for text in _cut(answer)) if answer else ()


def _cut(text: str) -> list[str]:
    found = []
    while length(text) > LONGEST:
        end = _longest(text)
        place = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end))
        end = place if place > end // 2 else end
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text]


def _longest(text: str) -> int:
    units = 0
    for place, letter in enumerate(text):
        units += 2 if ord(letter) > 0xFFFF else 1
        if units > LONGEST:
            return place
    return len(text)


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _bubble(text: str) -> Bubble:
    pieces, end = [], 0
    for found in LINK.finditer(text):
        link = found.group().rstrip(".,;:!?)")
        if found.start() > end:
            pieces.append(Piece(text[end : found.start()]))
        pieces.append(Piece(link, link))
        end = found.start() + len(link)
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return Bubble(tuple(pieces), length(text))
