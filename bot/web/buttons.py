"""The buttons every front adds to a reply by itself: its sources and the two thumbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.types import ActionKind, Band, Button, Citation, Reply, Route

Say = Callable[[str], str]
"""A reply text by its key, in the reply's language."""

RATED = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
NOT_RATED = (Band.UNSURE, Band.UNKNOWN)
NAMES = {"en": "English", "zh": "中文", "de": "Deutsch", "fr": "Français", "es": "Español"}


def complete(reply: Reply, say: Say) -> Reply:
    """The reply with a button for each entry it cites, and thumbs where it can be rated."""
    added = [*_sources(reply, say), *_thumbs(reply, say)]
    own = {button.action for button in reply.buttons}
    missing = tuple(button for button in added if button.action not in own)
    return replace(reply, buttons=(*reply.buttons, *missing))


def languages(codes: tuple[str, ...]) -> tuple[Button, ...]:
    """One button a language, each named in itself."""
    return tuple(Button(NAMES.get(code, code), f"{ActionKind.LANGUAGE}:{code}") for code in codes)


def _sources(reply: Reply, say: Say) -> list[Button]:
    label = say("button_source")
    entries = dict.fromkeys(filter(None, map(_entry, reply.citations)))
    return [Button(label, f"{ActionKind.SOURCE}:{entry}") for entry in entries]


def _entry(citation: Citation) -> str:
    kind, _, name = citation.id.rpartition(":")
    return name if kind in ("", "entry") else ""


def _thumbs(reply: Reply, say: Say) -> list[Button]:
    if not reply.turn or reply.route not in RATED or reply.band in NOT_RATED:
        return []
    return [
        Button(say("button_up"), f"{ActionKind.RATE_UP}:{reply.turn}"),
        Button(say("button_down"), f"{ActionKind.RATE_DOWN}:{reply.turn}"),
    ]
