"""The engine as a process of its own: made once, then at work until a signal."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Callable, Iterator
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
    from engine.live import LiveAssistant
    from engine.settings import Settings

log = logging.getLogger(__name__)


def run_worker(
    settings: Settings, *, assistant: Answering | None = None, phrases: Phrases | None = None
) -> None:
    """Be an engine until SIGTERM or SIGINT; call it from the main thread.

    Without an assistant the real one is built. Raises StoreError, ModelError, KnowledgeError.
    """
    from engine.generation.generator import load_later
    from engine.kept import open_kept
    from engine.retention import keep_young
    from engine.valkey import connect

    redis = connect(settings)
    kept = open_kept(settings, redis)
    # Until it is ready a signal just ends it: there is nothing to finish.
    generator = None if assistant else load_later(settings)
    real = None if assistant else _real_assistant(settings, redis, generator)
    answering = assistant or real
    assert answering is not None
    turns = Turns(
        answering, kept.sessions, kept.record, phrases or _shop_phrases(settings),
        rights=kept.rights_talk, link_keys=kept.link_keys,
        holdout_percent=settings.holdout_percent,
    )  # fmt: skip
    worker = Worker(redis, turns, generator_trouble=lambda: generator.trouble if generator else "")
    with _stopped_by_signals() as stop:
        if real:
            _begin(real.follow, stop)
        if generator:
            # Most answers need none: turns are taken while it loads.
            generator.start(on_failure=stop.set)
        _begin(keep_young, kept.journal, settings, stop)
        log.info("ready")
        worker.run(stop)
    kept.close()
    redis.close()
    if generator:
        generator.close()
        if generator.failure:
            raise generator.failure


def _begin(work: Callable[..., None], *words: object) -> None:
    threading.Thread(target=work, args=words, daemon=True).start()


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
            at_work=True,
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
