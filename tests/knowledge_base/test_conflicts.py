"""Two entries that claim one question are named to the operator."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.cli.main import OK, main
from engine.types import Entry
from knowledge_base.conflicts import Conflict, conflicts
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, copy_shop, load


def entry(name: str, *asked: str, hidden: bool = False) -> Entry:
    return Entry(name, {"en": name}, {"en": asked}, {"en": "So."}, hidden=hidden)


def test_a_question_of_two_entries_is_a_conflict_whatever_its_dress() -> None:
    found = conflicts([entry("a", "How much is it?", "Why?"), entry("b", "how much IS it")])
    assert found == (Conflict("How much is it?", ("a", "b")),)


def test_once_in_one_entry_twice_or_hidden_is_none() -> None:
    assert conflicts([entry("a", "Why?", "why"), entry("b", "Why?", hidden=True)]) == ()


def test_the_demo_shop_has_none() -> None:
    assert conflicts(load(DEMO_SHOP).entries) == ()


def test_check_names_both_entries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    first = next((tmp_path / "shop" / "faq").glob("*.md"))
    shutil.copy(first, first.with_name("again.md"))
    again = first.with_name("again.md")
    again.write_text(again.read_text("utf-8").replace(f"id: {first.stem}", "id: again"), "utf-8")
    assert main(["kb", "check", "--kb", str(tmp_path / "shop")]) == OK
    assert f"is asked in again and {first.stem}" in capsys.readouterr().out
    assert main(["kb", "check", "--kb", str(tmp_path / "shop"), "--json"]) == OK
    assert json.loads(capsys.readouterr().out)["conflicts"][0]["entries"] == ["again", first.stem]
