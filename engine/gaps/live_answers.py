"""The live snapshot, asked again what was asked in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from engine.assistant import Assistant
from engine.build import load_encoders, shop_knowledge
from engine.counters import MemoryCounters
from engine.errors import KnowledgeError, ShopdeskError
from engine.gaps.collecting import Now
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_live, read_snapshot
from engine.settings import Settings
from engine.types import Band, Entry, Message, Part, Plan, Route, Session
from engine.wording import Wording
from knowledge_base.store import load

NEAR = 3
_ENTRY = "entry:"


class LiveAnswers:
    """Plans answers as a shopper of today would get them; no model writes, nothing is kept."""

    def __init__(self, settings: Settings, encoders: Encoders | None = None) -> None:
        """Raises ShopdeskError where no shop is live, SnapshotError."""
        live = read_live(settings.home)
        if not live:
            raise ShopdeskError(
                "no shop is live yet", where=str(settings.home), mend="run `shopdesk kb publish`."
            )
        self._snapshots = settings.home / "snapshots"
        self.encoders = encoders or load_encoders(settings)
        data = read_snapshot(self._snapshots / live, self.encoders.names)
        self._at = datetime.now(UTC)
        counters = MemoryCounters()
        self._know = shop_knowledge(data, self.encoders, counters, self._at)
        wording = Wording(None, counters, snapshot=data.id, daily_tokens=0)
        self._assistant = Assistant(self._know, wording)
        self._known: dict[str, Mapping[str, Entry]] = {}
        self.entries = self._entries(live)

    def ask(self, question: str, language: str) -> Now:
        """See collecting.Live."""
        message = Message("gap", "gap", "gap", question, self._at, language_hint=language)
        plan = self._assistant.plan(message, Session("gap"))
        near = self._know.entries.find(question, language).entries[:NEAR]
        return Now(_answers(plan), _topic(plan.parts), near)

    def says_otherwise(self, topic: str, snapshot: str, language: str) -> bool:
        """See collecting.Live. Where the snapshot of then is gone, nothing is known to differ."""
        if not topic.startswith(_ENTRY) or not snapshot:
            return False
        name = topic.removeprefix(_ENTRY)
        then, today = self._entries(snapshot).get(name), self.entries.get(name)
        return (
            then is not None
            and today is not None
            and _text(then, language) != _text(today, language)
        )

    def _entries(self, snapshot: str) -> Mapping[str, Entry]:
        if snapshot not in self._known:
            self._known[snapshot] = {}
            folder = self._snapshots / snapshot / "knowledge"
            with suppress(KnowledgeError, OSError):
                self._known[snapshot] = {entry.id: entry for entry in load(folder).entries}
        return self._known[snapshot]


def _answers(plan: Plan) -> bool:
    untold = (Band.UNSURE, Band.UNKNOWN)
    return bool(plan.parts) and all(
        part.route is not Route.UNKNOWN and part.band not in untold for part in plan.parts
    )


def _topic(parts: Sequence[Part]) -> str:
    cited = [citation.id for part in parts for citation in part.citations]
    return cited[0] if cited else ""


def _text(entry: Entry, language: str) -> str:
    return entry.answers.get(language) or next(iter(entry.answers.values()), "")
