"""Lock files between processes."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event, Thread

import pytest

from engine.locks import held_alone, held_in_turn, is_held

LOOKED_S = 30.0
"""Long enough for a busy machine to let both threads run."""


def test_a_lock_is_held_as_long_as_its_block_runs(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_held(lock)
    with held_alone(lock):
        assert is_held(lock)
    assert not is_held(lock)


def test_a_held_lock_is_refused(tmp_path: Path) -> None:
    again = held_alone(tmp_path / "lock")
    with held_alone(tmp_path / "lock"), pytest.raises(BlockingIOError), again:
        pytest.fail("held twice")


def test_looking_at_a_lock_keeps_nobody_from_it(tmp_path: Path) -> None:
    lock, stop = tmp_path / "lock", Event()
    lock.touch()
    seen: list[bool] = []

    def look() -> None:
        while not stop.is_set():
            seen.append(is_held(lock))

    looking = Thread(target=look)
    looking.start()
    try:
        taken, until = 0, time.monotonic() + LOOKED_S
        while (taken < 50 or len(seen) <= 50) and time.monotonic() < until:
            with held_alone(lock):
                assert is_held(lock)
            taken += 1
    finally:
        stop.set()
        looking.join()
    assert taken >= 50 and len(seen) > 50, "nobody looked"


def test_the_next_in_turn_is_told_that_it_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock, got = tmp_path / "lock", Event()

    def wait() -> None:
        with held_in_turn(lock):
            got.set()

    with held_in_turn(lock):
        waiting = Thread(target=wait)
        waiting.start()
        assert not got.wait(0.2)
    waiting.join(5)
    assert got.is_set()
    assert "waiting" in capsys.readouterr().err
