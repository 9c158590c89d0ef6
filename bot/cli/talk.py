"""`shopdesk ask` and `shopdesk chat`: through the running engine, else one of this process."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.common import RUN_LOCK, load_settings, plain, print_json
from engine.errors import ShopdeskError, SnapshotError
from engine.locks import is_held
from engine.progress import shown_steps
from engine.settings import Settings
from engine.types import Message, Reply

if TYPE_CHECKING:
    from redis import Redis

    from engine.desk import Desk
    from engine.live import LiveAssistant

LOOK_EVERY_S = 0.2


def run_command(arguments: argparse.Namespace) -> int:
    """Open a desk, then ask once or chat."""
    settings = load_settings(arguments)
    session = arguments.session or uuid.uuid4().hex
    as_of = getattr(arguments, "as_of", None)
    desk = open_desk(settings, running=arguments.kb is None and as_of is None, as_of=as_of)
    if arguments.command == "chat":
        from bot.cli.chat import talk

        return talk(desk, session=session, language=arguments.language)
    message = _message(arguments, f"terminal:{session}")
    reply = asyncio.run(_reply(desk, message))
    if arguments.json:
        print_json(reply_json(reply))
    else:
        _show(reply)
    return 0


def open_desk(settings: Settings, *, running: bool = True, as_of: date | None = None) -> Desk:
    """The queue of a running engine of this home; without one, a desk in this process.

    With `running` false the engine is passed by: it answers for another shop or another day.
    """
    from engine.desk import LocalDesk, QueueDesk
    from engine.valkey import connect, connect_async
    from engine.worker import engine_ready

    redis = connect(settings)
    if running and (engine_ready(redis) or _comes_up(redis, settings.home)):
        return QueueDesk(connect_async(settings))
    from engine.build import build_assistant
    from engine.counters import RedisCounters
    from engine.generation.generator import build_generator
    from engine.kept import open_kept

    generator = build_generator(settings)

    def made(snapshot: str, settings: Settings) -> LiveAssistant:
        with shown_steps("reading the shop") as progress:
            return build_assistant(
                settings, generator=generator, counters=RedisCounters(redis), progress=progress,
                aside=True, clock=lambda: _moment(as_of), snapshot=snapshot, at_work=True,
            )  # fmt: skip

    then = _live_then(settings, as_of) if as_of is not None and settings.kb is None else ""
    try:
        assistant = made(then, settings)
    except SnapshotError:
        # Built by another version: its files are read anew.
        assistant = made("", replace(settings, kb=_files_of(settings, then)))
    kept = open_kept(settings, redis)
    return LocalDesk(
        assistant, kept.sessions, kept.record, assistant, rights=kept.rights_talk,
        link_keys=kept.link_keys,
    )  # fmt: skip


def _live_then(settings: Settings, as_of: date) -> str:
    """The snapshot that was live then; "" where that is the one of today. Raises ShopdeskError."""
    from engine.publish_log import live_at, read
    from engine.retrieval.snapshot import read_live

    known = read(settings.home)
    snapshot = live_at(settings.home, _end_of(as_of))
    if not known or snapshot == read_live(settings.home):
        return ""
    if not snapshot:
        raise ShopdeskError(
            f"nothing was live on {as_of}", where=str(settings.home),
            mend=f"the first that is known of went live on {known[0].at:%Y-%m-%d %H:%M} UTC.",
        )  # fmt: skip
    return snapshot


def _files_of(settings: Settings, snapshot: str) -> Path:
    folder = settings.home / "snapshots" / snapshot / "knowledge"
    if not snapshot or not folder.is_dir():
        raise ShopdeskError("the snapshot that was live then is not there any more",
                            where=str(folder), mend="bring it back from a backup.")  # fmt: skip
    return folder


def _comes_up(redis: Redis, home: Path) -> bool:
    """Wait for the engine of a `shopdesk run` that is still starting, if one is."""
    from engine.worker import engine_ready

    lock = home / RUN_LOCK
    if not is_held(lock):
        return False
    with shown_steps("waiting for `shopdesk run`, which is still starting"):
        while is_held(lock):
            if engine_ready(redis):
                return True
            time.sleep(LOOK_EVERY_S)
    return False


def reply_json(reply: Reply) -> dict[str, Any]:
    """A reply under the names the commands document."""
    receipt = reply.receipt
    return {
        "text": reply.text,
        "route": reply.route.value,
        "band": reply.band.value if reply.band else None,
        "confidence": reply.confidence,
        "language": reply.language,
        "citations": [{"id": c.id, "title": c.title} for c in reply.citations],
        "products": [
            {
                "sku": card.sku,
                "name": card.name,
                "price": {"amount": str(card.price.amount), "currency": card.price.currency},
                "url": card.url,
            }
            for card in reply.products
        ],
        "buttons": [{"label": b.label, "action": b.action} for b in reply.buttons],
        "handoff": reply.handoff.value if reply.handoff else None,
        "receipt": {
            "snapshot": receipt.snapshot,
            "model": receipt.model,
            "worded_by": receipt.worded_by.value,
            "scores": plain(receipt.scores),
            "checks": plain(receipt.checks),
        },
        "timings_ms": plain(receipt.timings_ms),
    }


def _message(arguments: argparse.Namespace, conversation: str) -> Message:
    return Message(
        id=uuid.uuid4().hex,
        conversation=conversation,
        shopper=conversation,
        text=arguments.question,
        at=_moment(arguments.as_of),
        language_hint=arguments.language,
    )


def _moment(day: date | None) -> datetime:
    """Now, a point in time, or the time it is now on another day."""
    now = datetime.now(UTC)
    if isinstance(day, datetime):
        return day
    return datetime.combine(day, now.timetz()) if day else now


def _end_of(day: date) -> datetime:
    """A point in time, or the end of a day."""
    return day if isinstance(day, datetime) else datetime.combine(day, time_of_day.max, UTC)


async def _reply(desk: Desk, message: Message) -> Reply:
    async for piece in desk.stream(message):
        if isinstance(piece, Reply):
            return piece
    raise AssertionError("a desk ended without a reply")


def _show(reply: Reply) -> None:
    print(reply.text)
    for card in reply.products:
        print(f"  · {card.caption}  {card.url}")
    for button in reply.buttons:
        print(f"  [{button.label}]")
    if reply.citations:
        print(f"  ({', '.join(citation.title for citation in reply.citations)})")
    sys.stdout.flush()
