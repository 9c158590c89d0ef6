"""`shopdesk link` prints what a customer opens, and refuses what makes no link."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.link_payload import read_link

SECRET = "a secret of the shop's server"


def test_the_link_is_signed_with_the_shared_secret_and_ends_soon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_LINK_SECRET", SECRET)
    where = ["--home", str(tmp_path / "h"), "--bot", "@shop_bot"]
    assert main(["link", "7301842290", *where, "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    link = read_link(SECRET.encode(), told["payload"], datetime.now(UTC))
    left = link.expires - datetime.now(UTC)
    assert link.account == "7301842290"
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert told["telegram"] == f"https://t.me/shop_bot?start={told['payload']}"
    assert not (tmp_path / "h" / "link.key").exists()
    assert main(["link", "7301842290", *where]) == OK
    assert SECRET not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "mend"),
    [((" ",), "1 to 32 bytes"), (("a" * 33,), "1 to 32 bytes"), (("a", "--minutes", "0"), "1 to")],
)
def test_what_makes_no_link_is_told_with_its_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], mend: str
) -> None:
    assert main(["link", *given, "--home", str(tmp_path)]) == BAD_INPUT
    assert mend in capsys.readouterr().err
