"""Where conversations are played: a desk of its own over a shop, a snapshot and a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.build import build_assistant, load_encoders
from engine.desk import LocalDesk
from engine.generation.generator import Generator, build_generator
from engine.replay.drafts import Drafts
from engine.replay.keeping import CountedApart, CountersApart, MemoryRecord
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
    counters: CountersApart
    record: MemoryRecord

    def forget(self, conversations: Iterable[str]) -> None:
        """Nothing of what was played is remembered any more, nor how often anything was tried."""
        for conversation in conversations:
            self.sessions.forget(conversation)
        self.counters.forget()
        self.record.clear()


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
        counters, record, sessions = CountersApart(), MemoryRecord(), MemorySessions()
        assistant = build_assistant(
            house.settings, generator=generator, counters=counters, aside=True, at_once=True,
            encoders=encoders, snapshot=house.snapshot,
        )  # fmt: skip
        desk = LocalDesk(CountedApart(assistant, counters), sessions, record, assistant)
        held.callback(desk.close)
        yield OpenHouse(desk, sessions, counters, record)
