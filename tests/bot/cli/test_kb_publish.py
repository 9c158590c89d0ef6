"""A publish shows which answers change, and a must-hold replay keeps it from going live."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.publish_log import read
from engine.replay.conversation import MUST_HOLD, Conversation, Expected, Step
from engine.replay.writing import write_conversation
from engine.retrieval.snapshot import read_live, write_live
from knowledge_base.store import EMPTY_SHOP, copy_shop

ASKED = "How long does delivery take?"
ENTRY = """---
id: delivery-time
title: {en: Delivery time}
questions:
  en: ["How long does delivery take?", "When does my parcel come?"]
---
## en
Delivery takes 3 days.
"""


class House:
    """A home with a small shop that is live."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys
        self.entry = home / "shop" / "faq" / "delivery-time.md"
        copy_shop(EMPTY_SHOP, home / "shop")
        self.entry.write_text(ENTRY, "utf-8")

    def publish(self, *words: str) -> dict[str, Any]:
        assert main(["kb", "publish", "--json", *words]) == OK
        told: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return told

    def ask(self, *words: str) -> str:
        assert main(["ask", ASKED, "--json", *words]) == OK
        return str(json.loads(self._capsys.readouterr().out)["text"])

    def edit(self, old: str, new: str) -> None:
        self.entry.write_text(self.entry.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> House:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "h"))
    # Entries are told in the operator's words here: no model need be loaded, again and again.
    monkeypatch.setenv("GENERATOR_URL", "http://127.0.0.1:9")
    return House(tmp_path / "h", capsys)


def test_an_edit_shows_the_answers_it_changes_before_it_is_live(house: House) -> None:
    first = house.publish()
    assert first["live"]
    assert "3 days" in house.ask()
    house.edit("3 days", "5 days")
    told = house.publish("--dry-run")
    assert not told["live"]
    assert read_live(house.home) == first["snapshot"] != told["snapshot"]
    (change,) = told["changed"]
    assert (change["asked"], change["verdict"], change["what"]) == (ASKED, "changed", ["text"])
    assert "3 days" in change["before"]["text"]
    assert "5 days" in change["after"]["text"]
    assert house.publish()["live"]
    assert "5 days" in house.ask()


def test_what_another_version_built_is_compared_too(house: House) -> None:
    first = house.publish()["snapshot"]
    house.ask()
    other = "f" * 16
    folder = (house.home / "snapshots" / first).rename(house.home / "snapshots" / other)
    built = json.loads((folder / "manifest.json").read_text("utf-8"))
    built["id"], built["built_with"]["encoders"] = other, {"en": "another", "other": "another"}
    (folder / "manifest.json").write_text(json.dumps(built), "utf-8")
    write_live(house.home, other)
    house.edit("3 days", "5 days")
    (change,) = house.publish("--dry-run")["changed"]
    assert "3 days" in change["before"]["text"]
    assert "5 days" in change["after"]["text"]


def test_an_edit_that_changes_no_answer_shows_none(house: House) -> None:
    house.publish()
    house.ask()
    house.edit("When does my parcel come?", "When does my box come?")
    told = house.publish()
    assert (told["asked_again"], told["changed"], told["live"]) == (1, [], True)


def test_a_must_hold_replay_keeps_a_publish_from_going_live(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    first = house.publish()["snapshot"]
    kept = Conversation(
        "delivery", (Step(ASKED, expected=Expected(facts=("3 days",))),), tags=(MUST_HOLD,)
    )
    write_conversation(house.home / "shop" / "replays", kept)
    house.edit("3 days", "5 days")
    assert main(["kb", "publish"]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "delivery.yaml" in told
    assert "wanted 3 days" in told
    assert read_live(house.home) == first
    assert main(["kb", "publish", "--override", "Ann"]) == BAD_INPUT
    assert "--because" in capsys.readouterr().err
    second = house.publish("--override", "Ann", "--because", "the carrier is slower")
    assert second["live"]
    last = read(house.home)[-1]
    assert (last.by, last.why, last.overridden) == (
        "Ann", "the carrier is slower", ("delivery",),
    )  # fmt: skip


def test_tuning_goes_live_over_no_must_hold_replay_that_fails(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    first = house.publish()["snapshot"]
    kept = Conversation(
        "delivery", (Step(ASKED, expected=Expected(facts=("9 days",))),), tags=(MUST_HOLD,)
    )
    write_conversation(house.home / "shop" / "replays", kept)
    house.edit("When does my parcel come?", "When does my box come?")
    assert main(["tune"]) == BAD_INPUT
    assert "wanted 9 days" in capsys.readouterr().err
    assert read_live(house.home) == first


def test_a_replay_that_need_not_hold_is_told_and_no_more(house: House) -> None:
    house.publish()
    kept = Conversation("delivery", (Step(ASKED, expected=Expected(facts=("3 days",))),))
    write_conversation(house.home / "shop" / "replays", kept)
    house.edit("3 days", "5 days")
    told = house.publish()
    assert told["live"]
    assert [line["conversation"] for line in told["failed"]] == ["delivery"]
    assert [change["verdict"] for change in told["changed"]] == ["worse"]


def test_an_earlier_day_is_answered_from_what_was_live_then(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.publish()
    house.edit("3 days", "5 days")
    house.publish()
    first, second = (published.at for published in read(house.home))
    assert "3 days" in house.ask("--as-of", (second - timedelta(microseconds=1)).isoformat())
    assert "5 days" in house.ask("--as-of", second.isoformat())
    assert "5 days" in house.ask("--as-of", f"{datetime.now():%Y-%m-%d}")
    assert main(["ask", ASKED, "--as-of", (first - timedelta(days=2)).isoformat()]) == BAD_INPUT
    assert "nothing was live on" in capsys.readouterr().err


def test_a_must_hold_replay_holds_for_a_first_publish_too(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Conversation(
        "delivery", (Step(ASKED, expected=Expected(facts=("9 days",))),), tags=(MUST_HOLD,)
    )
    write_conversation(house.home / "shop" / "replays", kept)
    assert main(["kb", "publish"]) == BAD_INPUT
    assert "wanted 9 days" in capsys.readouterr().err
    assert read_live(house.home) == ""
