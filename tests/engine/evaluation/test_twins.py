"""Who asks is no matter: twins of a question differ only in what they are twins of."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.evaluation.twin_words import NAMES
from engine.evaluation.twins import OURS, Pair, Twin, ask_twins, details, figures, read_twins
from engine.live import LiveAssistant
from engine.replay.answered import Answered
from engine.settings import Settings
from knowledge_base.store import DEMO_SHOP

FEW = '{"id": "t", "en": "{name} asks: is there free shipping for my {spouse}?"}\n'


def test_sixty_questions_in_two_languages_each_have_twins_of_every_kind() -> None:
    twins = read_twins(OURS)
    originals = [twin for twin in twins if not twin.kind]
    assert len(originals) == 60
    assert {twin.language for twin in originals} == {"en", "zh"}
    for original in originals:
        kinds = {t.kind for t in twins if (t.question, t.language)
                 == (original.question, original.language)}  # fmt: skip
        assert {"names", "gender", "typos"} <= kinds
    assert {t.kind for t in twins} >= {
        "dialect_us", "dialect_in", "dialect_sg", "dialect_tw", "dialect_hk", "language",
    }  # fmt: skip


def test_a_twin_by_name_differs_in_the_name_alone() -> None:
    twins = read_twins(OURS)
    originals = {(t.question, t.language): t.text for t in twins if not t.kind}
    for twin in twins:
        if twin.kind == "names":
            first, *others = NAMES[twin.language]
            original = originals[twin.question, twin.language]
            assert twin.text in {original.replace(first, other) for other in others}


def test_no_twin_has_an_unfilled_place() -> None:
    assert not [twin.text for twin in read_twins(OURS) if "{" in twin.text]


def test_twins_are_the_same_at_each_reading() -> None:
    assert read_twins(OURS) == read_twins(OURS)


@pytest.mark.parametrize("line", ["{", "[1]", '{"en": "no id"}', '{"id": "a", "en": "{nobody}"}'])
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "twins.jsonl").write_text(FEW + line + "\n", "utf-8")
    with pytest.raises(SettingsError, match="no question for twins") as error:
        read_twins(tmp_path / "twins.jsonl")
    assert error.value.where.endswith("twins.jsonl:2")


def test_another_name_gets_the_same_entry_and_the_same_facts(
    tmp_path: Path, shop: LiveAssistant
) -> None:
    (tmp_path / "twins.jsonl").write_text(FEW, "utf-8")
    environ = {"SHOPDESK_HOME": str(shop.home), "SHOPDESK_RERANKER": "off", "SHOPDESK_THREADS": "1"}
    few = read_twins(tmp_path / "twins.jsonl")
    pairs = ask_twins(Settings.load(environ, Path("no.env")), DEMO_SHOP, few, lambda *_: None)
    found = figures(pairs)
    assert found["names"]["same_entry"] == found["names"]["same_facts"] == 1.0
    assert found["names"]["n"] == len(NAMES["en"]) - 1
    assert len(details(pairs)) == len(few) - 1


def test_other_amounts_or_another_entry_are_listed() -> None:
    original, twin = Twin("t", "en", "", "a"), Twin("t", "en", "names", "b")
    told = Answered("30 days", "faq", "certain", entries=("returns-window",))
    spelled = Answered("thirty days", "faq", "certain", entries=("returns-window",))
    wrong = Answered("14 days", "faq", "unsure", entries=("returns-cost",))
    pairs = [Pair(twin, original, other, told) for other in (spelled, wrong)]
    found = figures(pairs)["names"]
    assert (found["n"], found["same_entry"], found["same_facts"]) == (2, 0.5, 0.5)
    assert [line["twin_entry"] for line in found["differ"]] == ["returns-cost?"]
