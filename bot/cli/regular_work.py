"""What a running house does again and again, out of the shoppers' way."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from engine.processes import start_child

FROM, UNTIL = time(3), time(6)
"""Hours of the shop's night in which the work is begun; a night that was slept through is left."""
Due = Callable[[datetime, str], str]
"""What to note of a beginning now, where what was noted of the last one leaves it due; else ""."""
log = logging.getLogger("shopdesk.run")


def nightly(now: datetime, last: str) -> str:
    """Once in every night."""
    today = now.date().isoformat()
    return today if FROM <= now.time() < UNTIL and last != today else ""


def every(span: timedelta) -> Due:
    """So long after the last beginning, and where that lies ahead: the clock was wrong then."""

    def due(now: datetime, last: str) -> str:
        try:
            waits = timedelta() <= now - datetime.fromisoformat(last) < span
        except (ValueError, TypeError):
            waits = False
        return "" if waits else now.isoformat()

    return due


@dataclass
class RegularWork:
    """Starts a command whenever it is due. `mark`: a file that tells of the last beginning.

    `wanted`: whether there is anything to do, asked when it is due.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    mark: Path
    due: Due
    clock: Callable[[], datetime]
    """The time where the shop is."""
    wanted: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start it if its time has come; say how it ended."""
        if self.process is not None:
            code = self.process.poll()
            if code is not None:
                self.process = None
                log.log(logging.WARNING if code else logging.INFO, "%s ended: %s", self.name, code)
            return
        if not (noted := self.due(self.clock(), self._last())):
            return
        with suppress(OSError):
            self.mark.parent.mkdir(parents=True, exist_ok=True)
            self.mark.write_text(noted, "utf-8")
        if not self.wanted():
            return
        nice = shutil.which("nice")
        argv = (nice, "-n", "19", *self.argv) if nice else tuple(self.argv)
        self.process = start_child(argv, death_signal=signal.SIGKILL, env=self.env)

    def stop(self) -> None:
        """End it; it goes on where it was when it is due again."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _last(self) -> str:
        try:
            return self.mark.read_text("utf-8").strip()
        except (OSError, ValueError):
            return ""
