"""A small shop that is live, its journal, and turns that went wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.gaps.clustering import Gap, cluster
from engine.gaps.collecting import Asked, collect
from engine.gaps.live_answers import LiveAnswers
from engine.journal import Journal, Verdict
from engine.publish import publish
from engine.recall import live_entries
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_live
from engine.settings import Settings
from engine.types import Band, Button, Citation, Entry, Message, Receipt, Reply, Route, WordedBy
from knowledge_base.store import EMPTY_SHOP, copy_shop
from knowledge_base.working_copy import WorkingCopy

AT = datetime.now(UTC)
DELIVERY = """---
id: delivery-time
title: {en: Delivery time}
tags: [shipping]
questions:
  en: ["How long does delivery take?", "When does my parcel come?"]
---
## en
Delivery takes 3 days.
"""


@pytest.fixture(scope="session")
def encoders() -> Encoders:
    return Encoders.load()


@dataclass
class Shop:
    """A home, and what tests do in it."""

    settings: Settings
    journal: Journal
    encoders: Encoders
    told: int = field(default=0)

    @property
    def folder(self) -> Path:
        return self.settings.home / "shop"

    @property
    def working_copy(self) -> WorkingCopy:
        return WorkingCopy(self.folder)

    def publish(self) -> None:
        publish(self.folder, self.settings.home, self.encoders)

    def live(self) -> dict[str, Entry]:
        return dict(live_entries(self.settings.home))

    def turn(
        self, who: str, words: str, *, band: Band | None = Band.UNKNOWN, days: float = 0.0,
        language: str = "en", channel: str = "telegram", private: bool = True, down: bool = False,
        offered: tuple[str, ...] = (), action: str | None = None, topic: str = "",
    ) -> str:  # fmt: skip
        """A turn of the journal; its id."""
        self.told += 1
        at = AT - timedelta(days=days, seconds=1000 - self.told)
        route = Route.FAQ if band in (Band.CERTAIN, Band.UNSURE) else Route.UNKNOWN
        reply = Reply(
            "Something.", route, band, 0.5, language,
            citations=(Citation(f"entry:{topic}", topic),) if topic else (),
            buttons=tuple(Button(entry, f"entry:{entry}") for entry in offered),
            receipt=Receipt(read_live(self.settings.home), "", WordedBy.OPERATOR),
        )  # fmt: skip
        message = Message(f"m{self.told}", f"tg:{who}", who, words, at, action=action,
                          channel=channel, private=private)  # fmt: skip
        turn = self.journal.record_turn(message, words, reply)
        if down:
            self.journal.record_feedback(turn, who, Verdict.DOWN)
        return turn

    def asked(self, days: int = 28) -> tuple[Asked, ...]:
        live = LiveAnswers(self.settings, self.encoders)
        return collect(self.journal, live, AT - timedelta(days=days), AT)

    def gaps(self) -> tuple[Gap, ...]:
        return cluster(self.asked(), self.encoders)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, encoders: Encoders) -> Path:
    """A home whose shop is live, to be copied."""
    home = tmp_path_factory.mktemp("published")
    copy_shop(EMPTY_SHOP, home / "shop")
    (home / "shop" / "faq" / "delivery-time.md").write_text(DELIVERY, "utf-8")
    publish(home / "shop", home, encoders)
    return home


@pytest.fixture
def shop(tmp_path: Path, encoders: Encoders, published: Path) -> Iterator[Shop]:
    home = tmp_path / "home"
    shutil.copytree(published, home)
    settings = Settings.load({"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"},
                             tmp_path / "none")  # fmt: skip
    journal = Journal(f"sqlite:///{home}/journal.sqlite3")
    made = Shop(settings, journal, encoders)
    made.publish()
    yield made
    journal.close()
