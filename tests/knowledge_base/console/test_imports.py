"""Imports in the console: seen before anything changes, then all of it in one change."""

from __future__ import annotations

import asyncio
import io
import re
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from engine.errors import ShopdeskError
from knowledge_base.console import app
from knowledge_base.console.jobs import Jobs
from knowledge_base.console.shop_files import ShopFiles
from knowledge_base.console.uploads import Uploads
from tests.knowledge_base.console.conftest import Console, csrf_of, post, served, settings_for

GOOD = (
    "product,sku,name_en,category,price,stock\n"
    "oak-tray,OT-1,Oak tray,kitchen,19.50,4\n"
    "nordic-desk-lamp,JJ-LMP-0101-BLK,Nordic desk lamp,lighting,51.00,14\n"
)
BAD = GOOD + "bad-one,B-1,Bad,kitchen,cheap,1\n"
COMMAND = (sys.executable, "-W", "ignore", "-m", "bot.cli.main")


@pytest.fixture
async def importing(tmp_path: Path) -> AsyncIterator[Console]:
    """A console whose jobs are the real commands."""
    async with served(tmp_path / "home", command=COMMAND) as console:
        yield console


async def send(client: httpx.AsyncClient, text: str, name: str = "goods.csv", **fields: str) -> str:
    """Upload a file; what the page shows once it is read."""
    data = {"csrf": csrf_of((await client.get("/imports")).text), **fields}
    answer = await client.post(
        "/imports/upload", data=data, files={"file": (name, text.encode(), "text/csv")}
    )
    assert answer.status_code == 303, answer.text
    return await finished(client)


async def finished(client: httpx.AsyncClient) -> str:
    async with asyncio.timeout(90):
        while True:
            page = await client.get("/imports")
            if "every 1s" not in page.text:
                return unescape(page.text)
            await asyncio.sleep(0.1)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return found.group(1)


def counts(html: str) -> list[int]:
    """New, changed, same, refused."""
    return [int(n) for n in re.findall(r"<dd>(\d+)</dd>", html)][:4]


async def confirmed(client: httpx.AsyncClient, shown: str) -> str:
    fields = {name: hidden(shown, name) for name in ("csrf", "file", "basis")}
    await client.post("/imports/confirm", data=fields)
    return await finished(client)


async def test_what_would_change_is_shown_then_taken_in_as_one_change(importing: Console) -> None:
    before = (importing.folder / "catalogue.csv").read_bytes()
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        shown = await send(client, BAD)
        assert counts(shown) == [1, 1, 0, 1]
        assert "Line 4" in shown and "'cheap' is not an amount" in shown
        assert "49.00" in shown and "51.00" in shown
        assert (importing.folder / "catalogue.csv").read_bytes() == before
        kept = [*(importing.home / "uploads").iterdir()]
        assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600]
        assert "goods" not in kept[0].name
        done = await confirmed(client, shown)
        assert "Imported, in one change." in done
        assert [*(importing.home / "uploads").iterdir()] == []
    changes = [*importing.house.working_copy.history.changes()]
    assert (changes[-1].by, changes[-1].why) == ("editor", "import of goods.csv")
    products = ShopFiles(importing.folder).catalogue().by_id
    assert products["oak-tray"].names["en"] == "Oak tray"
    assert str(products["nordic-desk-lamp"].variants[0].price.amount) == "51.00"


async def test_a_strict_import_takes_nothing_where_a_line_is_refused(importing: Console) -> None:
    before = (importing.folder / "catalogue.csv").read_bytes()
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        shown = await send(client, BAD, strict="on")
        assert "Line 4" in shown and "Traceback" not in shown
        assert 'action="/imports/confirm"' not in shown
    assert (importing.folder / "catalogue.csv").read_bytes() == before


async def test_nothing_goes_in_over_a_shop_that_changed_since(importing: Console) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        shown = await send(client, GOOD)
        path = importing.folder / "catalogue.csv"
        path.write_text(path.read_text("utf-8").replace("Lumenkin", "Another"), "utf-8")
        before = path.read_bytes()
        told = await confirmed(client, shown)
        assert "have changed since" in told
        assert path.read_bytes() == before


async def test_a_file_of_no_known_type_is_refused_and_not_kept(importing: Console) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        data = {"csrf": csrf_of((await client.get("/imports")).text)}
        answer = await client.post(
            "/imports/upload", data=data, files={"file": ("../x.exe", b"MZ", "text/csv")}
        )
        assert answer.status_code == 400 and "no type that is read" in answer.text
    folder = importing.home / "uploads"
    assert not folder.exists() or [*folder.iterdir()] == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.csv", "file:///etc/hosts", "nowhere"])
async def test_no_private_address_is_fetched(importing: Console, address: str) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        answer = await post(client, "/imports/fetch", "/imports", address=address)
        assert answer.status_code == 400 and "Traceback" not in answer.text


async def test_uploads_are_deleted_after_a_day_or_when_told(importing: Console) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        shown = await send(client, GOOD)
        folder = importing.home / "uploads"
        assert len([*folder.iterdir()]) == 1
        importing.clock.wait(timedelta(hours=25).total_seconds())
        await importing.sign_in(client, "editor")
        await client.get("/imports")
        assert [*folder.iterdir()] == []
        shown = await send(client, GOOD)
        await client.post("/imports/drop", data={n: hidden(shown, n) for n in ("csrf", "file")})
        assert [*folder.iterdir()] == []


async def test_only_the_upload_that_can_be_taken_in_is_kept(importing: Console) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        await send(client, GOOD)
        shown = await send(client, BAD)
        assert [one.name for one in (importing.home / "uploads").iterdir()] == [
            hidden(shown, "file")
        ]


@pytest.mark.parametrize("file", ["", "..", "../console.key", "x\0y", "."])
async def test_what_is_no_upload_is_not_dropped(importing: Console, file: str) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "editor")
        await send(client, GOOD)
        assert (await post(client, "/imports/drop", file=file)).status_code == 303
    assert len([*(importing.home / "uploads").iterdir()]) == 1
    assert (importing.home / "console.key").is_file()


async def test_an_upload_goes_after_a_day_though_nobody_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "CLEAR_EVERY_S", 0.02)
    async with served(tmp_path / "home") as console:
        uploads = Uploads(console.home, console.house.store, console.clock)
        path = uploads.path(uploads.keep(io.BytesIO(b"x"), "orders.csv", "ann", strict=False))
        await asyncio.sleep(0.2)
        assert path.is_file()
        console.clock.wait(timedelta(hours=25).total_seconds())
        async with asyncio.timeout(60):
            while path.exists():  # noqa: ASYNC110 - nothing tells when a file is gone
                await asyncio.sleep(0.02)


def test_one_download_is_written_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Event(), threading.Event()

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        begun.set()
        end.wait(60)
        return subprocess.CompletedProcess(words, 0, "{}", "")

    monkeypatch.setattr(subprocess, "run", run)
    jobs = Jobs(settings_for(tmp_path, tmp_path), tmp_path, ("shopdesk",))
    first = threading.Thread(target=jobs.wait_for, args=("kb", "export"))
    first.start()
    begun.wait(60)
    threading.Timer(5, end.set).start()
    with pytest.raises(ShopdeskError, match="Another file"):
        jobs.wait_for("kb", "export")
    end.set()
    first.join()
    assert jobs.wait_for("kb", "export").result == {}


async def test_products_and_entries_are_downloaded(importing: Console) -> None:
    async with importing.stranger() as client:
        await importing.sign_in(client, "viewer")
        table = await client.get("/imports/export/products.csv")
        assert table.headers["content-disposition"].endswith('filename="products.csv"')
        assert "nordic-desk-lamp" in table.content.decode("utf-8-sig")
        book = load_workbook(io.BytesIO((await client.get("/imports/export/entries.xlsx")).content))
        ids = [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]
        assert "shipping-cost" in ids
        assert (await client.get("/imports/export/orders.csv")).status_code == 404
        refused = await post(client, "/imports/drop", file="../console.key")
        assert refused.status_code == 403
    assert [*(importing.home / "uploads").iterdir()] == []
