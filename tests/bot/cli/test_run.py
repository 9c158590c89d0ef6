"""`shopdesk run` starts everything, mends what breaks, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from engine.desk import QueueDesk
from engine.journal import Journal
from engine.types import Reply
from engine.valkey import connect_async
from tests.conftest import Place
from tests.engine.desks import reply_of, said
from tests.engine.plain_assistant import PlainPhrases
from tests.processes import processes_of

WAIT_S = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


EVERYTHING = {"run", "engine", "web", "console", "valkey"}


@dataclass
class House:
    """One `shopdesk run` in a process of its own."""

    home: Path
    port: int
    process: subprocess.Popen[str] | None = None
    told: str = ""

    def start(self, *engine: str) -> None:
        argv = [sys.executable, "-m", "tests.bot.cli.house", str(self.home), str(self.port)]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*argv, *engine], stdout=subprocess.PIPE, stderr=log, text=True
            )
        Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.told += line

    def until_ready(self, times: int = 1) -> None:
        assert until(lambda: self.told.count("Telegram") == times), self.log()

    def log(self) -> str:
        return (self.home / "log").read_text()

    def ended(self) -> int:
        assert self.process is not None
        return self.process.wait(WAIT_S)

    def processes(self) -> dict[str, int]:
        """Name to pid of every process that belongs to this home."""
        return {_kind(line): pid for pid, line in processes_of(self.home).items()}


def _kind(line: str) -> str:
    for sign, name in (
        ("cli.house", "run"), ("valkey-server", "valkey"), ("plain_assistant", "engine"),
        ("cli.main web", "web"),
        ("cli.main console", "console"),
    ):  # fmt: skip
        if sign in line:
            return name
    return line


def until(true: object, within_s: float = WAIT_S) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if callable(true) and true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="house-") as folder:
        made = House(Path(folder), free_port())
        yield made
        if made.process is not None and made.process.poll() is None:
            made.process.kill()
        if made.process is not None:
            made.process.wait()
        assert until(lambda: not made.processes(), 5), made.processes()


def test_it_says_where_to_chat_and_where_operators_work(house: House) -> None:
    house.start()
    house.until_ready()
    first, *lines = house.told.splitlines()
    # Told by the console itself, as long as nobody has made themselves the first admin.
    assert "/setup/" in first
    assert [line.split()[0] for line in lines] == ["Browser", "Console", "Terminal", "Telegram"]
    assert f"http://127.0.0.1:{house.port}" in lines[0]
    assert set(house.processes()) == EVERYTHING


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_leaves_no_orphan(house: House, number: int) -> None:
    house.start()
    house.until_ready()
    os.kill(house.processes()["run"], number)
    assert house.ended() == 0
    assert house.processes() == {}


def test_stopped_while_it_starts_it_leaves_no_orphan(house: House) -> None:
    house.start()
    assert until(lambda: "valkey" in house.processes())
    os.kill(house.processes()["run"], signal.SIGTERM)
    house.ended()
    assert until(lambda: not house.processes(), 5)


def test_killed_it_takes_its_children_along_and_starts_again(house: House) -> None:
    house.start()
    house.until_ready()
    os.kill(house.processes()["run"], signal.SIGKILL)
    house.ended()
    assert until(lambda: not house.processes(), 5), house.processes()
    house.start()
    house.until_ready(2)


def test_a_port_in_use_is_said(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.port)):
        house.start()
        assert house.ended() == 2
    assert f"port {house.port} is in use" in house.log()
    assert "WEB_PORT" in house.log()


def test_a_second_one_for_the_same_home_is_refused(house: House) -> None:
    house.start()
    house.until_ready()
    second = House(house.home, free_port())
    second.start()
    assert second.ended() == 2
    assert "runs already" in house.log()
    assert set(house.processes()) == EVERYTHING


def test_a_child_whose_set_up_is_wrong_ends_the_house(house: House) -> None:
    house.start(sys.executable, "-c", "import sys; print('no model', file=sys.stderr); sys.exit(2)")
    assert house.ended() == 2
    assert "no model" in house.log()
    assert house.processes() == {}


def test_an_engine_that_never_gets_ready_ends_the_house(house: House) -> None:
    house.start(sys.executable, "-c", "import sys; sys.exit(1)")
    assert house.ended() == 2
    assert "ended 5 times" in house.log()


async def answers(house: House, conversation: str, count: int, seed: int) -> list[Reply]:
    rolled = random.Random(seed)
    place = Place(house.home, f"unix://{house.home}/valkey/valkey.sock")
    front = connect_async(place)
    desk = QueueDesk(front, PlainPhrases())
    replies = []
    for _ in range(count):
        await asyncio.sleep(rolled.random())
        replies.append(await reply_of(desk, said(f"wait {rolled.random() * 0.4}", conversation)))
    await front.aclose()
    return replies


@pytest.mark.kill
async def test_whatever_is_killed_comes_back_and_no_message_is_lost(house: House) -> None:
    house.start()
    await asyncio.to_thread(house.until_ready)
    flows = [asyncio.create_task(answers(house, f"c{n}", 5, n)) for n in range(10)]
    rolled = random.Random(7)
    for _ in range(12):
        await asyncio.sleep(rolled.random())
        victims = await asyncio.to_thread(house.processes)
        name = rolled.choice(["console", "engine", "web", "valkey"])
        if name in victims:
            with suppress(ProcessLookupError):
                os.kill(victims[name], signal.SIGKILL)
    replies = [reply for flow in flows for reply in await flow]
    assert len(replies) == 50
    assert all(reply.text.startswith("You said:") for reply in replies)
    journal = Journal(f"sqlite:///{house.home}/journal.sqlite3")
    assert journal.counts()["turns"] == 50
    journal.close()
    assert await asyncio.to_thread(until, lambda: set(house.processes()) == EVERYTHING)


def test_a_question_beside_a_run_that_still_starts_waits_for_it(house: House) -> None:
    house.start()
    assert until(lambda: "valkey" in house.processes())
    argv = [sys.executable, "-m", "bot.cli.main", "ask", "--home", str(house.home), "hello"]
    asked = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "hello" in asked.stdout
    assert not (house.home / "live").exists(), "it built the shop by itself"
