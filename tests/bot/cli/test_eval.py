"""`shopdesk eval`: figures of a shop nobody tuned for; it never peeks, and says what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import BAD_INPUT, OK, main
from engine.benchmarks.many_entries import many_entries

STRANGERS = ("what will the weather be tomorrow", "tell me a joke about cats", "who won the match")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Entries and queries of a small shop: each entry's third example is asked."""
    folder = tmp_path_factory.mktemp("eval")
    entries = list(many_entries(10_000))[:: 10_000 // 40]
    rows = [(e.id, q) for e in entries for q in e.questions["en"][:2]]
    write(folder / "entries.csv", ("id", "question"), rows)
    asked = [(e.questions["en"][2], e.id) for e in entries] + [(s, "none") for s in STRANGERS]
    write(folder / "queries.csv", ("text", "id"), asked)
    write(folder / "blank.csv", ("text", "id"), [(text, "") for text, _ in asked])
    return folder


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(rows)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPDESK_HOME", str(tmp_path / "home"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["eval", *map(str, arguments), "--json"]) == OK
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_faq_prints_every_figure_and_draws(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(capsys, "faq", "--entries", files / "entries.csv", "--queries",
                files / "queries.csv", "--out-of-scope", "none", "--tune",
                "--details", tmp_path / "d.jsonl", "--pictures", tmp_path / "p")  # fmt: skip
    assert set(found) == {
        "n", "p_at_1", "mrr", "recall_at_5", "in_scope_accuracy", "oos_recall", "mcc",
        "wrong_among_answered", "threshold", "ece", "latency_ms", "build_seconds",
    }  # fmt: skip
    assert found["n"] == 43
    assert found["p_at_1"] > 0.5
    lines = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text("utf-8").splitlines()]
    inside = [line for line in lines if line["label"] != "none"]
    first = sum(line["ranked"][0] == line["label"] for line in inside) / len(inside)
    assert first == pytest.approx(found["p_at_1"], abs=1e-4)
    assert {path.name for path in (tmp_path / "p").iterdir()} == {
        "reliability.svg", "risk_coverage.svg",
    }  # fmt: skip


@pytest.mark.parametrize("tune", [(), ("--tune",)])
def test_with_the_labels_blank_the_predictions_are_the_same(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], tune: tuple[str, ...]
) -> None:
    made = []
    for name in ("queries.csv", "blank.csv"):
        run(capsys, "faq", "--entries", files / "entries.csv", "--queries", files / name,
            "--out-of-scope", "none", "--details", tmp_path / name, *tune)  # fmt: skip
        lines = (tmp_path / name).read_text("utf-8").splitlines()
        made.append([{k: v for k, v in json.loads(line).items() if k != "label"} for line in lines])
    assert made[0] == made[1]


def test_pairs_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "How do I pay?\tWhat ways of paying are there?\t1\n"
        "How do I pay?\tWhere is my parcel?\t0\n"
        "Is it waterproof?\tDo you have gift cards?\t0\n", "utf-8",
    )  # fmt: skip
    assert run(capsys, "pairs", "--pairs", pairs) == {"n": 3, "auc": 1.0}


def test_search_finds_products_and_breaks_no_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "p.csv", ("sku", "name", "category", "color", "price", "stock"), (
        ("A1", "Oak desk lamp", "lighting", "black", "40", "3"),
        ("A2", "Steel desk lamp", "lighting", "red", "90", "2"),
        ("B1", "Wool blanket", "textiles", "red", "60", "1"),
    ))  # fmt: skip
    write(tmp_path / "q.csv", ("query", "sku"), (
        ("a desk lamp under 50", "A1"), ("red blanket", "B1"), ("A2", "A2"),
        ("dsk lamp, red", "A2"),
    ))  # fmt: skip
    found = run(capsys, "search", "--products", tmp_path / "p.csv", "--queries", tmp_path / "q.csv")
    assert found["n"] == 4
    assert found["constraint_violations"] == 0
    assert found["p_at_1"] == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text,label\nhi,x\n", "no column 'id'"),
        ("", "no column"),
        ("id,question\n,How much?\n", "an entry without id"),
        ("id,question\nx,\n", "no entry with a question"),
    ],
)
def test_a_broken_table_is_named_by_file_and_line(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "e.csv").write_text(text, "utf-8")
    arguments = ["--entries", str(tmp_path / "e.csv"), "--queries", str(files / "queries.csv")]
    assert main(["eval", "faq", *arguments]) == BAD_INPUT
    told = capsys.readouterr().err
    assert said in told
    assert "e.csv:" in told
    assert "Mend:" in told
    assert "Traceback" not in told


def test_what_is_missing_on_the_command_line_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "faq"]) == BAD_INPUT
    assert "--entries" in capsys.readouterr().err
