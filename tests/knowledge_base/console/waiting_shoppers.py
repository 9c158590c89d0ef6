"""Turns of shoppers who asked in vain, in the journal of a served console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.gaps.clustering import Gap, Near, Variant, gap_id
from engine.gaps.collecting import Asked, Kind, plain_words
from engine.gaps.kept import Look, keep_look
from engine.journal_writing import HandOver, Step
from engine.types import Band, Message, Receipt, Reply, Route, WordedBy
from tests.knowledge_base.console.conftest import Console


@dataclass
class Shoppers:
    """What shoppers of a console's shop did."""

    console: Console
    told: int = 0

    def asks(
        self, who: str, words: str, *, language: str = "en", channel: str = "telegram",
        route: Route = Route.UNKNOWN, hours: float = 1.0,
    ) -> Asked:  # fmt: skip
        """A turn that was not answered."""
        self.told += 1
        at = self.console.clock() - timedelta(hours=hours)
        reply = Reply("I do not know.", route, Band.UNKNOWN, 0.1, language,
                      receipt=Receipt("", "", WordedBy.TEMPLATE))  # fmt: skip
        message = Message(f"m{self.told}", f"tg:{who}", who, words, at, channel=channel)
        turn = self.console.house.journal.record_turn(message, words, reply)
        return Asked(turn, at, f"tg:{who}", who, language, plain_words(words), Kind.UNKNOWN,
                     waits=True)  # fmt: skip

    def called(self, who: str, minutes: float, reason: str = "asked") -> str:
        """They are handed over; the conversation."""
        at = self.console.clock() - timedelta(minutes=minutes)
        step = HandOver(f"tg:{who}", who, Step.OPENED, at, reason)
        self.console.house.journal.write([step])
        return f"tg:{who}"

    def became(self, who: str, step: Step) -> None:
        """What became of it."""
        at = self.console.clock()
        self.console.house.journal.write([HandOver(f"tg:{who}", "", step, at)])


def keep_gap(console: Console, *asked: Asked, near: tuple[str, ...] = ("gift-wrap",)) -> Gap:
    """The last look found one gap, of these questions; how they are found is not looked at here."""
    variants = tuple(Variant(one.words, one.language, 1) for one in asked)
    found = Gap(gap_id(asked[0].words), asked[0].words, asked[0].language, variants, asked,
                tuple(Near(name, offered=False) for name in near))  # fmt: skip
    keep_look(console.home, Look(console.clock(), 28, (found,)))
    return found
