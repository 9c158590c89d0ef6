"""Work of the night: once a night, in the shop's night only, never twice, ended with the house."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.nightly import Nightly

NIGHT = datetime(2026, 6, 1, 3, 30)


def _nightly(tmp_path: Path, clock: Callable[[], datetime], code: str) -> Nightly:
    argv = (sys.executable, "-c", code)
    return Nightly(argv, dict(os.environ), tmp_path / "recommender" / "last-night", clock)


def _ended(nightly: Nightly) -> None:
    for _ in range(500):
        nightly.look()
        if nightly.process is None:
            return
        time.sleep(0.01)
    raise AssertionError("it did not end")


@pytest.mark.parametrize("hour", [0, 2, 6, 12, 23])
def test_nothing_is_begun_by_day(tmp_path: Path, hour: int) -> None:
    nightly = _nightly(tmp_path, lambda: NIGHT.replace(hour=hour), "pass")
    nightly.look()
    assert nightly.process is None


def test_a_night_has_it_once_even_after_a_restart(tmp_path: Path) -> None:
    now = NIGHT
    begun = tmp_path / "begun"
    code = f"open({str(begun)!r}, 'a').write('x')"
    nightly = _nightly(tmp_path, lambda: now, code)
    nightly.look()
    _ended(nightly)
    nightly.look()
    _ended(_nightly(tmp_path, lambda: now, code))
    assert begun.read_text() == "x"
    now += timedelta(days=1)
    nightly.look()
    _ended(nightly)
    assert begun.read_text() == "xx"


def test_it_ends_with_the_house(tmp_path: Path) -> None:
    nightly = _nightly(tmp_path, lambda: NIGHT, "import time; time.sleep(60)")
    nightly.look()
    process = nightly.process
    assert process is not None and process.poll() is None
    nightly.stop()
    assert process.poll() is not None
