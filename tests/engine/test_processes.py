"""Threads that let others go first."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

import pytest

from engine.processes import BEHIND, step_behind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have one niceness here")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def on_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_that_steps_behind_takes_its_own_with_it_and_no_other() -> None:
    before, found = niceness(), []

    def work() -> None:
        step_behind()
        found.append(niceness())
        on_a_thread(lambda: found.append(niceness()))

    on_a_thread(work)
    assert found == [min(before + BEHIND, 19)] * 2
    assert niceness() == before
