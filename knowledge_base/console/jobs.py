"""Long work of the console, one at a time, in processes of their own: publishing, importing."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import ShopdeskError
from engine.settings import Settings

LAST_LINES = 400
BAD_INPUT_CODE = 2
LONGEST_WAIT_S = 300


@dataclass(frozen=True, slots=True)
class Job:
    """A command that runs or ran. `told`: its last line; `result`: its JSON, once it has ended.

    `error`: what it said when it failed, worded for operators. `about`: what it works on.
    """

    name: str
    by: str
    running: bool = True
    told: str = ""
    result: Mapping[str, Any] | None = None
    error: str = ""
    about: str = ""


class Jobs:
    """The last job of each name. A command is ours: `kb publish --dry-run --json`, say."""

    def __init__(self, settings: Settings, folder: Path, command: tuple[str, ...]) -> None:
        self._command = command
        self._env = {**os.environ, "SHOPDESK_HOME": str(settings.home), "SHOPDESK_KB": str(folder)}
        self._guard = threading.Lock()
        self._waited_for = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, subprocess.Popen[str]] = {}

    def get(self, name: str) -> Job | None:
        """The last one of this name."""
        return self._jobs.get(name)

    def begin(
        self, name: str, by: str, *words: str, about: str = "",
        done: Callable[[Job], None] = lambda job: None,
    ) -> bool:  # fmt: skip
        """Run one of our commands, unless one of this name still runs; `done` when it has ended.

        Raises ShopdeskError where it cannot be started.
        """
        with self._guard:
            if (before := self._jobs.get(name)) and before.running:
                return False
            process = self._start(words)
            self._jobs[name], self._running[name] = Job(name, by, about=about), process
        threading.Thread(target=self._follow, args=(name, process, done), daemon=True).start()
        return True

    def _start(self, words: Sequence[str]) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(  # noqa: S603 - our own command, no word of a shopper's
                [*self._command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, encoding="utf-8", env=self._env,
            )  # fmt: skip
        except OSError as error:
            raise ShopdeskError("The work could not be started", where=str(error)) from error

    def wait_for(self, *words: str) -> Job:
        """Run one of our commands that takes seconds, and wait until it has ended.

        One at a time: each takes the memory of a whole process. Raises ShopdeskError meanwhile.
        """
        if not self._waited_for.acquire(blocking=False):
            raise ShopdeskError("Another file is being written. Try again in a minute.")
        try:
            return self._waited(words)
        finally:
            self._waited_for.release()

    def _waited(self, words: Sequence[str]) -> Job:
        ran = subprocess.run(  # noqa: S603 - our own command, no word of a shopper's
            [*self._command, *words], capture_output=True, text=True, encoding="utf-8",
            env=self._env, timeout=LONGEST_WAIT_S, check=False,
        )  # fmt: skip
        ended = _ended(ran.returncode, ran.stdout, ran.stderr.splitlines())
        return replace(Job("", ""), running=False, **ended)

    def forget(self, name: str) -> None:
        """Nothing of an ended job is shown any more."""
        with self._guard:
            if (job := self._jobs.get(name)) and not job.running:
                del self._jobs[name]

    def close(self) -> None:
        """End what runs."""
        for process in self._running.values():
            process.terminate()

    def _follow(
        self, name: str, process: subprocess.Popen[str], done: Callable[[Job], None]
    ) -> None:
        lines: list[str] = []
        out: list[str] = []
        reading = threading.Thread(target=lambda: out.append(_all(process)), daemon=True)
        with process:
            reading.start()
            for line in process.stderr or ():
                lines = [*lines, line.rstrip()][-LAST_LINES:]
                self._jobs[name] = replace(self._jobs[name], told=line.strip())
            reading.join()
            code = process.wait()
        ended = replace(self._jobs[name], running=False, **_ended(code, "".join(out), lines))
        try:
            done(ended)
        finally:
            # Who sees that it has ended sees what `done` did, too.
            self._jobs[name] = ended


def _all(process: subprocess.Popen[str]) -> str:
    return process.stdout.read() if process.stdout else ""


def _ended(code: int, out: str, lines: list[str]) -> dict[str, Any]:
    try:
        result = json.loads(out) if out.strip() else None
    except ValueError:
        result = None
    if code in (0, 1) and result is not None:
        return {"result": result}
    said = "\n".join(lines) if code == BAD_INPUT_CODE else ""
    return {"error": said or f"It ended unexpectedly ({code}).", "result": result}
