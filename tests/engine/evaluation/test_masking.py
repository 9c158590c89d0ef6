"""What the masker finds against labels, in Presidio's form: figures, details, bad files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from bot.cli.eval import run_command
from engine.errors import SettingsError
from engine.evaluation.masking import (
    ENOUGH,
    KINDS,
    SpannedText,
    details,
    figures,
    mask_all,
    read_spanned_texts,
)


def span(text: str, value: str, name: str) -> dict[str, object]:
    start = text.index(value)
    return {
        "entity_type": name,
        "entity_value": value,
        "start_position": start,
        "end_position": start + len(value),
    }


def row(text: str, **labels: str) -> dict[str, object]:
    return {
        "full_text": text,
        "spans": [span(text, value, name) for name, value in labels.items()],
    }


MOVED = row("ann ann", PERSON="ann") | {"full_text": "bob ann"}
ROWS = [
    row("mail ann@example.com, Ann", EMAIL_ADDRESS="ann@example.com", PERSON="Ann"),
    row("mail bob@example.com"),
    row("by mail to carol at home", EMAIL_ADDRESS="carol at home"),
    row("below 40 euro"),
]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.json"
    path.write_text(json.dumps(ROWS), "utf-8")
    return path


def test_recall_counts_labels_and_precision_what_was_masked(texts: Path) -> None:
    found = figures(mask_all(read_spanned_texts(texts)))
    assert found["per_kind"] == {
        "email": {"recall": 0.5, "recall_whole": 0.5, "precision": 0.5, "n": 2, "masked": 2}
    }
    assert (found["n"], found["masked_texts"]) == (4, 2)


def test_a_label_that_nobody_masks_is_told(texts: Path) -> None:
    assert figures(mask_all(read_spanned_texts(texts)))["not_covered"] == {"PERSON": 1}


def test_lines_and_a_list_are_read_alike(texts: Path, tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text("".join(json.dumps(one) + "\n" for one in ROWS), "utf-8")
    assert read_spanned_texts(lines) == read_spanned_texts(texts)


def test_what_is_found_does_not_depend_on_the_labels(texts: Path) -> None:
    labelled = read_spanned_texts(texts)
    bare = [SpannedText(one.text, ()) for one in labelled]
    assert [one.found for one in mask_all(labelled)] == [one.found for one in mask_all(bare)]


def test_a_value_masked_as_another_kind_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "texts.json"
    path.write_text(json.dumps([row("ann@example.com", PHONE_NUMBER="ann@example.com")]), "utf-8")
    kinds = figures(mask_all(read_spanned_texts(path)))["per_kind"]
    assert isinstance(kinds, dict)
    assert (kinds["phone"]["recall"], kinds["phone"]["precision"]) == (0.0, None)
    assert (kinds["email"]["recall"], kinds["email"]["precision"]) == (None, 0.0)


@pytest.mark.parametrize(
    "written",
    [
        "{",
        '[{"full_text": "a"}]',
        '[{"full_text": 1, "spans": []}]',
        "[1]",
        json.dumps([MOVED]),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, written: str) -> None:
    path = tmp_path / "texts.json"
    path.write_text(written, "utf-8")
    with pytest.raises(SettingsError, match="not a file of labelled texts"):
        read_spanned_texts(path)


def test_all_figures_can_be_recomputed_from_the_details(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "details.jsonl"
    run_command(argparse.Namespace(what="masking", texts=texts, details=out, json=True))
    printed = json.loads(capsys.readouterr().out)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == printed["n"]
    labels = [one for line in lines for one in line["labels"] if one["kind"] == "email"]
    masked = [one for line in lines for one in line["masked"] if one["kind"] == "email"]
    email = printed["per_kind"]["email"]
    assert email["n"] == len(labels)
    assert email["recall"] == sum(one["covered"] >= ENOUGH for one in labels) / len(labels)
    assert email["recall_whole"] == sum(one["covered"] == 1 for one in labels) / len(labels)
    assert email["precision"] == sum(one["true"] for one in masked) / len(masked)


def test_a_text_without_labels_has_a_line_too() -> None:
    bare = details(mask_all([SpannedText("below 40 euro", ())]))
    assert bare == [{"text": "below 40 euro", "labels": [], "masked": []}]


def test_every_kind_that_the_shop_masks_has_a_label() -> None:
    assert set(KINDS.values()) == {
        "email", "phone", "card", "iban", "ip", "address", "url", "id",
    }  # fmt: skip
