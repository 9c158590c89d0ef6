"""What a post of events holds: an object, an array, or JSON lines, as rows with their place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.web.limits import MAX_EVENTS
from engine.event_rows import ga4_rows, is_ga4

SHAPES = (
    'send an array of events, {"events": […]}, one event of GA4\'s shape, or JSON lines; '
    "docs/accounts.md shows each."
)

Place = dict[str, int]
"""Where an event stands: {"index": 3} of an array, counted from 0; {"line": 4}, from 1."""
Told = tuple[Place, dict[str, Any] | str]
"""A row, or why it is none."""


class BadPost(ValueError):  # noqa: N818 - what is wrong with it, said to its sender
    """A body that holds no events at all; says what is wrong."""


class TooMany(BadPost):
    """More events than are taken at once."""


def rows_of(body: bytes, now: datetime) -> list[Told]:
    """The rows of a body, an event without a time being of `now`. Raises BadPost."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        told = list(_lines(body, now))
    else:
        told = list(_whole(value, now))
    if len(told) > MAX_EVENTS:
        raise TooMany(f"{len(told):,} events, at most {MAX_EVENTS:,} are taken at once")
    return told


def _whole(value: object, now: datetime) -> Iterator[Told]:
    ga4 = isinstance(value, dict) and is_ga4(value)
    rows = value.get("events") if isinstance(value, dict) and not ga4 else value
    for index, row in enumerate([rows] if ga4 else _list(rows)):
        yield from (({"index": index}, event) for event in _events(row, now))


def _list(rows: object) -> list[object]:
    if not isinstance(rows, list):
        raise BadPost("these are no events")
    return rows


def _lines(body: bytes, now: datetime) -> Iterator[Told]:
    """JSON lines; raises BadPost where there is only one, or they are not even text."""
    try:
        lines = body.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise BadPost("the body is no JSON") from None
    if sum(bool(line.strip()) for line in lines) < 2:
        raise BadPost("the body is no JSON")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from (({"line": number}, event) for event in _line(line, now))


def _line(line: str, now: datetime) -> tuple[dict[str, Any] | str, ...]:
    try:
        return _events(json.loads(line), now)
    except (ValueError, RecursionError):
        return ("broken JSON",)


def _events(row: object, now: datetime) -> tuple[dict[str, Any] | str, ...]:
    """The rows of one event, several of one of GA4's with several items; or why it is none."""
    if not isinstance(row, dict):
        return ("not an object",)
    if not is_ga4(row):
        return (row if row.get("time") else {**row, "time": now},)
    try:
        return tuple(dict(item) for item in ga4_rows(row, now))
    except ValueError as error:
        return (str(error),)
