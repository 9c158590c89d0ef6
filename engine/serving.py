"""The engine as a process of its own: made once, then at work until a signal."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from redis import Redis

from engine.processes import give_back_freed
from engine.progress import shown_steps
from engine.turn import Answering, Phrases, Turns
from engine.worker import Worker

if TYPE_CHECKING:
    from engine.generation.loading import LoadingGenerator
    from engine.journal import Journal
    from engine.live import LiveAssistant
    from engine.rights_talk import RightsTalk
    from engine.sessions import SessionStore
    from engine.settings import Settings
    from engine.spool import Spool

log = logging.getLogger(__name__)


def run_worker(
    settings: Settings, *, assistant: Answering | None = None, phrases: Phrases | None = None
) -> None:
    """Be an engine until SIGTERM or SIGINT; call it from the main thread.

    Without an assistant the real one is built. Raises StoreError, ModelError, KnowledgeError.
    """
    from engine.generation.generator import load_later
    from engine.journal import Journal
    from engine.link_payload import LinkKeys
    from engine.redis_sessions import RedisSessions
    from engine.retention import keep_young
    from engine.spool import Spool
    from engine.turn_record import PATIENCE_S, TurnRecord
    from engine.valkey import connect

    redis = connect(settings)
    # A journal that is away keeps no engine from starting.
    journal = Journal.open(settings, patience_s=PATIENCE_S, later=True)
    spool = Spool(settings.home)
    record = TurnRecord(journal, spool)
    # Until it is ready a signal just ends it: there is nothing to finish.
    generator = None if assistant else load_later(settings)
    real = None if assistant else _real_assistant(settings, redis, generator)
    told = phrases or _shop_phrases(settings)
    answering = assistant or real
    assert answering is not None
    sessions = RedisSessions(redis)
    turns = Turns(
        answering,
        sessions,
        record,
        told,
        rights=open_rights(settings, journal, sessions, redis, spool),
        link_keys=LinkKeys.open(settings),
        holdout_percent=settings.holdout_percent,
    )
    worker = Worker(redis, turns)
    with _stopped_by_signals() as stop:
        if real:
            threading.Thread(target=real.follow, args=(stop,), daemon=True).start()
        if generator:
            # Most answers need none: turns are taken while it loads.
            generator.start(on_failure=stop.set)
        threading.Thread(target=keep_young, args=(journal, settings, stop), daemon=True).start()
        log.info("ready")
        worker.run(stop)
    record.close()
    journal.close()
    redis.close()
    if generator:
        generator.close()
        if generator.failure:
            raise generator.failure


def open_rights(
    settings: Settings, journal: Journal, sessions: SessionStore, redis: Redis, spool: Spool
) -> RightsTalk:
    """What shoppers may ask of this home, with everything that is kept of them in it."""
    from engine.rights import Rights
    from engine.rights_talk import RightsTalk
    from engine.valkey import rewrite
    from knowledge_base.store import REPLAYS, ensure_shop

    rights = Rights(
        journal, sessions, spool=spool,
        replays=ensure_shop(settings.home, settings.kb) / REPLAYS,
        rewrite_store=lambda: rewrite(redis),
    )  # fmt: skip
    return RightsTalk(rights, settings.keep_days)


def _real_assistant(
    settings: Settings, redis: Redis, generator: LoadingGenerator | None
) -> LiveAssistant:
    from engine.build import build_assistant
    from engine.counters import RedisCounters

    # All that is made here stays: not looked through while it grows, nor ever after.
    gc.disable()
    with shown_steps("reading the shop") as progress:
        made = build_assistant(
            settings,
            generator=generator,
            counters=RedisCounters(redis),
            progress=progress,
            at_once=True,
        )
    gc.freeze()
    gc.enable()
    give_back_freed()
    return made


def _shop_phrases(settings: Settings) -> Phrases:
    from knowledge_base.store import ensure_shop, load

    return load(ensure_shop(settings.home, settings.kb)).replies


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
