"""Bad input ends with exit code 2 and says what, where and how to mend it; nothing is lost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from knowledge_base.store import EMPTY_SHOP, copy_shop

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    copy_shop(EMPTY_SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text


def test_a_bad_row_of_the_catalogue_is_named_by_file_and_line(
    home: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = shop / "catalogue.csv"
    lines = catalogue.read_text("utf-8").splitlines()
    catalogue.write_text("\n".join([lines[0], lines[1] + ",one cell too many"]), "utf-8")
    assert main(["kb", "check", "--kb", str(shop)]) == BAD_INPUT
    told = said(capsys)
    assert f"{catalogue}:2: not as many cells" in told
    assert "9.50 and not 9,50" in told


def test_refused_rows_are_told_as_json(
    home: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = shop / "catalogue.csv"
    catalogue.write_text(catalogue.read_text("utf-8").replace("9.50", "cheap"), "utf-8")
    code = main(["kb", "check", "--kb", str(shop), "--json"])
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert (code, refused[0]["file"], refused[0]["line"]) == (BAD_INPUT, str(catalogue), 2)
    assert "cheap" in refused[0]["reason"]


def test_an_unreadable_catalogue_does_not_call_its_reviews_wrong(
    home: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = shop / "catalogue.csv"
    catalogue.write_text(catalogue.read_text("utf-8").replace("9.50", "cheap"), "utf-8")
    (shop / "reviews.csv").write_text(
        "id,product,rating,title,text,language,author,date\n"
        "R1,example-mug,5,Good,Does not drip.,en,ann,2026-01-02\n",
        "utf-8",
    )
    main(["kb", "check", "--kb", str(shop)])
    assert "reviews.csv" not in said(capsys)


def test_a_shop_without_faults_is_told_as_json(
    home: Path, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kb", "check", "--kb", str(shop), "--json"]) == OK
    assert json.loads(capsys.readouterr().out)["refused"] == []


def test_a_misspelt_setting_is_an_error_with_the_nearest_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOPDESK_THREDS", "2")
    assert main(["doctor"]) == BAD_INPUT
    assert "did you mean SHOPDESK_THREADS?" in said(capsys)


@pytest.mark.parametrize("command", [["ask", "hi"], ["run"], ["doctor"]])
def test_a_missing_store_is_told_by_its_address(
    command: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REDIS_URL", NOBODY_LISTENS)
    monkeypatch.setenv("WEB_PORT", str(free_port()))
    monkeypatch.setenv("CONSOLE_PORT", str(free_port()))
    assert main(command) == BAD_INPUT
    captured = capsys.readouterr()
    assert "127.0.0.1:1" in captured.out + captured.err
    assert "mend" in (captured.out + captured.err).lower()
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("command", "setting"), [("web", "WEB_PORT"), ("run", "WEB_PORT"), ("console", "CONSOLE_PORT")]
)
def test_a_port_in_use_is_told(
    command: str,
    setting: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv(setting, str(port))
        assert main([command]) == BAD_INPUT
    assert f"port {port} is in use" in said(capsys)


def test_a_token_that_is_none_is_refused_without_being_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "my-secret")
    assert main(["bot"]) == BAD_INPUT
    text = said(capsys)
    assert "@BotFather" in text
    assert "my-secret" not in text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a full disk needs the right to mount one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_nothing_half_written_stays(small_disk: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "kb", "check", "--home", str(small_disk)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "SHOPDESK_CACHE": str(small_disk / "cache")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == BAD_INPUT
    assert "No space left on device" in answer.stderr
    assert "Mend: free some room" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list(small_disk.iterdir()) == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
