"""Regular work: begun when it is due, never twice, ended with the house."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.regular_work import Due, RegularWork, every, nightly
from bot.cli.run import build_house
from engine.settings import Settings
from knowledge_base.imports_field import names_imports
from knowledge_base.store import EMPTY_SHOP, copy_shop

NIGHT = datetime(2026, 6, 1, 3, 30)
QUARTER = timedelta(minutes=15)


def work_of(
    tmp_path: Path, clock: Callable[[], datetime], code: str, due: Due = nightly
) -> RegularWork:
    argv, mark = (sys.executable, "-c", code), tmp_path / "recommender" / "last-night"
    return RegularWork("work", argv, dict(os.environ), mark, due, clock)


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def _ended(work: RegularWork) -> None:
    for _ in range(2000):
        work.look()
        if work.process is None:
            return
        time.sleep(0.01)
    raise AssertionError("it did not end")


@pytest.mark.parametrize("hour", [0, 2, 6, 12, 23])
def test_nothing_nightly_is_begun_by_day(tmp_path: Path, hour: int) -> None:
    work = work_of(tmp_path, lambda: NIGHT.replace(hour=hour), "pass")
    work.look()
    assert work.process is None


def test_a_night_has_it_once_even_after_a_restart(tmp_path: Path) -> None:
    now = NIGHT
    begun = tmp_path / "begun"
    code = f"open({str(begun)!r}, 'a').write('x')"
    work = work_of(tmp_path, lambda: now, code)
    work.look()
    _ended(work)
    work.look()
    _ended(work_of(tmp_path, lambda: now, code))
    assert begun.read_text() == "x"
    now += timedelta(days=1)
    work.look()
    _ended(work)
    assert begun.read_text() == "xx"


def test_what_comes_every_quarter_of_an_hour_waits_so_long_and_no_longer() -> None:
    due, now = every(QUARTER), NIGHT.replace(tzinfo=UTC)
    for last in ("", "2026-06-01", "gone", (now - QUARTER).isoformat()):
        assert due(now, last) == now.isoformat()
    for ago in (timedelta(), QUARTER - timedelta(seconds=1)):
        assert due(now, (now - ago).isoformat()) == ""
    assert due(now, (now + timedelta(days=1)).isoformat()) == now.isoformat()


def test_work_that_nobody_wants_waits_for_its_next_time(tmp_path: Path) -> None:
    now, wanted = NIGHT.replace(tzinfo=UTC), False
    work = work_of(tmp_path, lambda: now, "pass", every(QUARTER))
    work.wanted = lambda: wanted
    work.look()
    assert work.process is None
    wanted = True
    work.look()
    assert work.process is None
    now += QUARTER
    work.look()
    assert work.process is not None
    _ended(work)


def test_it_ends_with_the_house(tmp_path: Path) -> None:
    work = work_of(tmp_path, lambda: NIGHT, "import time; time.sleep(60)")
    work.look()
    process = work.process
    assert process is not None and process.poll() is None
    work.stop()
    assert process.poll() is not None


def test_a_house_refreshes_what_its_shop_imports(tmp_path: Path, store_url: str) -> None:
    folder = tmp_path / "shop"
    copy_shop(EMPTY_SHOP, folder)
    environ = {"SHOPDESK_HOME": str(tmp_path), "SHOPDESK_RERANKER": "off", "WEB_PORT": free_port(),
               "CONSOLE_PORT": free_port(), "REDIS_URL": store_url}  # fmt: skip
    house = build_house(Settings.load(environ, Path("no.env")))
    training, imports = (work for work in house.works if isinstance(work, RegularWork))
    assert training.argv[-2:] == ("train", "recommender")
    assert imports.argv[-2:] == ("kb", "refresh")
    assert not imports.wanted() and not names_imports(tmp_path)
    shop = folder / "shop.yaml"
    shop.write_text(shop.read_text("utf-8") + "\nimports: [{from: goods.csv}]\n", "utf-8")
    assert imports.wanted()
