"""Planted contradictions are found, look-alikes let be: what `eval contradictions` counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, OK, main

HERE = Path(__file__).parent


def evaluated(
    pairs: Path, capsys: pytest.CaptureFixture[str], details: Path | None = None
) -> dict[str, int]:
    extra = ["--details", str(details)] if details else []
    assert main(["eval", "contradictions", "--pairs", str(pairs), *extra]) == OK
    figures: dict[str, int] = json.loads(capsys.readouterr().out)
    return figures


def test_sixteen_of_twenty_contradictions_are_found_and_two_false_at_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    details = tmp_path / "details.jsonl"
    figures = evaluated(HERE / "pairs.yaml", capsys, details)
    assert (figures["planted"], figures["harmless"]) == (20, 20)
    assert figures["found"] >= 16
    assert figures["false"] <= 2
    lines = [json.loads(line) for line in details.read_text("utf-8").splitlines()]
    assert sum(d["warned"] and d["contradicts"] for d in lines) == figures["found"]


def test_what_is_found_does_not_depend_on_the_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (HERE / "held_out_pairs.yaml").read_text("utf-8")
    bare = tmp_path / "bare.yaml"
    bare.write_text("\n".join(line for line in text.splitlines() if "contradicts:" not in line))
    warned = []
    for path in (HERE / "held_out_pairs.yaml", bare):
        evaluated(path, capsys, tmp_path / "d.jsonl")
        lines = (tmp_path / "d.jsonl").read_text("utf-8").splitlines()
        warned.append([json.loads(line)["warned"] for line in lines])
    assert warned[0] == warned[1]


@pytest.mark.parametrize("text", ["- id: x", "{", "- {id: x, one: {en: {asks: a, says: b}}}", "7"])
def test_what_is_no_pair_is_refused_by_place_and_mend(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.yaml").write_text(text)
    code = main(["eval", "contradictions", "--pairs", str(tmp_path / "pairs.yaml")])
    assert code == BAD_INPUT
    assert "pairs.yaml" in capsys.readouterr().err
