"""Blast radius: which answers a publish would change, before any shopper is told them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.journal import Journal
from engine.replay.comparing import Change, compare, flipped
from engine.replay.conversation import Conversation
from engine.replay.house import House
from engine.replay.playing import Played
from engine.replay.reading import read_conversations
from engine.replay.recording import journaled
from engine.replay.results import failures
from engine.replay.running import Order, run
from engine.retrieval.encoders import Encoders
from engine.settings import Settings
from knowledge_base.store import REPLAYS

MOST_CONVERSATIONS = 1000
"""Of the journal, those that went on last."""


@dataclass(frozen=True, slots=True)
class Blast:
    """What a publish would do. `broken`: expectations of must-hold replays that would fail."""

    turns: int
    flipped: tuple[Change, ...]
    broken: tuple[dict[str, Any], ...]
    failed: tuple[dict[str, Any], ...]

    @property
    def broken_names(self) -> tuple[str, ...]:
        """The must-hold replays that would fail."""
        return tuple(dict.fromkeys(str(line["conversation"]) for line in self.broken))


def to_ask_again(folder: Path, journal: Journal | None, days: int) -> tuple[Conversation, ...]:
    """The shop's saved questions, and what was asked in the last days, masked.

    Raises ReplayFilesError where a saved one cannot be read, StoreError.
    """
    saved = read_conversations([folder / REPLAYS]) if (folder / REPLAYS).is_dir() else ()
    if journal is None or days < 1:
        return saved
    since = datetime.now(UTC) - timedelta(days=days)
    known = {conversation.id for conversation in saved}
    asked = journaled(journal, since, most=MOST_CONVERSATIONS)
    return (*saved, *(conversation for conversation in asked if conversation.id not in known))


def blast_radius(
    settings: Settings,
    before: str,
    after: str,
    conversations: Sequence[Conversation],
    *,
    encoders: Encoders | None = None,
    told: Callable[[int, int], None] = lambda done, whole: None,
) -> Blast:
    """Every answer that differs between two snapshots, without a model. Raises SnapshotError.

    `before`: "" where there is none to compare with; then only expectations are looked at.
    """
    houses = tuple(House(settings, snapshot) for snapshot in (after, before) if snapshot)
    order = Order(houses, tuple(conversations), processes=os.cpu_count() or 1,
                  at=datetime.now(UTC))  # fmt: skip
    new, *old = run(order, told, encoders)
    before_all = [playings[0] for runs in old for playings in runs]
    return blast_of(before_all, [playings[0] for playings in new])


def blast_of(before: Sequence[Played], after: Sequence[Played]) -> Blast:
    """What the same conversations, played of two snapshots, tell of a publish of the second.

    `before`: empty where there is none to compare with.
    """
    lines = [(p.conversation.must_hold, line) for p in after for line in failures([p])]
    return Blast(
        sum(len(played.conversation.steps) for played in after),
        tuple(flipped(compare(before, after))),
        tuple(line for must, line in lines if must),
        tuple(line for must, line in lines if not must),
    )  # fmt: skip
