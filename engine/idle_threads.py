"""What math libraries' threads do: watch for work for a moment, and end when it is done."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path

SPINS = "2000"
"""Some 20 microseconds: longer than what lies between two products of a model's step, and short
beside a turn of the scheduler that another model's thread would lose to an idle one."""
X86 = ("x86_64", "AMD64")
_SOFT = 1


def wait_awake_briefly(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let idle OpenMP threads watch for work for a moment, then sleep. Read when torch loads.

    Watching for long, as is their default, they take the cores from those that work as soon as
    several models share them (one short text: 500 ms, not 15); asleep at once, each of a step's
    seventy products waits for a thread to wake (a prompt: 680 tokens a second, not 990). What the
    environment says already stays.
    """
    if "OMP_WAIT_POLICY" in environ or "GOMP_SPINCOUNT" in environ:
        return
    if sys.platform != "linux":
        # Only GNU's library can be told how long.
        environ["OMP_WAIT_POLICY"] = "PASSIVE"
        return
    environ["GOMP_SPINCOUNT"] = SPINS
    # Where there are more threads than cores it watches half as long so, and hardly without.
    environ["OMP_WAIT_POLICY"] = "ACTIVE"


def share_no_product(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let numpy compute on the calling thread. Read when numpy loads.

    Its products here are too small to share: what is learned from a shop's examples took 30 s of
    the cores, and takes 9. An encoder that has large ones asks for threads itself. Not on ARM:
    torch computes by the same library there. What the environment says already stays.
    """
    if platform.machine() in X86:
        environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def end_idle_threads() -> None:
    """End the threads that torch keeps for the calling thread, until it computes again (50
    microseconds).

    GNU's library counts the threads kept for all callers: more than there are cores, and none of
    them watches for work. The step of a generator takes 25 ms then, not 13.
    """
    if "torch" in sys.modules:
        _pause()()


@cache
def _pause() -> Callable[[], object]:
    folder = Path(str(sys.modules["torch"].__file__)).parent / "lib"
    try:
        library = ctypes.CDLL(str(next(folder.glob("libgomp*"))))
        host = library.omp_get_initial_device()
        library.omp_pause_resource(_SOFT, host)
    except (StopIteration, OSError, AttributeError):
        # Another library, or one older than OpenMP 5.
        return lambda: None
    return lambda: library.omp_pause_resource(_SOFT, host)
