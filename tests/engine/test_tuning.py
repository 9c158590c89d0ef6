"""Tuning: learned from the shop's own examples, kept by publishes, changed only by another tune."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from bot.cli.main import OK, main
from engine.benchmarks.many_entries import many_entries
from engine.publish import publish
from engine.retrieval.encoders import Encoders
from engine.retrieval.snapshot import read_learned, read_live
from engine.tuning import tune
from knowledge_base.schema import format_entry
from knowledge_base.store import EMPTY_SHOP, copy_shop

WHOLE = 10_000


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load(threads=2)


def make_shop(folder: Path, count: int, *, start: int = 0) -> Path:
    """A shop of so many entries, three examples each."""
    copy_shop(EMPTY_SHOP, folder)
    for entry in list(many_entries(WHOLE))[start :: WHOLE // count][:count]:
        (folder / "faq" / f"{entry.id}.md").write_text(format_entry(entry), "utf-8")
    return folder


def learned_by(home: Path, encoders: Encoders) -> object:
    found = read_learned(home / "snapshots" / read_live(home), encoders.names)
    assert found is not None
    return found.calibrations


def test_three_examples_an_entry_are_enough_to_learn_from(
    tmp_path: Path, encoders: Encoders
) -> None:
    tuned = tune(make_shop(tmp_path / "shop", 40), tmp_path, encoders)
    assert tuned.kept
    assert set(tuned.after) == set(tuned.before) == {"right", "told", "wrong_among_told", "ece"}
    assert tuned.after["right"] > 0.6
    assert (tmp_path / "snapshots" / tuned.snapshot / "manifest.json").is_file()
    # Which answers it changes is looked at before it goes live.
    assert read_live(tmp_path) == ""


def test_a_publish_keeps_what_was_learned(tmp_path: Path, encoders: Encoders) -> None:
    folder = make_shop(tmp_path / "shop", 40)
    publish(folder, tmp_path, encoders)
    before, live = learned_by(tmp_path, encoders), read_live(tmp_path)
    entry = next(many_entries(1))
    more = format_entry(entry).replace("Wipe it", "Brush it").replace("id: e0-0-0", "id: another")
    (folder / "faq" / "another.md").write_text(more, "utf-8")
    assert publish(folder, tmp_path, encoders) != live
    assert learned_by(tmp_path, encoders) == before


def test_another_shop_in_the_same_home_is_learned_anew(
    tmp_path: Path, encoders: Encoders
) -> None:  # fmt: skip
    publish(make_shop(tmp_path / "one", 40), tmp_path, encoders)
    before = learned_by(tmp_path, encoders)
    publish(make_shop(tmp_path / "two", 40, start=7), tmp_path, encoders)
    assert learned_by(tmp_path, encoders) != before


def test_stale_thresholds_are_said_to_be_stale(
    tmp_path: Path, encoders: Encoders, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_shop(tmp_path / "shop", 30)
    publish(folder, tmp_path, encoders)
    for entry in list(many_entries(WHOLE))[11 :: WHOLE // 15][:15]:
        (folder / "faq" / f"{entry.id}.md").write_text(format_entry(entry), "utf-8")
    with caplog.at_level(logging.WARNING):
        publish(folder, tmp_path, encoders)
    assert "shopdesk tune" in caplog.text


def test_the_command_prints_what_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = make_shop(tmp_path / "shop", 40)
    assert main(["tune", "--home", str(tmp_path / "home"), "--kb", str(folder), "--json"]) == OK
    found = json.loads(capsys.readouterr().out)
    tuned = {"kept", "before", "after", "seconds", "snapshot"}
    assert set(found) == tuned | {"was_live", "live", "asked_again", "changed", "failed", "broken"}
    assert (found["live"], read_live(tmp_path / "home")) == (True, found["snapshot"])
