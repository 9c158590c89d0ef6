"""The console killed while it saves: every entry is the old or the new one, and it starts again."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from engine.publish_log import read
from engine.retrieval.snapshot import read_live, write_live
from engine.sign_in_links import make_link
from knowledge_base.history import History
from knowledge_base.problems import Problems
from knowledge_base.schema import parse_entry
from knowledge_base.working_copy import WorkingCopy
from tests.knowledge_base.console.conftest import ENTRIES, csrf_of, small_shop

ROUNDS = int(os.environ.get("SHOPDESK_TEST_KILLS", "8"))
SERVE = """
import asyncio, sys
from pathlib import Path
from engine.web.server import listen, server
from knowledge_base.console.app import build_console
from knowledge_base.console.house import open_house
from tests.bot.web.scripted_desk import ScriptedDesk
from tests.knowledge_base.console.conftest import settings_for

home, folder = Path(sys.argv[1]), Path(sys.argv[2])
house = open_house(settings_for(home, folder, OPERATORS="1:publisher"), ScriptedDesk())
at = listen("127.0.0.1", 0)
print(at.getsockname()[1], house.key.hex(), flush=True)
asyncio.run(server(build_console(house)).serve(sockets=[at]))
"""


async def signed_in(port: int, key: bytes) -> httpx.AsyncClient:
    address = f"http://127.0.0.1:{port}"
    client = httpx.AsyncClient(base_url=address, headers={"origin": address}, timeout=20)
    answer = await client.post(f"/enter/{make_link(key, 1, time.time())}")
    assert answer.status_code == 303
    client.headers["x-csrf"] = csrf_of((await client.get("/account")).text)
    return client


async def saves(client: httpx.AsyncClient, last: int, begin: Callable[[], None]) -> None:
    """New texts of an entry and of a new one, as fast as they are taken, until the end."""
    number = last
    while True:
        number += 1
        text = f"text {number} " * 200
        page = (await client.get("/entries/gift-wrap")).text
        version = page.split('name="version" value="')[1].split('"')[0]
        fields = {"questions:en": f"q {number}", "answer:en": text, "why": str(number)}
        saved = await client.post(
            "/entries", data={"id": "gift-wrap", "old": "gift-wrap", "version": version, **fields}
        )
        assert saved.status_code == 303, saved.text
        if number == last + 1:
            begin()
        made = await client.post("/entries", data={"id": f"made-{number}", **fields})
        assert made.status_code == 303, made.text


@asynccontextmanager
async def until_killed(
    home: Path, folder: Path, after_s: float
) -> AsyncIterator[tuple[httpx.AsyncClient, Callable[[], None]]]:
    """A browser at a console of its own process, killed some time after `begin` was called."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, str(home), str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    port, key = (await process.stdout.readline()).split()
    client = await signed_in(int(port), bytes.fromhex(key.decode()))

    def begin() -> None:
        asyncio.get_running_loop().call_later(after_s, os.kill, process.pid, signal.SIGKILL)

    with pytest.raises(httpx.TransportError):
        yield client, begin
    await process.wait()
    await client.aclose()


@pytest.mark.kill
async def test_a_console_killed_while_it_saves_leaves_the_old_or_the_new_entries(
    tmp_path: Path,
) -> None:
    home, folder = tmp_path / "home", small_shop(tmp_path / "shop")
    first, number, seen = (folder / "faq/gift-wrap.md").read_text("utf-8"), 0, set()
    for round_ in range(ROUNDS):
        async with until_killed(home, folder, 0.007 * (round_ % 50)) as (client, begin):
            await saves(client, number, begin)
        with WorkingCopy(folder).still():
            for path in folder.glob("faq/*.md"):
                text, problems = path.read_text("utf-8"), Problems()
                entry = parse_entry(text, path, problems, ("en", "zh"))
                assert entry, problems.found
                if path.stem.startswith(("made-", "gift-wrap")) and text != first:
                    words = entry.answers["en"].split()
                    assert (len(words), len(set(words))) == (400, 2)
        last = History(folder).last()
        number = int(last.why) if last and last.why.isdigit() else number
        seen.add(number)
        changed = {one.file for change in History(folder).changes() for one in change.files}
        there = {f"faq/{path.name}" for path in folder.glob("faq/*.md")}
        # What was told as made is there; what is there was told, or stood there at first.
        assert {file for file in changed if file.startswith("faq/")} <= there
        assert there <= changed | {f"faq/{name}.md" for name in ENTRIES}
    assert len(seen) == ROUNDS
    assert not list((folder / ".history").glob("scratch/*"))


async def versions(
    client: httpx.AsyncClient, names: Sequence[str], begin: Callable[[], None]
) -> None:
    """One version live after the other, until the end."""
    for number, name in enumerate(itertools.cycle(names)):
        answer = await client.post("/publish/back", data={"snapshot": name, "files": "on"})
        assert answer.status_code == 303, answer.text
        if number == 0:
            begin()


def built(home: Path, folder: Path) -> str:
    """A version of the files as they are."""
    environ = {**os.environ, "SHOPDESK_HOME": str(home), "SHOPDESK_KB": str(folder)}
    command = [sys.executable, str(Path(__file__).with_name("looked_at.py"))]
    told = subprocess.run(command, env=environ, check=True, capture_output=True)
    return str(json.loads(told.stdout)["snapshot"])


@pytest.mark.kill
async def test_a_console_killed_while_it_publishes_has_one_whole_version_live(
    tmp_path: Path,
) -> None:
    home, folder = tmp_path / "home", small_shop(tmp_path / "shop")
    texts, names = [], []
    for text in ("one", "two"):
        for path in folder.glob("faq/*.md"):
            path.write_text(f"{path.read_text('utf-8')}\n{text}\n" * 1, "utf-8")
        texts.append({path.name: path.read_bytes() for path in folder.glob("faq/*.md")})
        names.append(built(home, folder))
        # Only what was live before may be gone back to.
        write_live(home, names[-1])
    for round_ in range(ROUNDS):
        async with until_killed(home, folder, 0.007 * (round_ % 50)) as (client, begin):
            await versions(client, sorted(names, key=read_live(home).__eq__), begin)
        with WorkingCopy(folder).still():
            assert {path.name: path.read_bytes() for path in folder.glob("faq/*.md")} in texts
        assert read_live(home) in ("", *names)
    assert {line.snapshot for line in read(home)} == set(names)
