"""What shop.yaml imports is imported when it is due, and published only where it changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.cli.kb_import import import_any
from bot.cli.kb_refresh import LOCK, Refresh, Refreshed
from bot.cli.main import BAD_INPUT, OK, main, parser
from engine import keys
from engine.at_work import seen
from engine.errors import ShopdeskError
from engine.locks import held_alone
from engine.publish_log import read
from engine.replay.conversation import MUST_HOLD, Conversation, Expected, Step
from engine.replay.writing import write_conversation
from engine.retrieval.snapshot import read_live
from engine.settings import Settings
from engine.valkey import connect
from knowledge_base.importers.fetching import Address
from knowledge_base.importers.schedule import Schedule
from knowledge_base.store import EMPTY_SHOP, copy_shop, load

NOW = datetime(2100, 11, 24, 12, tzinfo=UTC)
"""Later than any file is: how old the catalogue is goes by this clock."""
ROOT = Path(__file__).parents[3]
GOODS = "product,sku,name_en,category,price,stock\nstool,STOOL,Oak stool,things,{},4\n"
BAD = "x{0},X{0},Bad,things,none,1\n"


class Feed(BaseHTTPRequestHandler):
    """Serves what stands in `files`; anything else is not there."""

    def do_GET(self) -> None:
        text = files.get(self.path.partition("?")[0])
        asked.append(self.path)
        self.send_response(200 if text is not None else 404)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


files: dict[str, str] = {}
asked: list[str] = []


@pytest.fixture
def server() -> Iterator[str]:
    files.clear()
    asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def loopback(address: Address) -> bool:
    return address.is_loopback


@pytest.fixture
def settings(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    environ = {"SHOPDESK_HOME": str(tmp_path / "h"), "REDIS_URL": store_url,
               "OPERATOR_CHAT_ID": "-100", "GENERATOR_URL": "http://127.0.0.1:9",
               "SHOPDESK_RERANKER": "off"}  # fmt: skip
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    copy_shop(EMPTY_SHOP, tmp_path / "h" / "shop")
    found = Settings.load(environ, Path("no.env"))
    with connect(found) as redis:
        redis.flushall()
    return found


def name_imports(settings: Settings, *origins: str, every_h: float = 6) -> None:
    path = settings.home / "shop" / "shop.yaml"
    text = path.read_text("utf-8").partition("\nimports:")[0]
    lines = "".join(f"\n  - {{from: '{one}', every_h: {every_h}}}" for one in origins)
    path.write_text(f"{text}\nimports:{lines}\n", "utf-8")


def refresh(settings: Settings, at: datetime = NOW, everything: bool = False) -> Refreshed:
    return Refresh(settings, everything, at, loopback).run()


def prices(settings: Settings) -> dict[str, str]:
    return {one.id: str(one.price.amount) for one in load(settings.home / "shop").products}


def news(settings: Settings) -> list[str]:
    with connect(settings) as redis:
        told = [str(one) for one in redis.lrange(keys.STAFF_NEWS, 0, -1)]
        redis.delete(keys.STAFF_NEWS)
    return told


def live_price(settings: Settings) -> str:
    snapshot = settings.home / "snapshots" / read_live(settings.home) / "knowledge"
    return (snapshot / "catalogue.csv").read_text("utf-8")


def test_what_is_due_is_imported_and_goes_live_and_only_a_change_does(
    settings: Settings, server: str
) -> None:
    files["/goods.csv"] = GOODS.format("49.00")
    name_imports(settings, f"{server}/goods.csv?key=secret")
    first = refresh(settings)
    assert [one["added"] for one in first.imported] == [1]
    assert first.published and first.published["live"]
    assert "49.00" in live_price(settings)
    assert (read(settings.home)[-1].by, len(read(settings.home))) == ("shopdesk", 1)
    before_due = refresh(settings, NOW + timedelta(hours=5, minutes=59))
    assert (before_due.imported, len(before_due.waiting), len(asked)) == ([], 1, 1)
    again = refresh(settings, NOW + timedelta(hours=6))
    assert [one["same"] for one in again.imported] == [1]
    assert again.published is None and len(read(settings.home)) == 1
    assert seen(settings.home) == NOW + timedelta(hours=6)
    files["/goods.csv"] = GOODS.format("51.00")
    with (settings.home / "shop/faq/contact.md").open("a") as draft:
        draft.write("An edit that waits for its publish.\n")
    assert refresh(settings, NOW + timedelta(hours=7)).imported == []
    assert refresh(settings, NOW + timedelta(hours=7), everything=True).published
    assert "51.00" in live_price(settings) and len(read(settings.home)) == 2
    live = settings.home / "snapshots" / read_live(settings.home) / "knowledge/faq/contact.md"
    assert "waits" not in live.read_text("utf-8")
    assert news(settings) == []
    assert "secret" not in str(again) + str(before_due) + str(first)


def test_one_that_fails_keeps_no_other_and_is_told_once(settings: Settings, server: str) -> None:
    name_imports(settings, f"{server}/gone.csv?key=secret", "goods.csv", "none.csv")
    (settings.home / "shop" / "goods.csv").write_text(GOODS.format("49.00"), "utf-8")
    found = refresh(settings)
    assert [one["from"] for one in found.imported] == ["goods.csv"]
    assert found.published and prices(settings)["stool"] == "49.00"
    assert [one["from"] for one in found.failed] == [f"{server}/gone.csv", "none.csv"]
    told = news(settings)
    assert len(told) == 2 and "answered 404" in told[0] and "secret" not in str(told)
    soon = refresh(settings, NOW + timedelta(minutes=59))
    assert (soon.failed, len(soon.waiting)) == ([], 3)
    assert len(refresh(settings, NOW + timedelta(hours=1)).failed) == 2
    assert news(settings) == []
    files["/gone.csv"] = GOODS.format("49.00")
    assert len(refresh(settings, NOW + timedelta(hours=2)).failed) == 1
    del files["/gone.csv"]
    refresh(settings, NOW + timedelta(hours=9))
    assert len(news(settings)) == 1


@pytest.mark.parametrize(("bad", "applied"), [(1, True), (2, False)])
def test_a_file_with_over_a_fifth_of_its_rows_refused_is_not_applied(
    settings: Settings, bad: int, applied: bool
) -> None:
    good = GOODS.format("49.00") + "".join(f"g{n},G{n},Good,things,1.00,1\n" for n in range(3))
    rows = good + "".join(BAD.format(n) for n in range(bad))
    (settings.home / "shop" / "goods.csv").write_text(rows, "utf-8")
    name_imports(settings, "goods.csv")
    found = refresh(settings)
    assert ("stool" in prices(settings)) == applied == bool(found.published)
    assert len(news(settings)) == len(found.failed) == (not applied)
    assert applied or "2 of 6 rows are refused" in found.failed[0]["reason"]


def test_a_must_hold_replay_keeps_it_from_going_live_until_more_changes(
    settings: Settings, server: str
) -> None:
    files["/goods.csv"] = GOODS.format("49.00")
    name_imports(settings, f"{server}/goods.csv", every_h=1)
    kept = Conversation("stool", (Step("How do I contact you?", expected=Expected(
        facts=("9 days",))),), tags=(MUST_HOLD,))  # fmt: skip
    write_conversation(settings.home / "shop" / "replays", kept)
    found = refresh(settings)
    assert "must-hold replays would fail" in found.kept_back and found.published is None
    assert read_live(settings.home) == "" and seen(settings.home) is None
    (told,) = news(settings)
    assert "must-hold" in told
    later = refresh(settings, NOW + timedelta(hours=1))
    assert (later.kept_back, later.published) == ("", None)
    # What is not live yet is not the catalogue whose age is told.
    assert seen(settings.home) is None
    (settings.home / "shop" / "replays" / "stool.yaml").unlink()
    files["/goods.csv"] = GOODS.format("51.00")
    assert refresh(settings, NOW + timedelta(hours=2)).published
    assert "51.00" in live_price(settings) and news(settings) == []


def test_a_broken_shop_is_told_once_and_nothing_is_imported(
    settings: Settings, server: str
) -> None:
    files["/goods.csv"] = GOODS.format("49.00")
    name_imports(settings, f"{server}/goods.csv")
    broken = settings.home / "shop" / "faq" / "broken.md"
    broken.write_text("---\nid: broken\ntags: [\n---\n", "utf-8")
    for _ in range(2):
        with pytest.raises(ShopdeskError, match=r"broken\.md"):
            refresh(settings)
    assert len(news(settings)) == 1 and asked == []
    broken.unlink()
    assert refresh(settings).published


@pytest.mark.long
def test_a_run_killed_in_the_middle_is_made_whole_by_the_next(settings: Settings) -> None:
    goods = settings.home / "shop" / "goods.csv"
    name_imports(settings, "goods.csv")
    catalogue = settings.home / "shop" / "catalogue.csv"
    moments: list[Callable[[str], bool]] = [
        lambda price: (settings.home / LOCK).exists(),
        lambda price: price in catalogue.read_text("utf-8"),
        lambda price: "building the snapshot" in said.read_text("utf-8"),
        lambda price: len(built()) > before,
    ]
    said = settings.home.parent / "said"

    def built() -> list[Path]:
        return list((settings.home / "snapshots").glob("*"))

    for number, killed_at in enumerate(moments):
        price = f"{40 + number}.00"
        before = len(built())
        goods.write_text(GOODS.format(price), "utf-8")
        (settings.home / LOCK).unlink(missing_ok=True)
        with said.open("w") as err:
            words = [sys.executable, "-m", "bot.cli.main", "kb", "refresh", "--all"]
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=err, cwd=ROOT)
        while not killed_at(price) and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        found = Refresh(settings, True, NOW + timedelta(days=number), loopback).run()
        assert (found.failed, found.kept_back) == ([], "") and prices(settings)["stool"] == price
        assert found.published and price in live_price(settings)
        assert Schedule.read(settings.home).publish == ""


def test_two_at_once_do_not_meet(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with held_alone(settings.home / LOCK):
        assert main(["kb", "refresh"]) == BAD_INPUT
    assert "runs already" in capsys.readouterr().err
    assert main(["kb", "refresh", "--json"]) == OK
    told = json.loads(capsys.readouterr().out)
    assert told == {"imported": [], "failed": [], "waiting": [], "published": None, "kept_back": ""}


def test_a_url_is_imported_as_a_file_is(
    settings: Settings, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files["/goods.csv"] = GOODS.format("49.00") + BAD.format(1)
    files["/events.csv"] = "shopper,time,event,product,quantity\nann,2026-01-02,view_item,stool,1\n"
    words = ["kb", "import", f"{server}/goods.csv?key=secret", "--json"]

    def told(*more: str) -> dict[str, object]:
        assert import_any(parser().parse_args([*words, *more]), loopback) == OK
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    assert told("--dry-run")["added"] == 1 and "stool" not in prices(settings)
    with pytest.raises(ShopdeskError, match="cannot go in") as refusal:
        import_any(parser().parse_args([*words, "--strict"]), loopback)
    assert refusal.value.where == f"{server}/goods.csv"
    assert json.loads(capsys.readouterr().out)["refused"]
    assert told()["added"] == 1 and prices(settings)["stool"] == "49.00"
    assert told()["same"] == 1
    words[2] = f"{server}/events.csv"
    assert told()["added"] == 1
    assert main(words) == BAD_INPUT
    assert "not of the open internet" in capsys.readouterr().err
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("shopdesk-import-*/goods.csv"))


def test_an_import_of_what_is_live_says_that_it_was_looked_at(settings: Settings) -> None:
    goods = settings.home.parent / "goods.csv"
    goods.write_text(GOODS.format("49.00"), "utf-8")
    assert main(["kb", "import", str(goods)]) == OK
    assert seen(settings.home) is None
    assert main(["kb", "publish"]) == OK
    published = seen(settings.home)
    assert published is not None
    assert main(["kb", "import", str(goods), "--dry-run"]) == OK
    assert seen(settings.home) == published
    assert main(["kb", "import", str(goods)]) == OK
    looked = seen(settings.home)
    assert looked is not None and looked > published
