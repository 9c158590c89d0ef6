"""Lengths and cuts as Telegram counts them: in UTF-16 code units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import MessageEntity

TEXT_LIMIT = 4096
"""UTF-16 units of one message."""
CAPTION_LIMIT = 1024
"""UTF-16 units of a photo's caption."""

_BOUNDARIES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?:[.!?…]+[\"'”’)\]]*\s)|(?:[。！？…]+[”’」』）]*)"),
    re.compile(r"[\s，、；]"),
)
"""Good places to cut, best first."""
_LOOK_BACK = 0.5
"""A better kind of boundary is taken when it leaves a piece at least this full."""
_JOINERS = re.compile("[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that fits one message, with its formatting (offsets in UTF-16 units)."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def length(text: str) -> int:
    """UTF-16 units in `text`."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def truncate(text: str, limit: int) -> str:
    """The start of `text` in at most `limit` units, ended at a word with an ellipsis."""
    if length(text) <= limit:
        return text
    end = _best_cut(text, 0, _reach(text, 0, limit - 1), [])
    return text[:end].rstrip() + "…"


def split(
    text: str, entities: Sequence[MessageEntity] = (), limit: int = TEXT_LIMIT
) -> tuple[Piece, ...]:
    """Cut `text` into pieces of at most `limit` units at paragraphs, lines, sentences or words.

    No piece is blank; only white space at the cuts is lost; no entity that fits is torn.
    """
    spans = [_Span.of(text, entity) for entity in entities]
    return tuple(_pieces(text, spans, limit))


@dataclass(frozen=True, slots=True)
class _Span:
    """An entity by code points."""

    start: int
    end: int
    entity: MessageEntity

    @classmethod
    def of(cls, text: str, entity: MessageEntity) -> _Span:
        start = _index(text, entity.offset)
        return cls(start, _index(text, entity.offset + entity.length), entity)


def _pieces(text: str, spans: list[_Span], limit: int) -> Iterator[Piece]:
    start = _skip_space(text, 0)
    while start < len(text):
        reach = _reach(text, start, limit)
        cut = reach if reach == len(text) else _best_cut(text, start, reach, spans)
        piece = text[start:cut].rstrip()
        yield Piece(piece, tuple(_clip(text, spans, start, start + len(piece))))
        start = _skip_space(text, cut)


def _reach(text: str, start: int, limit: int) -> int:
    """How far from `start` at most `limit` units go; at least one character."""
    end = min(len(text), start + limit)
    while end > start + 1 and length(text[start:end]) > limit:
        end -= max((length(text[start:end]) - limit) // 2, 1)
    return end


def _best_cut(text: str, start: int, reach: int, spans: list[_Span]) -> int:
    floor = start + int((reach - start) * _LOOK_BACK)
    for boundary in _BOUNDARIES:
        ends = [m.end() for m in boundary.finditer(text, start, reach)]
        for end in reversed(ends):
            if end < floor:
                break
            if not _torn(spans, end):
                return end
    return _hard_cut(text, start, reach, spans)


def _hard_cut(text: str, start: int, reach: int, spans: list[_Span]) -> int:
    cut = reach
    while cut > start + 1 and cut < len(text) and _glued(text, cut):
        cut -= 1
    torn = _torn(spans, cut)
    if torn and torn.start > start:
        return torn.start
    return cut if cut > start + 1 else reach


def _glued(text: str, cut: int) -> bool:
    """Whether a cut here would tear an emoji or an accented letter."""
    return bool(_JOINERS.match(text[cut])) or text[cut - 1] == "\u200d"


def _torn(spans: list[_Span], cut: int) -> _Span | None:
    return next((span for span in spans if span.start < cut < span.end), None)


def _clip(text: str, spans: list[_Span], start: int, end: int) -> Iterator[MessageEntity]:
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            entity = span.entity
            yield MessageEntity(
                type=entity.type,
                offset=length(text[start:first]),
                length=length(text[first:last]),
                url=entity.url,
            )


def _index(text: str, units: int) -> int:
    """The code point at a UTF-16 offset."""
    seen = 0
    for index, char in enumerate(text):
        if seen >= units:
            return index
        seen += 2 if ord(char) > 0xFFFF else 1
    return len(text)


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start
