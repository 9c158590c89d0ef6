"""What the Telegram bot is to write to chats by itself: corrections, and answers found later."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from redis import Redis

from engine import keys
from engine.valkey import store_errors


class NoticeKind(StrEnum):
    """Which set phrase a notice is worded by."""

    CORRECTION = "correction"
    WITHDRAWN = "correction_withdrawn"
    ANSWER = "gap_answered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one conversation. `turn`: whose question it quotes, "" for none.

    The question itself stays in the journal: who is forgotten meanwhile is not written to.
    """

    conversation: str
    language: str
    kind: NoticeKind
    title: str
    text: str
    turn: str = ""


def queue_notices(redis: Redis, notices: Iterable[Notice]) -> None:
    """Have them sent, in order, one at a time. Raises StoreError."""
    lines = [json.dumps(asdict(notice), ensure_ascii=False) for notice in notices]
    if lines:
        with store_errors():
            redis.rpush(keys.CORRECTIONS, *lines)


def read_notice(line: str | bytes) -> Notice:
    """A queued notice. Raises ValueError, KeyError for one that is garbled."""
    values: dict[str, Any] = json.loads(line)
    # Versions before this one queued corrections only.
    usual = NoticeKind.CORRECTION if values["text"] else NoticeKind.WITHDRAWN
    return Notice(
        str(values["conversation"]), str(values["language"]),
        NoticeKind(values.get("kind", usual)), str(values["title"]), str(values["text"]),
        str(values.get("turn", "")),
    )  # fmt: skip
