"""Who is forgotten from the command line is in no byte of the home, the store's file included."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.main import main
from engine import keys, valkey
from engine.journal import Journal
from engine.redis_sessions import RedisSessions
from engine.settings import Settings
from engine.types import Message, Reply, Route, Session

PLANTED = "zanzibarine"


def on_disk(home: Path) -> list[str]:
    found = []
    for path in (p for p in home.rglob("*") if p.is_file()):
        try:
            if PLANTED.encode() in path.read_bytes():
                found.append(path.name)
        except FileNotFoundError:  # Files are renamed while they are rewritten.
            found.append(path.name)
    return found


def test_who_is_forgotten_is_in_no_file_of_the_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({"SHOPDESK_HOME": str(tmp_path / "h")}, Path("no.env"))
    settings.home.mkdir()
    server = valkey.start(settings.home)
    journal, redis = Journal.open(settings), valkey.connect(settings)
    message = Message("m1", "terminal:ann", "terminal:ann", PLANTED, datetime.now(UTC))
    journal.record_turn(message, PLANTED, Reply(f"On {PLANTED}.", Route.FAQ, None, 1.0, "en"))
    journal.close()
    with RedisSessions(redis).lock("terminal:ann") as locked:
        locked.save(Session("terminal:ann", vault={"⟦email:1⟧": PLANTED}))
    redis.xadd(keys.answer("m1"), {"kind": "reply", "token": "1", "value": PLANTED})
    assert len(on_disk(settings.home)) >= 2
    where = ["terminal:ann", "--home", str(settings.home), "--json"]
    assert main(["export", *where]) == 0
    assert json.loads(capsys.readouterr().out)["turns"][0]["question"] == PLANTED
    assert main(["forget", *where]) == 0
    assert json.loads(capsys.readouterr().out)["turns"] == 1
    for _ in range(200):
        if not on_disk(settings.home):
            break
        time.sleep(0.05)
    assert on_disk(settings.home) == []
    server.stop()
