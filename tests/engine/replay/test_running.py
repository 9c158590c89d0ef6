"""Conversations go the same in several processes, by the command, and as tests."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.main import main
from engine.errors import ShopdeskError
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.house import House
from engine.replay.playing import Played
from engine.replay.running import FEW, Order, run
from engine.replay.writing import write_conversation
from engine.settings import Settings
from knowledge_base.store import EMPTY_SHOP
from tests.built_demo import demo_home

ASKED = ("How can I reach you?", "hello", "联系方式", "the meaning of life", "CONTACT")
RIGHT = Conversation("right", (Step(ASKED[0], expected=Expected(entry=("contact",))),))
WRONG = Conversation("wrong", (Step(ASKED[0], expected=Expected(must_say=("by fax",))),))


@pytest.fixture
def house(tmp_path: Path) -> House:
    environ = {"SHOPDESK_HOME": str(tmp_path), "SHOPDESK_KB": str(EMPTY_SHOP),
               "SHOPDESK_RERANKER": "off"}  # fmt: skip
    return House(Settings.load(environ, Path("no.env")))


def timeless(played: Played) -> Played:
    turns = (replace(t, answer=replace(t.answer, took_ms=0.0)) for t in played.turns)
    return replace(played, turns=tuple(turns))


def test_two_processes_give_what_one_gives_in_the_same_order(house: House) -> None:
    talks = tuple(
        Conversation(f"c{n}", (Step(ASKED[n % 5]), Step(ASKED[n % 3]))) for n in range(FEW + 1)
    )
    (one,) = run(Order((house,), talks))
    (two,) = run(Order((house,), talks, processes=2))
    assert [timeless(p) for (p,) in one] == [timeless(p) for (p,) in two]
    assert [p.conversation.id for (p,) in two] == [talk.id for talk in talks]


def test_a_playing_is_not_held_to_what_was_tried_in_another(house: House, tmp_path: Path) -> None:
    demo = House(replace(house.settings, home=demo_home(tmp_path), kb=None))
    wrong, right = "l.fontaine@example.org", "marit.devries@example.com"
    talk = Conversation("order", (
        Step("where is my order JJ-10001"), Step(wrong),
        Step(right, expected=Expected(route=("order",), must_say=("JJ-10001", "delivered"))),
    ))  # fmt: skip
    ((playings,),) = run(Order((demo,), (talk,), repeat=8))
    assert all(played.passed for played in playings)


def test_a_shop_that_cannot_be_read_is_told_from_every_process(house: House) -> None:
    lost = replace(house, snapshot="0123456789abcdef")
    for processes, count in ((1, 1), (2, FEW + 1)):
        with pytest.raises(ShopdeskError, match="manifest"):
            run(Order((lost,), (RIGHT,) * count, processes=processes))


def test_the_command_fails_where_an_expectation_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, saved = tmp_path / "replays", tmp_path / "saved.jsonl"
    for talk in (RIGHT, WRONG):
        write_conversation(folder, talk)
    where = ["--home", str(tmp_path / "h"), "--kb", str(EMPTY_SHOP)]
    assert main(["replay", "run", str(folder), *where, "--json", "--save", str(saved)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["conversations"], told["passed"], told["failed"]) == (2, 1, 1)
    assert [line["conversation"] for line in told["failures"]] == ["wrong"]
    accepted = ["replay", "accept", str(folder), "--results", str(saved), "--turns", "wrong#1"]
    assert main(accepted) == 0
    words = ["replay", "run", str(folder), *where, "--against", str(saved)]
    assert main(words) == 0
    assert "2 passed, 0 failed" in capsys.readouterr().out


def pytest_of(folder: Path) -> str:
    """What pytest says of the replays in a folder."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    words = ["--replays", "replays", "--replays-kb", str(EMPTY_SHOP), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "pytest.ini", *words],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert "Traceback" not in done.stdout
    return done.stdout


def test_each_conversation_is_a_test_with_a_failure_that_can_be_read(tmp_path: Path) -> None:
    for talk in (RIGHT, WRONG):
        write_conversation(tmp_path / "replays", talk)
    told = pytest_of(tmp_path)
    assert "1 failed, 1 passed" in told
    assert "shopper: How can I reach you?" in told
    assert "✗ must_say: wanted 'by fax', got" in told


def test_a_file_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "replays").mkdir()
    (tmp_path / "replays" / "broken.yaml").write_text("version: 1\nturns:\n- sya: x\n")
    assert "broken.yaml:3: unknown field 'sya'; did you mean 'say'" in pytest_of(tmp_path)
