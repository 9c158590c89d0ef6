"""`imports` of shop.yaml: files that are imported again and again, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.types import ImportSource
from knowledge_base.yaml_lines import Place

FIELD = "imports"
KNOWN = ("from", "every_h")
LEAST_H, MOST_H = 0.25, 8760.0
WEB = ("http://", "https://")


def import_problems(value: Any, places: Mapping[Place, int]) -> Iterator[tuple[int, str]]:
    """What is wrong with it, each with its line."""

    def line(*place: str | int) -> int:
        return places.get((FIELD, *place)) or (line(*place[:-1]) if place else 1)

    if value is None:
        return
    if not isinstance(value, list):
        yield line(), "imports: must be a list of from and every_h"
        return
    seen: set[str] = set()
    for n, one in enumerate(value):
        if not isinstance(one, dict):
            yield line(n), "imports: each must be from and every_h"
            continue
        for name in one:
            if name not in KNOWN:
                near = get_close_matches(str(name), KNOWN, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(KNOWN)}"
                yield line(n, str(name)), f"imports: unknown field {name!r}; {hint}"
        origin = one.get("from")
        if reason := _wrong_origin(origin):
            yield line(n, "from"), f"imports: from: {reason}"
        elif origin in seen:
            yield line(n, "from"), f"imports: from: {told(origin)} stands there twice"
        else:
            seen.add(str(origin))
        if reason := _wrong_hours(one.get("every_h", LEAST_H)):
            yield line(n, "every_h"), f"imports: every_h: {reason}"


def read_imports_field(value: Any) -> tuple[ImportSource, ...]:
    """The sources that a checked field names."""
    return tuple(
        ImportSource(one["from"], *([float(one["every_h"])] if "every_h" in one else []))
        for one in value or ()
    )


def names_imports(folder: Path) -> bool:
    """Whether a shop's shop.yaml, right or not, has such a field; cheaply."""
    try:
        text = (folder / "shop.yaml").read_text("utf-8")
    except (OSError, ValueError):
        return False
    return re.search(rf"^{FIELD}\s*:", text, re.MULTILINE) is not None


def is_url(origin: str) -> bool:
    """Whether a source is fetched by HTTP rather than read from the disk."""
    return origin.lower().startswith(WEB)


def told(origin: str) -> str:
    """A source as messages name it: what a URL has behind its path may be a key."""
    return urlsplit(origin)._replace(query="", fragment="").geturl() if is_url(origin) else origin


def path_of(origin: str, folder: Path) -> Path:
    """The file of a source on the disk; a relative one lies in the shop's folder."""
    return folder / origin


def _wrong_origin(origin: Any) -> str:
    if not isinstance(origin, str) or not origin.strip():
        return "missing; such as https://shop.example/feed.xml, or a path"
    if "://" not in origin:
        return ""
    try:
        parts = urlsplit(origin)
        host = parts.hostname
    except ValueError:
        return "not an address"
    if not is_url(origin) or not host:
        return "must begin with https:// or http://, or be a path"
    return "a URL with a password in it is not fetched" if "@" in parts.netloc else ""


def _wrong_hours(hours: Any) -> str:
    right = isinstance(hours, int | float) and not isinstance(hours, bool)
    return "" if right and LEAST_H <= hours <= MOST_H else f"hours from {LEAST_H:g} to {MOST_H:g}"
