"""UTF-16 arithmetic, whitespace trimming and the entities Telegram finds by itself."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

MAX_ENTITIES = 100

_FOUND = (
    (
        "url",
        re.compile(
            r"(?<![\w@./])(?:https?://[^\s<>\"]+[^\s<>\".,;:!?()'，。！？；：]"
            r"|(?:[a-zA-Z0-9-]+\.)+(?:com|org|net|shop|example|de|cn|eu)\b"
            r"(?:/[^\s<>\"]*[^\s<>\".,;:!?()'])?)"
        ),
    ),
    ("email", re.compile(r"(?<![\w.@+-])[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}")),
    (
        "bot_command",
        re.compile(
            r"(?<![\w/@#<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{2,31})?"
            r"(?![\w/@])"
        ),
    ),
    ("mention", re.compile(r"(?<![\w@./])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#&/])#\w*[^\W\d]\w*")),
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the only length Telegram knows."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_offset(text: str, index: int) -> int:
    """The UTF-16 offset of character `index`."""
    return utf16_length(text[:index])


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The piece an entity covers; raises UnicodeDecodeError where it splits a surrogate pair."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def find_entities(text: str) -> list[Json]:
    """Links, addresses, commands, mentions and hashtags, as Telegram marks them unasked."""
    found: list[Json] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            offset = utf16_offset(text, match.start())
            entity = {"offset": offset, "length": utf16_length(match.group()), "type": kind}
            if not any(_overlap(entity, other) for other in found):
                found.append(entity)
    return sorted(found, key=_order)


def merge_entities(given: list[Json], found: list[Json]) -> list[Json]:
    """The given entities and those found outside them; the first hundred in order of offset."""
    blocking = [e for e in given if e["type"] in {"code", "pre", "text_link", "text_mention"}]
    kept = [e for e in found if not any(_overlap(e, other) for other in blocking)]
    return sorted([*given, *kept], key=_order)[:MAX_ENTITIES]


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut surrounding whitespace as Telegram does, moving and clipping the entities."""
    left = utf16_length(text) - utf16_length(text.lstrip())
    kept = text.strip()
    end = utf16_length(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        stop = min(entity["offset"] + entity["length"] - left, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, moved


def _overlap(one: Json, other: Json) -> bool:
    starts_before: bool = one["offset"] < other["offset"] + other["length"]
    ends_after: bool = other["offset"] < one["offset"] + one["length"]
    return starts_before and ends_after


def _order(entity: Json) -> tuple[int, int]:
    return entity["offset"], -entity["length"]
