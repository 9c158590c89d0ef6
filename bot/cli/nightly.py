"""What a running house does once a night, out of the shoppers' way."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from engine.processes import start_child

FROM, UNTIL = time(3), time(6)
"""Hours of the shop's night in which the work is begun; a night that was slept through is left."""
log = logging.getLogger("shopdesk.run")


@dataclass
class Nightly:
    """Starts a command once in every night of the shop. `mark`: a file that tells the last one."""

    argv: Sequence[str]
    env: Mapping[str, str]
    mark: Path
    clock: Callable[[], datetime]
    """The time where the shop is."""
    process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Start it if its time has come; say how it ended."""
        if self.process is not None:
            code = self.process.poll()
            if code is not None:
                self.process = None
                log.log(logging.WARNING if code else logging.INFO, "nightly work ended: %s", code)
            return
        now = self.clock()
        today = now.date().isoformat()
        if not FROM <= now.time() < UNTIL or self._last() == today:
            return
        with suppress(OSError):
            self.mark.parent.mkdir(parents=True, exist_ok=True)
            self.mark.write_text(today, "utf-8")
        nice = shutil.which("nice")
        argv = (nice, "-n", "19", *self.argv) if nice else tuple(self.argv)
        self.process = start_child(argv, death_signal=signal.SIGKILL, env=self.env)

    def stop(self) -> None:
        """End it; a training goes on where it was in the next night."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _last(self) -> str:
        try:
            return self.mark.read_text("utf-8").strip()
        except OSError:
            return ""
