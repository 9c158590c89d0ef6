"""Idle threads of a math library watch for a moment, and end when told to."""

from __future__ import annotations

import platform
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.idle_threads import SPINS, end_idle_threads, share_no_product, wait_awake_briefly

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="another thread library here")


@on_linux
def test_idle_threads_watch_for_a_moment() -> None:
    environ: dict[str, str] = {}
    wait_awake_briefly(environ)
    assert environ == {"GOMP_SPINCOUNT": SPINS, "OMP_WAIT_POLICY": "ACTIVE"}


def test_where_they_would_watch_for_ever_they_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    environ: dict[str, str] = {}
    wait_awake_briefly(environ)
    assert environ == {"OMP_WAIT_POLICY": "PASSIVE"}


@pytest.mark.parametrize(("machine", "told"), [("x86_64", "1"), ("aarch64", None)])
def test_numpy_shares_no_product_but_where_torch_would_neither(
    machine: str, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    environ: dict[str, str] = {}
    share_no_product(environ)
    assert environ.get("OPENBLAS_NUM_THREADS") == told
    own = {"OPENBLAS_NUM_THREADS": "4"}
    share_no_product(own)
    assert own == {"OPENBLAS_NUM_THREADS": "4"}


@pytest.mark.parametrize("name", ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"])
def test_what_the_environment_says_stays(name: str) -> None:
    environ = {name: "own"}
    wait_awake_briefly(environ)
    assert environ == {name: "own"}


@on_linux
def test_a_threads_helpers_end_and_the_next_product_is_the_same() -> None:
    import torch

    def run() -> None:
        torch.set_num_threads(3)
        x = torch.randn(600, 600)
        before = helpers()
        first = x @ x
        kept = helpers() - before
        end_idle_threads()
        for _ in range(100):
            if not (left := kept & helpers()):
                break
            time.sleep(0.02)
        found.append((len(kept), len(left), torch.equal(x @ x, first)))
        end_idle_threads()

    threads = torch.get_num_threads()
    found: list[tuple[int, int, bool]] = []
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    torch.set_num_threads(threads)
    ((kept, left, same),) = found
    assert kept == 2
    assert left == 0
    assert same


def helpers() -> set[str]:
    return {path.name for path in Path("/proc/self/task").iterdir()}
