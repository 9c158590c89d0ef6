"""Any entry is seen and restored as of any moment, by command; what is not live is told."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from knowledge_base.store import EMPTY_SHOP, copy_shop
from knowledge_base.working_copy import WorkingCopy

FILE = "faq/contact.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "h"))
    copy_shop(EMPTY_SHOP, tmp_path / "h" / "shop")
    return tmp_path / "h" / "shop"


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["kb", *words]) == OK
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(ran(capsys, *words, "--json"))


def test_an_entry_is_restored_as_of_a_moment(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = (folder / FILE).read_text("utf-8")
    copy = WorkingCopy(folder)
    copy.apply({FILE: first + "\nA second text.\n"}, by="ann", why="more")
    began, more = copy.history.changes(FILE)
    shown = ran(capsys, "history", "contact", "--as-of", began.at.isoformat())
    assert shown == first
    ran(capsys, "restore", "contact", "--as-of", began.at.isoformat())
    assert (folder / FILE).read_text("utf-8") == first
    listed = told(capsys, "history", "contact")["changes"]
    assert [one["by"] for one in listed] == ["files", "ann", "cli"]
    assert more.why == "more"


def test_what_was_never_there_is_told_with_a_mend(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kb", "restore", "nothing", "--as-of", "2026-01-01"]) == BAD_INPUT
    assert "Mend:" in capsys.readouterr().err
    assert main(["kb", "restore", "contact"]) == BAD_INPUT
    assert "--as-of" in capsys.readouterr().err


def test_an_edit_by_hand_is_in_the_history(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "history")
    (folder / FILE).write_text((folder / FILE).read_text("utf-8") + "\nMore.\n", "utf-8")
    assert "changed outside of shopdesk" in ran(capsys, "history", "contact")


def test_what_is_not_live_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert FILE in told(capsys, "diff")["added"]


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_the_history_is_a_git_repository_where_that_is_wished(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = WorkingCopy(folder)
    copy.apply({FILE: "changed\n", "orders.csv": "secret\n"}, by="Ann <x>", why="why\nnot")
    ran(capsys, "history", "--git", str(tmp_path / "g"))
    log = subprocess.run(["git", "-C", str(tmp_path / "g"), "log", "--format=%cn|%s"],
                         capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert log.splitlines()[0].split("|")[1] == "why not"
    assert len(log.splitlines()) == 2
    assert (tmp_path / "g" / FILE).read_text("utf-8") == "changed\n"
    assert not (tmp_path / "g" / "orders.csv").exists()
