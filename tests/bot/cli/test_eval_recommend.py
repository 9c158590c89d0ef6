"""`shopdesk eval recommend`: figures as JSON from either kind of file, or what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.recommend.names import KINDS
from tests.engine.recommend.worlds import chains

WORLD = chains(60, days=80)
QUICK = ("--seeds", "1", "--minutes", "0.02")
MODELS = {"popularity", "item_knn", "recent_item_knn", "transformer", "blend"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPDESK_THREADS", "1")


@pytest.fixture
def sequences(tmp_path: Path) -> Path:
    """Everyone's products, in a line each."""
    path = tmp_path / "sequences.txt"
    path.write_text("".join(
        " ".join([name, *(WORLD.products[p] for p in WORLD.product[WORLD.of(shopper)])]) + "\n"
        for shopper, name in enumerate(WORLD.shoppers)
    ))  # fmt: skip
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Everyone's events, at noon of days since 1 March 2026, and a title for each product."""
    path = tmp_path / "events.csv"
    lines = ["user,item,time,event,title"]
    for row, shopper in enumerate(WORLD.shopper):
        time = 1_772_323_200 + 86_400 * (WORLD.day[row] + 0.5)
        item = WORLD.products[WORLD.product[row]]
        event = KINDS[WORLD.kind[row]]
        lines.append(f"{WORLD.shoppers[shopper]},{item},{time:.0f},{event},LAMP {item}")
    path.write_text("\n".join(lines) + "\n")
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[dict[str, Any], str]:
    assert main(["eval", "recommend", *map(str, words), "--json"]) == OK
    told = capsys.readouterr()
    found: dict[str, Any] = json.loads(told.out)
    return found, told.err


def test_sequences_are_judged_and_the_lines_written(
    sequences: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, err = run(capsys, "--sequences", sequences, *QUICK, "--details", tmp_path / "d.jsonl")
    assert set(found) == {"models", "protocol", "told_because"}
    assert set(found["models"]) == MODELS
    for figures in found["models"].values():
        assert set(figures) == {"ndcg_at_10", "recall_at_10", "coverage_at_10", "fit_seconds"}
        assert set(figures["ndcg_at_10"]) == {"mean", "spread"}
    assert "leave-one-out" in found["protocol"]
    assert err.startswith("reading\nseed 0, loss ")
    lines = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == len(WORLD)
    hits = [len(set(line["blend"]) & set(line["relevant"])) for line in lines]
    assert found["models"]["blend"]["recall_at_10"]["mean"] == pytest.approx(
        sum(hits) / len(hits), abs=1e-5
    )


def test_events_are_judged_after_the_cut(events: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, err = run(capsys, "--events", events, "--cut", "2026-05-01", *QUICK)
    assert set(found["models"]) == MODELS
    assert "cut in time" in found["protocol"]
    assert "reading titles (30 of 30)" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of them"),
        (("--sequences", "s", "--events", "e"), "not both"),
        (("--events", "e"), "--events needs --cut"),
        (("--events", "e", "--cut", "1.10.2026"), "'1.10.2026' is no day"),
        (("--sequences", "s", "--cut", "2026-10-01"), "sequences have no times"),
        (("--sequences", "s", "--seeds", "0"), "--seeds"),
        (("--sequences", "s", "--minutes", "0"), "--minutes"),
        (("--sequences", "s", "--minutes", "nan"), "--minutes"),
        (("--sequences", "absent.txt"), "absent.txt"),
        (("--events", "absent.csv", "--cut", "2026-10-01"), "absent.csv"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_named(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert main(["eval", "recommend", *words]) == BAD_INPUT
    told = capsys.readouterr().err
    assert said in told
    assert "Mend:" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ("2026-03-01", "no event before"),
        ("2030-01-01", "no event since"),
        ("2026-03-03", "bought anything new"),
    ],
)
def test_a_cut_needs_events_on_both_sides(
    events: Path, capsys: pytest.CaptureFixture[str], cut: str, said: str
) -> None:
    assert main(["eval", "recommend", "--events", str(events), "--cut", cut]) == BAD_INPUT
    told = capsys.readouterr().err
    assert said in told
    assert "events.csv" in told
    assert "Mend:" in told


def test_short_sequences_judge_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.txt").write_text("u a b\nv c\n")
    assert main(["eval", "recommend", "--sequences", "s.txt"]) == BAD_INPUT
    assert "three items" in capsys.readouterr().err


def test_a_broken_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.txt").write_text("u a b\nv\n")
    assert main(["eval", "recommend", "--sequences", "s.txt"]) == BAD_INPUT
    assert "s.txt:2: 'v' stands alone" in capsys.readouterr().err
