"""The supervisor: what is to run once runs once, and the house is ready without it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from bot.cli.supervisor import Child, Supervisor

ONCE = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(int(sys.argv[2]))"
ALWAYS = "import time; time.sleep(60)"


def ran(tmp_path: Path, code: int) -> tuple[str, int]:
    """What a child that runs once has written when the house was told to stop, and the exit."""
    note, told = tmp_path / "note", threading.Event()
    children = (
        Child("engine", (sys.executable, "-c", ALWAYS)),
        Child("once", (sys.executable, "-c", ONCE, str(note), str(code)), once=True),
    )
    house = Supervisor(children, dict(os.environ), is_ready=note.is_file, tell=told.set, grace_s=5)

    def stop() -> None:
        told.wait(20)
        # Long enough for a restart, were there one.
        threading.Event().wait(1.0)
        house.stop()

    threading.Thread(target=stop, daemon=True).start()
    ended = house.run()
    return note.read_text("utf-8"), ended


def test_a_child_that_runs_once_is_not_started_again(tmp_path: Path) -> None:
    assert ran(tmp_path, 0) == ("x", 0)


def test_one_that_fails_holds_nothing_up(tmp_path: Path) -> None:
    assert ran(tmp_path, 2) == ("x", 0)
