"""`shopdesk kb import` takes in events, tells what it refused, and loses nothing that was kept."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.event_log import EventLog
from engine.journal import Journal
from engine.types import Event
from knowledge_base.store import EMPTY_SHOP

GOOD = "shopper,time,event,product,quantity\nann,2026-01-02,view_item,example-mug,1\n"
BAD = "ann,2026-01-02,view_item,no-such-mug,1\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPDESK_KB", str(EMPTY_SHOP))
    return tmp_path / "home"


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "events.csv"
    path.write_text(text, "utf-8")
    return str(path)


def kept(home: Path) -> list[Event]:
    journal = Journal.open(SimpleNamespace(home=home, database_url=None))
    events = list(EventLog(journal).all())
    journal.close()
    return events


def test_good_rows_go_in_and_bad_ones_are_told(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kb", "import", written(tmp_path, GOOD + BAD), "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    (refused,) = told.pop("refused")
    assert told == {"added": 1, "changed": 0, "same": 0}
    assert (refused["line"], "no-such-mug" in refused["reason"]) == (3, True)
    assert [event.product for event in kept(home)] == ["example-mug"]


def test_a_customers_id_is_nowhere_in_the_home(home: Path, tmp_path: Path) -> None:
    assert main(["kb", "import", written(tmp_path, GOOD.replace("ann", "Ann@X.example"))]) == OK
    (event,) = kept(home)
    assert len(event.shopper) == 24
    contents = [path.read_bytes().lower() for path in home.rglob("*") if path.is_file()]
    assert not any(b"ann@x" in content for content in contents)
    assert (home / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    main(["kb", "import", written(tmp_path, GOOD.replace("ann", "ann@x.example"))])
    assert kept(home) == [event]


def test_an_import_again_adds_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, GOOD)
    main(["kb", "import", file])
    assert "1 added, 0 the same, 0 refused" in capsys.readouterr().out
    assert main(["kb", "import", file]) == OK
    assert "0 added, 1 the same, 0 refused" in capsys.readouterr().out
    assert len(kept(home)) == 1


def test_a_dry_run_tells_and_keeps_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kb", "import", written(tmp_path, GOOD + BAD), "--dry-run"]) == OK
    told = capsys.readouterr().out
    assert "1 would be added" in told
    assert "line 3: product: 'no-such-mug'" in told
    assert kept(home) == []


def test_strictly_a_bad_row_refuses_the_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, GOOD + BAD)
    assert main(["kb", "import", file, "--strict", "--json"]) == BAD_INPUT
    captured = capsys.readouterr()
    assert json.loads(captured.out)["refused"][0]["line"] == 3
    assert "nothing was added" in captured.err
    assert kept(home) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["import"], "kb import needs a file"),
        (["import", "no-such-file.csv"], "no-such-file.csv: No such file"),
        (["import", "."], "directory"),
        (["check", "events.csv"], "takes no file"),
    ],
)
def test_a_wrong_call_is_told(
    words: list[str], told: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kb", *words]) == BAD_INPUT
    assert told in capsys.readouterr().err


def test_another_file_is_told_with_the_columns_expected(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, GOOD.replace("product", "prodcut"))
    assert main(["kb", "import", file]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "did you mean product for 'prodcut'?" in told
    assert "shopper,time,event,product,quantity" in told


def test_a_database_that_is_away_is_told(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/none/journal.sqlite3")
    assert main(["kb", "import", written(tmp_path, GOOD)]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "the journal cannot be used" in told
    assert "Traceback" not in told
