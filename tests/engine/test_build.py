"""The live assistant follows the files, the day and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

import engine.build
import engine.live
from bot.cli.common import RUN_LOCK
from bot.cli.main import main
from engine.build import build_assistant, live_assistant
from engine.counters import MemoryCounters
from engine.live import LiveAssistant
from engine.locks import held_alone
from engine.publish import build_snapshot, publish
from engine.retrieval import snapshot
from engine.retrieval.encoders import Encoders, UniversalEncoder, Vectors
from engine.retrieval.rows import ROUTE_EXAMPLES
from engine.settings import Settings
from engine.types import Message, Session
from knowledge_base.store import EMPTY_SHOP, copy_shop

MAY = datetime(2026, 5, 31, 12, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)
QUESTION = "How do I reach you?"


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders({"other": UniversalEncoder(threads=1)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def edit(folder: Path, old: str, new: str) -> None:
    entry = folder / "faq" / "contact.md"
    text = entry.read_text("utf-8")
    assert old in text
    entry.write_text(text.replace(old, new), "utf-8")


def entries_told(assistant: LiveAssistant) -> set[str]:
    message = Message("m", "c", "s", "show me", MAY, action="entry:contact")
    plan = assistant.plan(message, Session("c"))
    return {citation.id for part in plan.parts for citation in part.citations}


def soon(holds: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        if holds():
            return True
        time.sleep(0.02)
    return False


def live(folder: Path, encoders: Encoders, clock: Callable[[], datetime]) -> LiveAssistant:
    home = folder.parent / "home"
    publish(folder, home, encoders)
    return live_assistant(home, encoders, None, MemoryCounters(), 1000, clock=clock)


def test_a_shop_answered_from_aside_does_not_go_live(folder: Path, encoders: Encoders) -> None:
    assistant = live(folder, encoders, lambda: MAY)
    edit(folder, "id: contact\n", "id: contact\nhidden: true\n")
    home = folder.parent / "home"
    other = build_snapshot(folder, home, encoders)
    aside = live_assistant(home, encoders, None, MemoryCounters(), 1000, only=other)
    assert entries_told(aside) == set()
    assert entries_told(assistant) == {"entry:contact"}


def test_a_new_version_rebuilds_what_was_live_not_what_is_unpublished(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    copy_shop(folder, home / "shop")
    settings = Settings.load(
        {"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"}, Path("no-env-file")
    )
    before = build_assistant(settings).snapshot
    more = tmp_path / "examples.yaml"
    examples = ROUTE_EXAMPLES.read_text("utf-8")
    more.write_text(f"{examples}\n# another version", "utf-8")
    monkeypatch.setattr(snapshot, "ROUTE_EXAMPLES", more)
    edit(home / "shop", "id: contact\n", "id: contact\nhidden: true\n")
    after = build_assistant(settings)
    assert after.snapshot != before
    assert entries_told(after) == {"entry:contact"}


def test_of_two_first_starts_one_builds_and_the_other_waits_for_it(
    folder: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder.parent / "home"
    copy_shop(folder, home / "shop")
    settings = Settings.load(
        {"SHOPDESK_HOME": str(home), "SHOPDESK_RERANKER": "off"}, Path("no-env-file")
    )
    built = []

    def slowly(*given: object) -> str:
        built.append(given)
        time.sleep(0.3)
        return publish(folder, home, encoders)

    monkeypatch.setattr(engine.build, "load_encoders", lambda _: encoders)
    monkeypatch.setattr(engine.build, "publish", slowly)
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda _: build_assistant(settings).snapshot, range(3)))
    assert len(built) == 1
    assert set(made) == {snapshot.read_live(home)}


class NeverRead:
    """A re-ranking encoder that must not be asked."""

    name, size = "never read", 8

    def encode(self, texts: Sequence[str]) -> Vectors:
        pytest.fail(f"it was given {len(texts)} texts")


def test_a_shop_is_first_answered_before_the_re_ranking_encoder_has_read_it(
    folder: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Encoders(encoders.by_language, NeverRead)
    monkeypatch.setattr(engine.build, "load_encoders", lambda _: both)
    for number, kb in enumerate(({}, {"SHOPDESK_KB": str(folder)})):
        home = folder.parent / f"home-{number}"
        copy_shop(folder, home / "shop")
        environ = {"SHOPDESK_HOME": str(home), **kb}
        monkeypatch.setattr(engine.build, "_warm_up", lambda *_: None)
        for _ in ("first start", "second start"):
            made = build_assistant(Settings.load(environ, Path("no-env-file")), at_once=True)
            assert snapshot.lacks_reranker(home / "snapshots" / made.snapshot)


def test_an_operators_publish_does_not_wait_for_the_second_look_that_run_still_adds(
    folder: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder.parent / "home"
    copy_shop(folder, home / "shop")
    publish(folder, home, encoders)
    edit(home / "shop", "id: contact\n", "id: contact\nhidden: true\n")
    both = Encoders(encoders.by_language, NeverRead)
    monkeypatch.setattr(engine.build, "load_encoders", lambda _: both)
    before = snapshot.read_live(home)
    with held_alone(home / RUN_LOCK):
        assert main(["kb", "publish", "--home", str(home)]) == 0
    assert snapshot.read_live(home) != before
