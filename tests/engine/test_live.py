"""What is live is in the next answer, whatever happens while it is being read."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import engine.live
from engine.assistant import Assistant
from engine.publish import publish
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import write_live
from tests.engine.test_build import (
    JUNE,
    MAY,
    edit,
    encoders,
    entries_told,
    folder,
    live,
    soon,
)

__all__ = ["encoders", "folder"]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions wait as long as reading a snapshot takes on this machine."""
    monkeypatch.setattr(engine.live, "WAIT_S", 60.0)


@pytest.mark.usefixtures("patient")
def test_an_entry_ends_at_the_shops_midnight_without_a_restart(
    folder: Path, encoders: Encoders
) -> None:
    edit(folder, "id: contact\n", "id: contact\nvalid_until: 2026-05-31\n")
    now = [MAY]
    assistant = live(folder, encoders, lambda: now[0])
    assert entries_told(assistant) == {"entry:contact"}
    now[0] = JUNE
    assert entries_told(assistant) == set()


@pytest.mark.usefixtures("patient")
def test_what_was_taken_out_is_gone_from_the_next_answer_on(
    folder: Path, encoders: Encoders
) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    before = assistant.snapshot
    edit(folder, "id: contact\n", "id: contact\nhidden: true\n")
    after = publish(folder, folder.parent / "home", encoders)
    assert after != before
    with ThreadPoolExecutor(8) as shoppers:
        told = list(shoppers.map(lambda _: entries_told(assistant), range(8)))
    assert told == [set()] * 8
    assert assistant.snapshot == after


@pytest.mark.usefixtures("patient")
def test_what_goes_live_while_another_is_read_is_in_the_next_answer_too(
    folder: Path, encoders: Encoders
) -> None:
    first = live(folder, encoders, lambda: MAY)
    home, own = first.home, first._read
    reading, go_on = threading.Event(), threading.Event()
    edit(folder, "id: contact\n", "id: contact\nowner: Ann\n")
    mistaken = publish(folder, home, encoders)

    def read(snapshot: str) -> Assistant:
        if snapshot == mistaken:
            reading.set()
            go_on.wait(60)
        return own(snapshot)

    first._read = read
    with ThreadPoolExecutor(2) as shoppers:
        early = shoppers.submit(entries_told, first)
        assert reading.wait(60)
        edit(folder, "owner: Ann\n", "hidden: true\n")
        publish(folder, home, encoders)
        late = shoppers.submit(entries_told, first)
        go_on.set()
        assert (early.result(), late.result()) == (set(), set())


def test_a_publish_is_read_before_anyone_asks(folder: Path, encoders: Encoders) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    stop = threading.Event()
    following = threading.Thread(target=assistant.follow, args=(stop,), daemon=True)
    following.start()
    try:
        edit(folder, "id: contact\n", "id: contact\nhidden: true\n")
        after = publish(folder, folder.parent / "home", encoders)
        assert soon(lambda: assistant.snapshot == after)
    finally:
        stop.set()
    following.join()


def test_a_snapshot_that_does_not_load_is_told_once_and_tried_again_later(
    folder: Path,
    encoders: Encoders,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    own, tried = assistant._read, []

    def read(snapshot: str) -> Assistant:
        tried.append(snapshot)
        if len(tried) < 3:
            raise OSError("too many open files")
        return own(snapshot)

    assistant._read = read
    edit(folder, "id: contact\n", "id: contact\nhidden: true\n")
    after = publish(folder, assistant.home, encoders)
    assert [entries_told(assistant) for _ in range(3)] == [{"entry:contact"}] * 3
    assert tried == [after]
    monkeypatch.setattr(engine.live, "TRY_AGAIN_S", 0.0)
    monkeypatch.setattr(engine.live, "WAIT_S", 60.0)
    assert entries_told(assistant) == set()
    assert tried == [after] * 3
    assert [record.message for record in caplog.records] == [f"snapshot {after} does not load"]


def test_while_what_is_live_cannot_be_read_it_answers_as_before(
    folder: Path, encoders: Encoders, caplog: pytest.LogCaptureFixture
) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    pointer = assistant.home / "live"
    kept = pointer.read_bytes()
    pointer.write_bytes(b"\xff\xfe")
    assert [entries_told(assistant) for _ in range(2)] == [{"entry:contact"}] * 2
    pointer.write_bytes(kept)
    assert entries_told(assistant) == {"entry:contact"}
    assert len(caplog.records) == 1
    assert "cannot be read" in caplog.records[0].message


def test_questions_wait_once_and_not_long_for_a_large_shop(
    folder: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    go_on = threading.Event()

    def slow(snapshot: str) -> Assistant:
        go_on.wait(60)
        raise OSError(snapshot)

    assistant._read = slow
    write_live(assistant.home, "large")
    waits: list[float] = []
    join = threading.Thread.join

    def watched(thread: threading.Thread, timeout: float | None = None) -> None:
        waits.append(timeout or 0.0)
        join(thread, timeout)

    monkeypatch.setattr(engine.live, "WAIT_S", 0.2)
    monkeypatch.setattr(threading.Thread, "join", watched)
    assert [entries_told(assistant) for _ in range(3)] == [{"entry:contact"}] * 3
    go_on.set()
    assert 0 < sum(waits) <= 0.2


def test_a_reranker_prepared_meanwhile_is_loaded_before_anybody_asks(
    folder: Path, encoders: Encoders
) -> None:
    found = threading.Event()

    def find() -> None:
        found.set()

    assistant = live(folder, Encoders(encoders.by_language, find), lambda: MAY)
    found.clear()
    stop = threading.Event()
    following = threading.Thread(target=assistant.follow, args=(stop,), daemon=True)
    following.start()
    assert found.wait(10)
    stop.set()
    following.join()
