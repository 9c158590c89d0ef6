"""Keeps a shop's processes running: starts, restarts with back-off, stops; leaves no orphan."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.errors import StoreError
from engine.processes import process_name, start_child

LOOK_EVERY_S = 0.1
FIRST_PAUSE_S, LAST_PAUSE_S = 0.2, 30.0
STEADY_AFTER_S = 60.0
"""A process that ran this long begins its back-off anew."""
GIVE_UP_AFTER = 5
"""Crashes in a row before the house was ever ready."""
GRACE_S = 30.0
COMPACT_AFTER_S, COMPACT_EVERY_S = 60.0, 3600.0
"""Shoppers' raw words, deleted when their turn is journaled, leave the disk this soon."""
WORK_AFTER_S = 600.0
"""A house that has just been started is left to its shoppers."""
BAD_INPUT = 2

log = logging.getLogger("shopdesk.run")


class Store(Protocol):
    """Our own Valkey, as `engine.valkey.start` gives it."""

    def running(self) -> bool:
        """Whether it runs now."""

    def compact(self) -> None:
        """Take off the disk what was deleted."""

    def stop(self) -> None:
        """Stop it, if it is this process's."""


class Work(Protocol):
    """Work that is begun again and again, out of the shoppers' way."""

    def look(self) -> None:
        """Begin it if its time has come."""

    def stop(self) -> None:
        """End it."""


@dataclass
class Child:
    """One process of the house. `argv` begins with a full path."""

    name: str
    argv: Sequence[str]
    once: bool = False
    """It does its work and ends; it is not started again."""
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    started_at: float = 0.0
    crashes: int = 0
    pause_s: float = FIRST_PAUSE_S
    next_at: float = 0.0

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def well(self) -> bool:
        """Whether it runs, or was to run once and has ended."""
        return self.running or (self.once and self.starts > 0)

    @property
    def full_name(self) -> str:
        """Its name among all processes, as an engine signs with; empty when it does not run."""
        return process_name(self.process.pid) if self.process and self.running else ""


@dataclass
class Supervisor:
    """Runs the children, and our own Valkey where there is one, until told to stop.

    `is_ready` says when shoppers can chat; `tell` is then called, once.
    """

    children: tuple[Child, ...]
    env: Mapping[str, str]
    is_ready: Callable[[], bool]
    tell: Callable[[], None]
    store: Store | None = None
    start_store: Callable[[], Store] | None = None
    works: Sequence[Work] = ()
    grace_s: float = GRACE_S
    _stop: threading.Event = field(default_factory=threading.Event)
    _store_next_at: float = 0.0
    _compact_at: float = field(default_factory=lambda: time.monotonic() + COMPACT_AFTER_S)
    _told: bool = False
    _told_at: float = 0.0

    def run(self) -> int:
        """Work until a signal; 0, or 2 when a process says that its set-up is wrong.

        Call it from the main thread.
        """
        before = self._listen_to_signals()
        try:
            return self._look_after()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask it to stop, from any thread."""
        self._stop.set()

    def _look_after(self) -> int:
        while not self._stop.is_set():
            if self._store_is_up():
                for child in self.children:
                    if not (child.well or self._keep(child)):
                        return BAD_INPUT
                self._compact_store()
            if not self._told and all(c.well for c in self.children) and self.is_ready():
                self._told, self._told_at = True, time.monotonic()
                self.tell()
            if self._told_at and time.monotonic() - self._told_at > WORK_AFTER_S:
                self._look_at_works()
            self._stop.wait(LOOK_EVERY_S)
        return 0

    def _look_at_works(self) -> None:
        for work in self.works:
            work.look()

    def _store_is_up(self) -> bool:
        if self.store is None or self.start_store is None or self.store.running():
            return True
        if time.monotonic() < self._store_next_at:
            return False
        log.warning("Valkey ended; starting it again")
        try:
            self.store = self.start_store()
        except StoreError as error:
            log.error("%s", error)
            self._store_next_at = time.monotonic() + LAST_PAUSE_S / 6
            return False
        return True

    def _compact_store(self) -> None:
        if self.store is None or time.monotonic() < self._compact_at:
            return
        self._compact_at = time.monotonic() + COMPACT_EVERY_S
        try:
            self.store.compact()
        except StoreError as error:
            log.warning("deleted words are still in Valkey's file: %s", error)

    def _keep(self, child: Child) -> bool:
        """Start a child that does not run, when its time has come; False to give up."""
        now = time.monotonic()
        if child.process is not None:
            if not self._note_end(child, child.process.returncode, now):
                return False
            child.process = None
        if now >= child.next_at:
            child.process = start_child(child.argv, death_signal=signal.SIGKILL, env=self.env)
            child.starts += 1
            child.started_at = now
        return True

    def _note_end(self, child: Child, code: int, now: float) -> bool:
        if code == BAD_INPUT and not self._told:
            # The child has said on standard error what is wrong and how to mend it.
            return False
        if now - child.started_at > STEADY_AFTER_S:
            child.pause_s, child.crashes = FIRST_PAUSE_S, 0
        child.crashes += 1
        if child.crashes >= GIVE_UP_AFTER and not self._told:
            log.error("%s ended %d times before it was ready", child.name, child.crashes)
            return False
        log.warning("%s ended (%s); again in %.1f s", child.name, _why(code), child.pause_s)
        child.next_at = now + child.pause_s
        child.pause_s = min(child.pause_s * 2, LAST_PAUSE_S)
        return True

    def _stop_all(self) -> None:
        """Fronts first, so that nothing new comes in; then engines; the store last."""
        for work in self.works:
            work.stop()
        deadline = time.monotonic() + self.grace_s
        for child in reversed(self.children):
            self._end(child, deadline)
        if self.store is not None:
            self.store.stop()

    def _end(self, child: Child, deadline: float) -> None:
        if child.process is None:
            return
        with suppress(ProcessLookupError):
            child.process.send_signal(signal.SIGTERM)
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s does not stop; killing it", child.name)
        # Its own children too: the group is the child's alone.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def _listen_to_signals(self) -> dict[signal.Signals, Any]:
        def handle(number: int, frame: object) -> None:
            if self._stop.is_set():
                self.grace_s = 0.0
            self._stop.set()

        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        return {number: signal.signal(number, handle) for number in numbers}


def _why(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
