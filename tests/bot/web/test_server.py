"""The served process: starts, stops on a signal, refuses a taken port."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVE = """
import asyncio, sys
from pathlib import Path
from bot.web.app import build_app
from bot.web.limits import MAX_FRAME_BYTES
from engine.web.server import listen, server
from tests.bot.web.conftest import settings_for
from tests.bot.web.scripted_desk import ScriptedDesk

async def main():
    app = build_app(settings_for(Path(sys.argv[1])), ScriptedDesk())
    listening = listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    await server(app, frame_bytes=MAX_FRAME_BYTES).serve(sockets=[listening])

asyncio.run(main())
"""
RUN = """
import asyncio, sys
from pathlib import Path
from bot.web.run import run_web
from engine.errors import SettingsError
from tests.bot.web.conftest import settings_for

try:
    asyncio.run(run_web(settings_for(Path(sys.argv[1]), WEB_PORT=sys.argv[2])))
except SettingsError as error:
    raise SystemExit(str(error))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_page_as_a_success(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok\n"
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""


def test_a_taken_port_ends_the_start_with_a_mend_and_touches_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(tmp_path), port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert f"port {port} is in use" in done.stderr
    assert "WEB_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_page_starts_its_own_valkey_and_ends_on_a_signal(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path), str(port)], cwd=ROOT, stderr=subprocess.PIPE
    )
    with process:
        assert process.stderr is not None
        give_up = time.monotonic() + 20
        while not _healthy(port):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert process.stderr.read() == b""


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
