"""The journal goes out whole, in its order, and harmless to a spreadsheet."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.main import main
from engine.errors import SettingsError
from engine.journal import Journal, Verdict
from engine.journal_export import AT_ONCE, export_turns
from engine.types import Message, Reply, Route

AT = datetime(2026, 11, 30, tzinfo=UTC)
REPLY = Reply('Thirty days,\n"of course" 灯.', Route.FAQ, None, 1.0, "en")


def test_both_forms_hold_every_turn_once(database_url: str, tmp_path: Path) -> None:
    journal = Journal(database_url)
    for number in range(AT_ONCE + 3):
        turn = journal.record_turn(Message(f"m{number}", "c", "s", "", AT), f"q{number}", REPLY)
    journal.record_feedback(turn, "s", Verdict.UP)
    lines, table = tmp_path / "j.jsonl", tmp_path / "j.csv"
    assert export_turns(journal, lines) == export_turns(journal, table) == AT_ONCE + 3
    found = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = [f"q{number}" for number in range(AT_ONCE + 3)]
    assert [row["question"] for row in found] == [row["question"] for row in rows] == asked
    assert rows[0]["answer"] == found[0]["answer"] == REPLY.text
    assert (found[-1]["verdict"], rows[-1]["verdict"], found[0]["verdict"]) == ("up", "up", None)
    journal.close()


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path}/j.sqlite3")
    journal.record_turn(Message("m", "c", "s", "", AT), "=1+1", REPLY)
    export_turns(journal, tmp_path / "j.csv")
    assert "'=1+1" in (tmp_path / "j.csv").read_text("utf-8")
    journal.close()


def test_another_ending_is_refused_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite3")
    with pytest.raises(SettingsError, match="cannot write"):
        export_turns(journal, tmp_path / "j.xlsx")
    journal.close()
    out = tmp_path / "j.jsonl"
    assert main(["journal", "export", str(out), "--home", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"turns": 0, "path": str(out)}
    assert sorted(p.suffix for p in tmp_path.iterdir() if p.name.startswith("j.")) == [".jsonl"]
