"""Masking on whole corpora: our Chinese and harmless texts, and Presidio's where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.evaluation.masking import figures, mask_all, read_spanned_texts
from engine.privacy import mask

OWN = Path(__file__).parent.parent / "data" / "masking"
SHARED = Path(os.environ.get("SHOPDESK_DATA") or Path(__file__).parents[3] / "shared" / "data")
PRESIDIO = SHARED / "presidio" / "synth_dataset_v2.json"
LEAST = 0.95

HARMLESS = (OWN / "harmless.txt").read_text("utf-8").splitlines()


def kinds_of(path: Path) -> dict[str, dict[str, float]]:
    found = figures(mask_all(read_spanned_texts(path)))["per_kind"]
    assert isinstance(found, dict)
    return found


def test_the_corpora_are_large_and_hold_no_text_twice() -> None:
    chinese = [one.text for one in read_spanned_texts(OWN / "chinese.jsonl")]
    assert len(set(chinese)) == len(chinese) >= 200
    assert len(set(HARMLESS)) == len(HARMLESS) >= 200


@pytest.mark.parametrize("text", HARMLESS)
def test_nothing_harmless_is_masked(text: str) -> None:
    assert mask(text, {}) == (text, {})


@pytest.mark.parametrize("kind", ["address", "card", "email", "iban", "id", "ip", "phone", "url"])
def test_chinese_personal_data_is_masked(kind: str) -> None:
    found = kinds_of(OWN / "chinese.jsonl")[kind]
    assert (found["recall"] >= LEAST, found["precision"] >= LEAST) == (True, True), found


@pytest.mark.skipif(not PRESIDIO.exists(), reason="Presidio's texts are not in SHOPDESK_DATA")
def test_presidios_personal_data_is_masked() -> None:
    found = kinds_of(PRESIDIO)
    assert set(found) == {"address", "card", "email", "iban", "ip", "phone"}
    low = {k: f for k, f in found.items() if min(f["recall"], f["precision"]) < LEAST}
    assert low == {}
