"""An interrupted run goes on where it ended, and gives what a whole run gives."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.errors import SettingsError
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.house import House
from engine.replay.playing import Played
from engine.replay.resuming import kept
from engine.replay.running import CHUNK, Order, run
from engine.replay.writing import write_conversation
from engine.settings import Settings
from knowledge_base.store import EMPTY_SHOP

ASKED = ("How can I reach you?", "hello", "联系方式", "the meaning of life")
TALKS = tuple(Conversation(f"c{n}", (Step(ASKED[n % 4]),)) for n in range(CHUNK + 9))


class StopError(Exception):
    pass


@pytest.fixture
def order(tmp_path: Path) -> Order:
    environ = {"SHOPDESK_HOME": str(tmp_path), "SHOPDESK_KB": str(EMPTY_SHOP),
               "SHOPDESK_RERANKER": "off"}  # fmt: skip
    house = House(Settings.load(environ, Path("no.env")))
    return Order((house, house), TALKS)


def timeless(played: Played) -> Played:
    turns = (replace(t, answer=replace(t.answer, took_ms=0.0)) for t in played.turns)
    return replace(played, turns=tuple(turns))


def interrupted_after(count: int, order: Order, path: Path) -> None:
    def told(done: int, whole: int) -> None:
        if done == count:
            raise StopError

    with pytest.raises(StopError):
        run(order, told, kept=kept(path, order))


def test_a_run_goes_on_where_it_was_interrupted(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    interrupted_after(19, order, path)
    resumed = kept(path, order)
    assert len(resumed.played) == 19
    told: list[int] = []
    gone_on = run(order, lambda done, whole: told.append(done), kept=resumed)
    assert told == list(range(20, len(TALKS) + 1))
    whole = run(order)
    assert [[timeless(p) for (p,) in house] for house in gone_on] == [
        [timeless(p) for (p,) in house] for house in whole
    ]


def test_a_line_cut_short_is_played_again(order: Order, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    interrupted_after(5, order, path)
    path.write_bytes(path.read_bytes()[:-20])
    assert len(kept(path, order).played) == 4


@pytest.mark.parametrize("other", ["conversations", "repeat", "model", "clock"])
def test_what_another_run_kept_is_refused(order: Order, tmp_path: Path, other: str) -> None:
    path = tmp_path / "kept"
    kept(path, order)
    (first, second) = order.houses
    changed = {
        "conversations": replace(order, conversations=TALKS[1:]),
        "repeat": replace(order, repeat=2),
        "model": replace(order, houses=(replace(first, with_model=True), second)),
        "clock": replace(order, at=order.at.replace(year=2031)),
    }[other]
    with pytest.raises(SettingsError, match="another snapshot"):
        kept(path, changed)


def test_the_command_keeps_a_file_only_while_there_is_something_to_go_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "h"))
    monkeypatch.setenv("SHOPDESK_RERANKER", "off")
    expected = Expected(entry=("contact",))
    write_conversation(tmp_path / "a.yaml", Conversation("a", (Step(ASKED[0], expected=expected),)))
    words = ["replay", "run", "a.yaml", "--kb", str(EMPTY_SHOP), "--resume", "kept", "--json"]
    assert main(words) == OK
    assert json.loads(capsys.readouterr().out)["passed"] == 1
    assert not (tmp_path / "kept").exists()
    (tmp_path / "kept").write_text("something else\n", "utf-8")
    assert main(words) == BAD_INPUT
    assert (tmp_path / "kept").read_text("utf-8") == "something else\n"
