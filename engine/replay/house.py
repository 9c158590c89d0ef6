"""Where conversations are played: a desk of its own over a shop, a snapshot and a model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.build import build_assistant, live_assistant, load_encoders
from engine.counters import MemoryCounters
from engine.desk import LocalDesk
from engine.generation.generator import Generator, build_generator
from engine.journal import Journal
from engine.live import LiveAssistant
from engine.replay.drafts import Drafts
from engine.retrieval.snapshot import read_live
from engine.sessions import MemorySessions
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """What a desk for replays is made of.

    `snapshot`: its id; "" for what is live, or for `settings.kb` as its files stand. `with_model`:
    whether the generator words answers. `drafts`: a file its drafts are kept in and taken from.
    """

    settings: Settings
    snapshot: str = ""
    with_model: bool = False
    drafts: Path | None = None


@dataclass(frozen=True, slots=True)
class OpenHouse:
    """A desk, and the sessions behind it."""

    desk: LocalDesk
    sessions: MemorySessions
    snapshot: str


@contextmanager
def opened(house: House) -> Iterator[OpenHouse]:
    """The desk of a house. Nothing of it outlives the block, nor touches the shop's own journal.

    Raises SnapshotError or KnowledgeError where the shop cannot be read.
    """
    with ExitStack() as held:
        generator: Generator | None = None
        if house.with_model or house.drafts:
            model = build_generator(house.settings) if house.with_model else None
            generator = held.enter_context(Drafts.opened(house.drafts, model))
        assistant = _assistant(house, generator)
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="shopdesk-replay-"))
        journal = Journal(f"sqlite:///{Path(folder) / 'journal.sqlite3'}", durable=False)
        held.callback(journal.close)
        sessions = MemorySessions()
        desk = LocalDesk(assistant, sessions, journal, assistant)
        held.callback(desk.close)
        yield OpenHouse(desk, sessions, assistant.snapshot)


def _assistant(house: House, generator: Generator | None) -> LiveAssistant:
    settings = house.settings
    if not house.snapshot:
        return build_assistant(settings, generator=generator, aside=True, at_once=True)
    encoders = load_encoders(settings)
    return live_assistant(
        settings.home, encoders, generator, MemoryCounters(), settings.daily_tokens,
        house.snapshot,
    )  # fmt: skip


def live_snapshot(settings: Settings) -> str:
    """The id of what is live in a home; "" before the first publish."""
    return read_live(settings.home)
