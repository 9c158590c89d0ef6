"""Where conversations are played: a desk of its own over a shop, a snapshot and a model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.build import build_assistant, load_encoders
from engine.counters import MemoryCounters
from engine.desk import LocalDesk
from engine.generation.generator import Generator, build_generator
from engine.journal import Journal
from engine.replay.drafts import Drafts
from engine.retrieval.encoders import Encoders
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
    """A desk, and what stands behind it."""

    desk: LocalDesk
    sessions: MemorySessions
    counters: MemoryCounters

    def forget(self, conversation: str) -> None:
        """What was played is remembered no more, nor how often anything was tried in it."""
        self.sessions.forget(conversation)
        self.counters.forget()


@contextmanager
def opened(house: House, encoders: Encoders | None = None) -> Iterator[OpenHouse]:
    """The desk of a house. Nothing of it outlives the block, nor touches the shop's own journal.

    Raises SnapshotError or KnowledgeError where the shop cannot be read.
    """
    with ExitStack() as held:
        generator: Generator | None = None
        if house.with_model or house.drafts:
            model = build_generator(house.settings) if house.with_model else None
            generator = held.enter_context(closing(Drafts(house.drafts, model)))
        encoders = encoders or load_encoders(house.settings)
        counters = MemoryCounters()
        assistant = build_assistant(
            house.settings, generator=generator, counters=counters, aside=True, at_once=True,
            encoders=encoders, snapshot=house.snapshot,
        )  # fmt: skip
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="shopdesk-replay-"))
        journal = Journal(f"sqlite:///{Path(folder) / 'journal.sqlite3'}", durable=False)
        held.callback(journal.close)
        sessions = MemorySessions()
        desk = LocalDesk(assistant, sessions, journal, assistant)
        held.callback(desk.close)
        yield OpenHouse(desk, sessions, counters)
