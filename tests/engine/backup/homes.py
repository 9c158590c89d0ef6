"""Homes with a Valkey of their own, open for turns; and what lies in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import valkey, wire
from engine.backup import journal_rows, store_keys
from engine.backup.restoring import Restored, restore
from engine.backup.saving import Saved, save
from engine.build import build_assistant
from engine.desk import Desk, LocalDesk
from engine.journal import Journal
from engine.kept import open_kept
from engine.retrieval.encoders import Encoders
from engine.settings import Settings
from engine.types import Message, Reply
from tests.engine.desks import reply_of
from tests.engine.plain_assistant import PlainAssistant, PlainPhrases

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def settings_of(home: Path, **more: str) -> Settings:
    """Settings of a home, and of nothing else in this environment."""
    environ = {"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off", **more}
    return Settings.load(environ, Path("no-env-file"))


@dataclass(frozen=True)
class Counter:
    """A desk, and one shopper who speaks to it."""

    desk: Desk
    name: str = "telegram:7"

    def say(self, number: int, text: str = "", action: str = "") -> str:
        """The reply in all it holds, but for the time it took."""
        message = Message(f"m{number}", self.name, self.name, text, AT, action=action)
        reply: Reply = asyncio.run(reply_of(self.desk, message))
        return wire.dumps(replace(reply, receipt=replace(reply.receipt, timings_ms={})))


@contextmanager
def counter(settings: Settings, encoders: Encoders | None = None) -> Iterator[Counter]:
    """A home at work: the shop's assistant with `encoders`, else one that has plain rules."""
    server = valkey.start(settings.home)
    place = replace(settings, redis_url=f"unix://{server.socket}")
    try:
        with valkey.connect(place) as redis, closing(open_kept(place, redis)) as kept:
            plain: Any = PlainAssistant()
            made = (
                build_assistant(place, encoders=encoders, clock=lambda: AT) if encoders else plain
            )
            phrases: Any = made if encoders else PlainPhrases()
            desk = LocalDesk(made, kept.sessions, kept.record, phrases, rights=kept.rights_talk,
                             link_keys=kept.link_keys)  # fmt: skip
            yield Counter(desk)
            desk.close()
    finally:
        server.stop()


def back_up(settings: Settings, path: Path, **more: bool) -> Saved:
    """A backup of a home, whether it is at work or not."""
    with valkey.connect(settings) as redis, valkey.raw_client(redis) as raw:
        return save(settings, raw, path, lambda done, whole: None, **more)


def bring_back(settings: Settings, path: Path, **more: Any) -> Restored:
    """A home out of a backup."""
    return restore(settings, path, lambda done, whole: None, **more)


def rows(settings: Settings) -> list[Any]:
    """All that a journal holds."""
    with closing(Journal.open(settings)) as journal:
        return list(journal_rows.read_rows(journal))


def keys(settings: Settings) -> dict[bytes, Any]:
    """All that a running store holds: values as dumped, of streams what lies in them."""
    with valkey.connect(settings) as redis, valkey.raw_client(redis) as raw:
        return {one.name: (one.ends_ms, _value(raw, one)) for one in store_keys.take_keys(raw)}


def _value(raw: Any, one: store_keys.StoredKey) -> Any:
    # When a consumer was last seen is in the dump of a stream too.
    if raw.type(one.name) != b"stream":
        return one.value
    groups = [group["name"] for group in raw.xinfo_groups(one.name)]
    return raw.xrange(one.name), [raw.xpending_range(one.name, g, "-", "+", 9) for g in groups]


def files(home: Path) -> dict[str, bytes]:
    """Every file but those of the store."""
    found = (p for p in home.rglob("*") if p.is_file() and "valkey" not in p.parts)
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in found}
