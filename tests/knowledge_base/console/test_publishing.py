"""Publish: nothing goes live that was not looked at as it is, and every way back is open."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from engine.publish_log import read
from engine.retrieval.snapshot import read_live
from tests.knowledge_base.console.conftest import PIECE, Console, post, served

LOOK = (sys.executable, str(Path(__file__).with_name("looked_at.py")))
SNAPSHOT = re.compile(r'name="snapshot" value="([0-9a-f]{16})"')
ENDED_S = 60


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Console]:
    """A console whose looks are quick."""
    async with served(tmp_path / "home", command=LOOK) as console:
        yield console


@pytest.fixture
async def publisher(shop: Console) -> AsyncIterator[httpx.AsyncClient]:
    """Who may publish."""
    async with shop.stranger() as client:
        await shop.sign_in(client, "publisher")
        yield client


async def looked(client: httpx.AsyncClient, end_s: float = ENDED_S) -> str:
    """Look at what would change; the page once that is done."""
    assert (await post(client, "/publish/look")).status_code == 303
    async with asyncio.timeout(end_s):
        while True:
            page = (await client.get("/publish/job", headers=PIECE)).text
            if "<progress" not in page:
                return page
            await asyncio.sleep(0.05)


async def go_live(client: httpx.AsyncClient, page: str, **fields: str) -> httpx.Response:
    return await post(client, "/publish/live", snapshot=SNAPSHOT.findall(page)[0], **fields)


async def hide(client: httpx.AsyncClient, what: str = "hide") -> None:
    await post(client, "/entries/change", chosen="gift-wrap", what=what)


async def test_what_was_looked_at_goes_live(shop: Console, publisher: httpx.AsyncClient) -> None:
    page = await looked(publisher)
    assert "1 of 3 answers asked again change" in page
    assert "Do you &lt;b&gt;wrap&lt;/b&gt;?" in page
    assert read_live(shop.home) == ""
    answer = await go_live(publisher, page, why="for the season")
    assert answer.headers["location"] == "/publish?done=live"
    (line,) = read(shop.home)
    assert (line.snapshot, line.by, line.why) == (
        read_live(shop.home), "publisher", "for the season",
    )  # fmt: skip
    assert "All changes are live." in (await publisher.get("/publish")).text
    assert ("publisher", "published") in [(a.who, a.what) for a in shop.house.audit.newest(3)]


async def test_nothing_goes_live_unseen(shop: Console, publisher: httpx.AsyncClient) -> None:
    assert (await post(publisher, "/publish/live", snapshot="0" * 16)).status_code == 409
    page = await looked(publisher)
    assert (await post(publisher, "/publish/live", snapshot="0" * 16)).status_code == 409
    assert (await post(publisher, "/publish/live")).status_code == 409
    assert read_live(shop.home) == ""
    assert (await go_live(publisher, page)).status_code == 303


async def test_a_look_at_other_files_goes_not_live(
    shop: Console, publisher: httpx.AsyncClient
) -> None:
    page = await looked(publisher)
    await hide(publisher)
    answer = await go_live(publisher, page)
    assert answer.status_code == 409
    assert "Something has changed since you looked" in answer.text
    assert "The files have changed since this was looked at" in answer.text
    assert read_live(shop.home) == ""


async def test_a_look_over_another_live_version_goes_not_live(
    shop: Console, publisher: httpx.AsyncClient
) -> None:
    await go_live(publisher, await looked(publisher))
    first = read_live(shop.home)
    await hide(publisher)
    page = await looked(publisher)
    (shop.home / "live").write_text("f" * 16, "utf-8")
    (shop.home / "snapshots" / first).rename(shop.home / "snapshots" / ("f" * 16))
    answer = await go_live(publisher, page)
    assert answer.status_code == 409
    assert read_live(shop.home) == "f" * 16


async def test_questions_that_must_hold_need_a_reason_and_a_name(
    shop: Console, publisher: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(shop.house.jobs._env, "LOOK_BROKEN", "returns,<vat>")
    page = await looked(publisher)
    assert "These saved questions must hold and would fail" in page
    for fields in ({}, {"override": "on"}, {"why": "I say so"}, {"override": "on", "why": " "}):
        assert (await go_live(publisher, page, **fields)).status_code == 409
    assert read_live(shop.home) == ""
    assert (await go_live(publisher, page, override="on", why="ours")).status_code == 303
    (line,) = read(shop.home)
    assert (line.overridden, line.by) == (("returns", "<vat>"), "publisher")
    assert "although returns, &lt;vat&gt; failed" in (await publisher.get("/publish")).text


async def test_a_look_that_fails_is_told_in_its_words(
    shop: Console, publisher: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(shop.house.jobs._env, "LOOK_FAILS", "faq/x.md:3: <no> such field")
    page = await looked(publisher)
    assert "faq/x.md:3: &lt;no&gt; such field" in page
    monkeypatch.delitem(shop.house.jobs._env, "LOOK_FAILS")
    assert "1 of 3 answers" in await looked(publisher)


async def test_a_look_that_dies_shows_no_traceback(tmp_path: Path) -> None:
    dies = (sys.executable, "-c", "raise RuntimeError('inside')")
    async with served(tmp_path, command=dies) as console, console.stranger() as client:
        await console.sign_in(client, "publisher")
        page = await looked(client)
    assert "It ended unexpectedly (1)." in page
    assert "inside" not in page


async def test_a_look_of_no_command_is_told(tmp_path: Path) -> None:
    nothing = ("/no/such/program",)
    async with served(tmp_path, command=nothing) as console, console.stranger() as client:
        await console.sign_in(client, "publisher")
        answer = await post(client, "/publish/look")
    assert answer.status_code == 400
    assert "could not be started" in answer.text


async def test_only_one_look_runs_at_a_time(tmp_path: Path) -> None:
    slow = (sys.executable, "-c", "import time; time.sleep(30)")
    async with served(tmp_path, command=slow) as console, console.stranger() as client:
        await console.sign_in(client, "publisher")
        for _ in range(3):
            assert (await post(client, "/publish/look")).status_code == 303
        assert "<progress" in (await client.get("/publish")).text
        looks = [act for act in console.house.audit.newest(9) if act.what == "publish looked at"]
        assert len(looks) == 1


async def test_an_earlier_version_comes_back_with_its_files(
    shop: Console, publisher: httpx.AsyncClient
) -> None:
    catalogue = shop.folder / "catalogue.csv"
    catalogue.write_bytes(catalogue.read_bytes().replace(b"\n", b"\r\n"))  # As spreadsheets do.
    before = {p.name: p.read_bytes() for p in shop.folder.rglob("*.*") if ".history" not in p.parts}
    await go_live(publisher, await looked(publisher))
    first = read_live(shop.home)
    await hide(publisher)
    await post(publisher, "/entries", id="new-one",
               **{"questions:en": "New?", "answer:en": "New."})  # fmt: skip
    await go_live(publisher, await looked(publisher))
    assert read_live(shop.home) != first
    back = await post(publisher, "/publish/back", snapshot=first, files="on")
    assert back.headers["location"] == "/publish?done=back"
    assert read_live(shop.home) == first
    after = {p.name: p.read_bytes() for p in shop.folder.rglob("*.*") if ".history" not in p.parts}
    assert after == before
    assert "All changes are live." in (await publisher.get("/publish")).text
    change = shop.house.working_copy.history.last()
    assert change and (change.by, change.why) == ("publisher", f"back to {first}")


async def test_an_earlier_version_comes_back_without_its_files(
    shop: Console, publisher: httpx.AsyncClient
) -> None:
    await go_live(publisher, await looked(publisher))
    first = read_live(shop.home)
    await hide(publisher)
    await go_live(publisher, await looked(publisher))
    await post(publisher, "/publish/back", snapshot=first)
    assert read_live(shop.home) == first
    row = shop.house.files.entry("gift-wrap")
    assert row and row.entry and row.entry.hidden
    assert "1 change is not live yet" in (await publisher.get("/")).text


@pytest.mark.parametrize("name", ["", "../..", "0" * 16, "live", "0" * 15 + "\n"])
async def test_there_is_no_way_back_to_what_was_never_there(
    shop: Console, publisher: httpx.AsyncClient, name: str
) -> None:
    await go_live(publisher, await looked(publisher))
    live = read_live(shop.home)
    answer = await post(publisher, "/publish/back", snapshot=name, files="on")
    assert answer.status_code == 400
    assert read_live(shop.home) == live


@pytest.mark.model
async def test_the_real_command_builds_what_goes_live(tmp_path: Path) -> None:
    real = (sys.executable, "-m", "bot.cli.main")
    async with served(tmp_path / "home", command=real) as console, console.stranger() as client:
        await console.sign_in(client, "publisher")
        page = await looked(client, end_s=300)
        assert "asked again" in page
        assert (await go_live(client, page)).status_code == 303
        assert (console.home / "snapshots" / read_live(console.home) / "manifest.json").is_file()


async def test_what_was_only_looked_at_is_no_version_to_go_back_to(
    shop: Console, publisher: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await go_live(publisher, await looked(publisher))
    first = read_live(shop.home)
    await hide(publisher)
    monkeypatch.setitem(shop.house.jobs._env, "LOOK_BROKEN", "returns")
    (fails,) = SNAPSHOT.findall((await looked(publisher)).split("Make it live")[0])
    answer = await post(publisher, "/publish/back", snapshot=fails)
    assert answer.status_code == 400
    assert read_live(shop.home) == first
