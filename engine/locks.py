"""Lock files between processes; the system frees a dead process's."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUN_LOCK = "run.lock"
"""Held in the home while `shopdesk run` runs there."""
PASSING_S = 0.5
"""`is_held` looks for less than this long, and must not keep `held_alone` from a free lock."""


@contextmanager
def held_in_turn(path: Path) -> Iterator[None]:
    """Hold a lock file; wait, and say so, while another process has it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting: another shopdesk prepares this already", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def held_alone(path: Path) -> Iterator[None]:
    """Hold a lock file. Raises BlockingIOError when another process has it, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        ends = time.monotonic() + PASSING_S
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    raise
                time.sleep(PASSING_S / 250)
        yield


def is_held(path: Path) -> bool:
    """Whether a process has this lock file."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
