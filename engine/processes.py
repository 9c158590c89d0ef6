"""Children that die with their parent, and names that tell whether a process still lives."""

from __future__ import annotations

import ctypes
import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_PROC = Path("/proc")

# Runs in a fresh interpreter between fork and exec: a preexec_fn is not safe beside threads.
_TETHER = """
import ctypes, os, sys
signal, parent = int(sys.argv[1]), int(sys.argv[2])
ctypes.CDLL(None).prctl(1, signal)
if os.getppid() != parent:
    sys.exit(1)
os.execv(sys.argv[3], sys.argv[3:])
"""


BEHIND = 5
"""Steps of niceness; on a busy core such a thread gets a third of what another gets."""


def step_behind() -> None:
    """Let other threads go first: on Linux this one, and those it starts from now on, get less of
    a busy CPU."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            own = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, own + BEHIND)


def start_child(
    argv: Sequence[str],
    *,
    death_signal: int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout: IO[bytes] | int | None = None,
    stderr: IO[bytes] | int | None = None,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start `argv` (a full path first) in its own process group.

    On Linux, and from the main thread, the child gets `death_signal` when this process dies,
    however it dies. From another thread that would tie it to the thread, so it is left out.
    Raises OSError when the program cannot be started.
    """
    command = list(argv)
    if sys.platform == "linux" and threading.current_thread() is threading.main_thread():
        tether = [sys.executable, "-I", "-S", "-c", _TETHER, str(death_signal), str(os.getpid())]
        command = tether + command
    return subprocess.Popen(  # noqa: S603 - the caller names the program, never a shopper
        command,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout is not None and stderr is None else stderr,
        pass_fds=pass_fds,
        start_new_session=True,
    )


def give_back_freed() -> None:
    """Hand freed memory back to the system, where the C library keeps it: after much was read."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def process_name(pid: int | None = None) -> str:
    """`machine:pid:start` of a process of this machine (default: this one); never used twice."""
    pid = os.getpid() if pid is None else pid
    return f"{_machine()}:{pid}:{_started(pid)}"


def is_gone(name: str) -> bool:
    """Whether the named process ran on this machine and no longer does. Unknown counts as no."""
    machine, _, rest = name.partition(":")
    pid, _, started = rest.partition(":")
    if machine != _machine() or not pid.isdigit():
        return False
    return not _alive(int(pid)) or _started(int(pid)) != started


def _machine() -> str:
    # Containers may share a host name and not their process ids, so the namespace counts too.
    try:
        namespace = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return hashlib.sha256(f"{socket.gethostname()} {namespace}".encode()).hexdigest()[:12]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except OSError:
        return "0"
    fields = stat.rpartition(")")[2].split()
    return "dead" if fields[0] in ("Z", "X") else fields[19]
