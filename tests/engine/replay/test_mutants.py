"""A mutant is one change, which the seed chooses; the shop that has it can be published."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from engine.errors import ShopdeskError
from engine.replay import slips
from engine.replay.mutants import Kind, Mutant, mutants, write_mutant
from engine.retrieval.snapshot import file_hashes
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, Knowledge, load


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load(DEMO_SHOP)


@pytest.fixture(scope="module")
def made(known: Knowledge) -> tuple[Mutant, ...]:
    return mutants(known, 7, 40)


def test_the_same_seed_makes_the_same_changes_and_another_others(
    known: Knowledge, made: tuple[Mutant, ...]
) -> None:
    assert mutants(known, 7, 40) == made
    assert set(map(str, mutants(known, 8, 40))) != set(map(str, made))


def test_changes_are_spread_over_all_kinds_and_none_is_made_twice(
    made: tuple[Mutant, ...],
) -> None:
    counts = [sum(mutant.kind is kind for mutant in made) for kind in Kind]
    assert sum(counts) == 40
    assert counts == [5, 5, 5, 4, 4, 4, 4, 4, 4, 1] or min(counts[:-1]) >= 4
    assert len({(mutant.kind, mutant.subject, mutant.what) for mutant in made}) == 40


def test_a_mutant_differs_in_the_files_it_names_and_is_a_whole_shop(
    made: tuple[Mutant, ...], tmp_path: Path
) -> None:
    before = file_hashes(DEMO_SHOP)
    for number, mutant in enumerate(made):
        folder = tmp_path / str(number)
        write_mutant(mutant, DEMO_SHOP, folder)
        after = file_hashes(folder)
        changed = {name for name in before if after.get(name) != before[name]}
        assert changed == set(mutant.files)
        load(folder)


def test_a_shop_with_too_little_to_change_is_told() -> None:
    with pytest.raises(ShopdeskError, match="too little in this shop"):
        mutants(load(EMPTY_SHOP), 1, 40)


@pytest.mark.parametrize(
    ("text", "language"),
    [("You can return it within 30 days.", "en"), ("我们不能兑换现金。", "zh"),
     ("It is valid for 3 years.", "en"), ("No, there is no minimum order.", "en")],
)  # fmt: skip
def test_a_flipped_text_says_something_else(text: str, language: str) -> None:
    assert all(slips.flipped(text, language, Random(n)) != text for n in range(9))


@pytest.mark.parametrize("text", ["€4.95 within 5 working days", "运费 3.95 欧元，5 个工作日内"])
def test_a_wrong_number_or_unit_keeps_all_other_words(text: str) -> None:
    for n in range(9):
        other = slips.wrong_number(text, Random(n))
        assert other != text
        assert "".join(c for c in other if not c.isdigit()) == "".join(
            c for c in text if not c.isdigit()
        )
        assert slips.wrong_unit(text, Random(n)) != text


def test_a_text_without_amounts_has_no_wrong_number() -> None:
    assert slips.wrong_number("We are closed.", Random(1)) == "We are closed."
    assert slips.wrong_unit("We are closed.", Random(1)) == "We are closed."
