"""Our own Valkey: started, found again, ended with its parent, and clear about its troubles."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis

from engine import valkey
from engine.errors import StoreError
from tests.conftest import Place


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with a short path, as a socket needs."""
    with tempfile.TemporaryDirectory(prefix="vk-") as folder:
        yield Path(folder)


def pid_of(home: Path) -> int:
    return int((home / "valkey" / "valkey.pid").read_text())


def gone(pid: int, within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def client_of(server: valkey.Valkey) -> Redis:
    return Redis(unix_socket_path=str(server.socket), decode_responses=True)


HOLDER = """
import sys, time
from pathlib import Path
from engine import valkey
server = valkey.start(Path(sys.argv[1]))
print("own" if server.process else "attached", flush=True)
time.sleep(60)
"""


def hold(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_what_was_acknowledged_survives_a_killed_server(home: Path) -> None:
    server = valkey.start(home)
    with client_of(server) as client:
        for number in range(200):
            client.xadd("s", {"n": number})
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    again = valkey.start(home)
    with client_of(again) as client:
        assert client.xlen("s") == 200
    again.stop()
    assert not again.running()


def test_what_was_deleted_is_off_the_disk_after_compacting(home: Path) -> None:
    def on_disk() -> bool:
        with suppress(FileNotFoundError):  # Files are renamed while they are rewritten.
            return any(b"raw words" in file.read_bytes() for file in home.rglob("*.aof"))
        return True

    server = valkey.start(home)
    with client_of(server) as client:
        client.set("message", "raw words")
        client.delete("message")
    assert on_disk()
    server.compact()
    for _ in range(100):
        if not on_disk():
            break
        time.sleep(0.05)
    assert not on_disk()
    server.stop()


def test_only_its_owner_can_reach_it(home: Path) -> None:
    server = valkey.start(home)
    assert (home / "valkey").stat().st_mode & 0o777 == 0o700
    assert server.socket.stat().st_mode & 0o777 == 0o700
    with client_of(server) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    server.stop()


def test_a_second_command_attaches_and_stops_nothing(home: Path) -> None:
    first = valkey.start(home)
    second = valkey.start(home)
    assert second.process is None
    second.stop()
    assert first.running()
    first.stop()


def test_of_four_started_at_once_one_serves_them_all(home: Path) -> None:
    holders = [hold(home) for _ in range(4)]
    assert sorted(said(holder) for holder in holders) == ["attached"] * 3 + ["own"]
    for holder in holders:
        end(holder)


@pytest.mark.skipif(sys.platform != "linux", reason="needs PDEATHSIG")
def test_a_killed_parent_leaves_no_orphan(home: Path) -> None:
    holder = hold(home)
    assert said(holder) == "own"
    server = pid_of(home)
    end(holder)
    assert gone(server)


def test_stale_leftovers_of_a_killed_server_do_no_harm(home: Path) -> None:
    server = valkey.start(home)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    assert (home / "valkey" / "valkey.pid").exists()
    assert server.socket.exists()
    # The pid now belongs to somebody who must not be touched: this very process.
    (home / "valkey" / "valkey.pid").write_text(str(os.getpid()))
    again = valkey.start(home)
    assert again.process is not None
    again.stop()


def test_a_deep_home_gets_a_short_socket_and_is_found_again(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    server = valkey.start(deep)
    assert len(str(server.socket)) <= 100
    assert server.socket.parent.stat().st_mode & 0o777 == 0o700
    assert valkey.start(deep).process is None
    server.stop()
    again = valkey.start(deep)
    assert again.socket == server.socket
    again.stop()
    shutil.rmtree(again.socket.parent)


def the_aof(home: Path) -> Path:
    return next((home / "valkey" / "appendonlydir").glob("*.incr.aof"))


def filled(home: Path) -> None:
    server = valkey.start(home)
    with client_of(server) as client:
        for number in range(50):
            client.set(f"k{number}", "v" * 50)
    server.stop()


def test_a_torn_tail_is_cut_off_and_the_rest_loads(home: Path) -> None:
    filled(home)
    aof = the_aof(home)
    with aof.open("r+b") as file:
        file.truncate(aof.stat().st_size - 20)
    server = valkey.start(home)
    with client_of(server) as client:
        assert client.dbsize() == 49
    server.stop()


def test_a_damaged_file_is_named_and_left_as_it_is(home: Path) -> None:
    filled(home)
    aof = the_aof(home)
    data = bytearray(aof.read_bytes())
    data[500:540] = b"\x00" * 40
    aof.write_bytes(data)
    with pytest.raises(StoreError, match="damaged") as raised:
        valkey.start(home)
    assert "appendonlydir" in raised.value.where
    assert raised.value.mend
    assert aof.read_bytes() == bytes(data)


def test_a_hung_server_is_not_doubled(home: Path) -> None:
    server = valkey.start(home)
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(StoreError, match="did not answer"):
        valkey.start(home, timeout_s=0.3)
    server.process.send_signal(signal.SIGCONT)
    server.stop()


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot make this folder"):
        valkey.start(tmp_path / "file" / "home")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("may not mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said(small_disk: Path) -> None:
    (small_disk / "rest").write_bytes(b"0" * (1024 * 1024 - 4096 * 4))
    with pytest.raises(StoreError) as raised:
        server = valkey.start(small_disk)
        with valkey.store_errors(), client_of(server) as client:
            for number in range(1000):
                client.set(f"k{number}", "v" * 1000)
    assert raised.value.mend
    assert "disk" in str(raised.value)


def test_a_refusing_redis_is_said_without_its_password(tmp_path: Path) -> None:
    place = Place(tmp_path, "redis://user:secret@127.0.0.1:1/0")
    started = time.monotonic()
    with pytest.raises(StoreError) as raised:
        valkey.connect(place)
    assert time.monotonic() - started < 1.0
    assert "127.0.0.1:1" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_connecting_starts_one_quickly_and_ends_it_with_the_process(home: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from types import SimpleNamespace\n"
        "from engine import valkey\n"
        "t = time.monotonic()\n"
        "client = valkey.connect(SimpleNamespace(home=Path(sys.argv[1]), redis_url=None))\n"
        "client.set('k', 'v'); print(time.monotonic() - t); client.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 1.0
    server = valkey.start(home)
    assert server.process is not None
    with client_of(server) as client:
        assert client.get("k") == "v"
    server.stop()


async def test_the_asyncio_client_speaks_text(place: Place) -> None:
    client = valkey.connect_async(place)
    await client.set("k", "客")
    assert await client.get("k") == "客"
    await client.aclose()


def test_a_lost_server_is_waited_for(home: Path) -> None:
    server = valkey.start(home)
    assert server.process is not None
    with client_of(server) as client:
        server.process.kill()
        server.process.wait()
        assert not valkey.wait_until_back(client, give_up=lambda: True)
        again = valkey.start(home)
        assert valkey.wait_until_back(client, give_up=lambda: False)
        assert client.ping()
    again.stop()
