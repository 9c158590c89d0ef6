"""The written drafts: what must be refused is, what is faithful passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grounding.reply import check_sentence
from tests.engine.grounding.drafts import Draft, load
from tests.growth import growth


def _passed(drafts: list[Draft]) -> list[Draft]:
    return [d for d in drafts if check_sentence(d.sentence, d.sources).passed]


SWAPPED, FLIPPED = ("swapped", "swapped_fresh"), ("flipped", "flipped_fresh")
FAITHFUL = ("faithful", "faithful_fresh", "faithful_held_out")


HELD_OUT_REFUSED = 0.9
"""Of the false drafts written after the rules were frozen, at least this part is refused."""


@pytest.mark.parametrize("name", [*SWAPPED, *FLIPPED, "refused", "attacks"])
def test_a_false_draft_is_refused(name: str) -> None:
    assert [d.sentence for d in _passed(load(name))] == []


@pytest.mark.parametrize("name", ["swapped_frozen", "flipped_frozen"])
def test_false_drafts_no_rule_was_made_for_are_nearly_all_refused(name: str) -> None:
    drafts = load(name)
    assert len(drafts) - len(_passed(drafts)) >= HELD_OUT_REFUSED * len(drafts)


@pytest.mark.parametrize("name", [*FAITHFUL, "faithful_frozen", "attacks_faithful"])
def test_at_least_95_percent_of_faithful_rewordings_pass(name: str) -> None:
    drafts = load(name)
    assert len(_passed(drafts)) >= 0.95 * len(drafts)


@pytest.mark.parametrize(("names", "least"), [(SWAPPED, 100), (FLIPPED, 50), (FAITHFUL, 200)])
def test_the_drafts_are_many_and_in_both_languages(names: tuple[str, ...], least: int) -> None:
    drafts = [d for name in names for d in load(name)]
    assert len(drafts) >= least
    assert sum(d.language == "zh" for d in drafts) >= 0.4 * len(drafts)


def test_every_refusal_names_its_reason_and_keeps_the_sentence() -> None:
    kinds = {"instruction", "promise", "link", "email", "phone", "code", "token"}
    kinds |= {"quantity", "name", "subject", "polarity", "unsupported", "loose"}
    for draft in [*load("swapped"), *load("flipped"), *load("refused")]:
        check = check_sentence(draft.sentence, draft.sources)
        assert check.sentence == draft.sentence
        assert check.reason.partition(":")[0] in kinds


@pytest.mark.parametrize("number", range(0, 40, 5))
def test_a_long_sentence_takes_no_longer_than_its_length_says(number: int) -> None:
    draft = load("faithful")[number]
    text = (draft.sentence * 8_000)[:8_000]
    assert growth(lambda sentence: check_sentence(sentence, draft.sources), text) < 25


PASSING = _passed(load("faithful"))
FALSE = load("swapped") + load("flipped")
WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}


def _respaced(sentence: str, spaces: str) -> str:
    return spaces + sentence.replace(" ", " " + spaces) + spaces


@given(st.sampled_from(PASSING), st.text(" \t\n", max_size=3))
def test_white_space_does_not_change_a_pass(draft: Draft, spaces: str) -> None:
    assert check_sentence(_respaced(draft.sentence, spaces), draft.sources).passed


@given(st.sampled_from(FALSE), st.text(" \t\n", max_size=3))
def test_white_space_does_not_change_a_refusal(draft: Draft, spaces: str) -> None:
    assert not check_sentence(_respaced(draft.sentence, spaces), draft.sources).passed


@pytest.mark.parametrize("draft", PASSING + FALSE, ids=lambda d: d.sentence[:24])
def test_full_width_digits_and_case_do_not_change_a_verdict(draft: Draft) -> None:
    check = check_sentence(draft.sentence, draft.sources)
    passed = check.passed
    assert check_sentence(draft.sentence.translate(WIDE), draft.sources).passed == passed
    if not check.reason.startswith("name"):  # a name is known by its capital
        assert check_sentence(draft.sentence.lower(), draft.sources).passed == passed
        assert check_sentence(draft.sentence.upper(), draft.sources).passed == passed
