"""Button payloads: a button's data is its action, so it outlives every restart."""

from __future__ import annotations

import re

from engine.types import ActionKind

MAX_BYTES = 64
"""Telegram's limit for `callback_data`."""

_ACTION = re.compile(r"([a-z_]{1,16}):([A-Za-z0-9._:-]{0,48})", re.ASCII)
FIX = "fix"
"""The kind of an operator's own buttons; no shopper's turn is made of one."""
_KINDS = frozenset({*ActionKind, FIX})


def read(data: str | None) -> str | None:
    """The action a pressed button carries, or None: garbled, unknown or not ours."""
    match = _ACTION.fullmatch(data or "")
    return match[0] if match and match[1] in _KINDS else None


def kind(action: str) -> ActionKind:
    """The first half of an action."""
    return ActionKind(action.partition(":")[0])


def argument(action: str) -> str:
    """The second half of an action."""
    return action.partition(":")[2]


def fits(action: str) -> bool:
    """Whether Telegram takes this action as a button's data."""
    return 1 <= len(action.encode()) <= MAX_BYTES
