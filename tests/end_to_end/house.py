"""A whole shop as real processes, and the Bot API emulator beside it, to be killed at will."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from bot.telegram import keys as telegram_keys
from engine.engines import ready_engines
from engine.errors import StoreError
from engine.processes import process_name
from engine.valkey_files import recorded_socket
from tests.emulator import EmulatorClient
from tests.processes import processes_of

VICTIMS = ("engine", "bot", "valkey", "group")
TOKEN = "123456:AAH-end_to_end_SECRET"
REAL = ("-m", "bot.cli.main", "run")
SMALL = ("-m", "tests.end_to_end.small", "run")
"""The same with an engine that answers by plain rules."""
READY_TIMEOUT_S = 300.0
_SIGNS = (
    ("valkey-server", "valkey"),
    ("bot.cli.main engine", "engine"),
    ("end_to_end.small engine", "engine"),
    ("bot.cli.main bot", "bot"),
    ("bot.cli.main web", "web"),
    ("bot.cli.main console", "console"),
    ("bot.cli.main run", "run"),
    ("end_to_end.small run", "run"),
)


@dataclass
class House:
    """One `shopdesk run` of a home, connected to an emulator."""

    home: Path
    api_url: str
    run: tuple[str, ...] = REAL
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    web_port: int = 0
    console_port: int = 0

    @property
    def log(self) -> Path:
        """What all its processes wrote to standard error and output."""
        return self.home / "run.log"

    def start(self) -> None:
        """Start it; it is ready later."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.web_port = self.web_port or _free_port()
        self.console_port = self.console_port or _free_port()
        env = {
            **os.environ,
            "SHOPDESK_HOME": str(self.home),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": self.api_url,
            "WEB_PORT": str(self.web_port),
            "CONSOLE_PORT": str(self.console_port),
            **self.settings,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.run], env=env, stdout=log, stderr=log
            )

    def processes(self) -> dict[str, int]:
        """Name to pid of every process that belongs to this home."""
        found = {}
        for pid, line in processes_of(self.home).items():
            if name := next((name for sign, name in _SIGNS if sign in line), ""):
                found[name] = pid
        return found

    def kill(self, victim: str) -> bool:
        """Kill a process with -9, or all of them; False where it is not running."""
        running = self.processes()
        names = list(running) if victim == "group" else [victim]
        killed = False
        for name in names:
            with suppress(ProcessLookupError, KeyError):
                os.kill(running[name], signal.SIGKILL)
                killed = True
        if victim == "group" and self.process is not None:
            self.process.wait()
            self.start()
        return killed

    def is_ready(self) -> bool:
        """Whether engine and bot are at work."""
        running = self.processes()
        if not {"engine", "bot", "valkey"} <= running.keys():
            return False
        path = recorded_socket(self.home / "valkey")
        with suppress(StoreError, RedisError), Redis(unix_socket_path=str(path)) as redis:
            holder = redis.get(telegram_keys.LEASE)
            pid = holder.decode().split()[1] if isinstance(holder, bytes) else ""
            engine = process_name(running["engine"])
            return pid == str(running["bot"]) and engine in ready_engines(_decoded(path))
        return False

    async def until_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until it is. Raises AssertionError with the log when it ends or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not await asyncio.to_thread(self.is_ready):
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"the house is not ready:\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(0.1)

    def stop(self) -> int:
        """Stop it as Ctrl-C does; its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@asynccontextmanager
async def telegram(*options: str) -> AsyncIterator[EmulatorClient]:
    """The strict emulator in a process of its own; judged at the end."""
    with tempfile.TemporaryDirectory(prefix="tg-") as folder:
        state = Path(folder) / "state.json"
        argv = [sys.executable, "-m", "tests.emulator", "--state-file", str(state)]
        process = _start([*argv, "--token", TOKEN, "--judge", "--refuse-parse-mode", *options])
        try:
            while not state.exists():
                assert process.poll() is None
                await asyncio.sleep(0.05)
            async with EmulatorClient(json.loads(state.read_text())["base_url"], TOKEN) as client:
                yield client
                assert await client.verdicts() == []
        finally:
            process.terminate()
            process.wait()


@asynccontextmanager
async def running(
    home: Path, api_url: str, run: tuple[str, ...] = SMALL, **settings: str
) -> AsyncIterator[House]:
    """A house, ready; stopped at the end without leaving a process."""
    house = House(home, api_url, run, settings)
    house.start()
    try:
        await house.until_ready()
        yield house
    finally:
        await asyncio.to_thread(house.stop)
        left = await asyncio.to_thread(_left, house)
        assert left == {}


def _start(argv: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL)


def _left(house: House, within_s: float = 10.0) -> dict[str, int]:
    deadline = time.monotonic() + within_s
    while (found := house.processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _decoded(path: Path | None) -> Redis:
    return Redis(unix_socket_path=str(path), decode_responses=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def moments(chance: random.Random, count: int, span_s: float) -> list[float]:
    """Random moments within a span, in order."""
    return sorted(chance.uniform(0.0, span_s) for _ in range(count))
