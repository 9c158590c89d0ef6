"""Each expectation is graded alone, and an amount is found however it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.replay.answered import Answered
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.grading import grades
from engine.replay.proposing import accepted, proposed, with_accepted

ANSWER = Answered(
    "You have 30 days. Shipping is €5.95.", "faq", "certain", "en", ("returns", "shipping"),
    ("lamp",), took_ms=20,
)  # fmt: skip


def failed(expected: Expected, answer: Answered = ANSWER) -> list[str]:
    return [grade.name for grade in grades(expected, answer) if not grade.passed]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (Expected(route=("faq",)), Expected(route=("recommend", "describe"))),
        (Expected(route=("recommend", "faq")), Expected(route=("order",))),
        (Expected(band=("certain", "likely")), Expected(band=("unsure",))),
        (Expected(entry=("returns",)), Expected(entry=("shipping",))),
        (Expected(products=("lamp",)), Expected(products=("lamp", "sofa"))),
        (Expected(must_say=("you HAVE  30",)), Expected(must_say=("60 days",))),
        (Expected(must_not_say=("60 days",)), Expected(must_not_say=("30 days",))),
        (Expected(language="en"), Expected(language="zh")),
        (Expected(handoff="none"), Expected(handoff="any")),
        (Expected(max_ms=20), Expected(max_ms=19)),
    ],
)
def test_an_expectation_fails_only_where_it_is_not_met(right: Expected, wrong: Expected) -> None:
    assert failed(right) == []
    assert len(failed(wrong)) == 1


@pytest.mark.parametrize("fact", ["30 days", "thirty days", "30 天", "5.95 EUR", "5.95 欧元"])
def test_a_fact_is_an_amount_in_any_writing(fact: str) -> None:
    assert failed(Expected(facts=(fact,))) == []


@pytest.mark.parametrize("fact", ["14 days", "30 EUR", "5.95 days", "30 hours"])
def test_another_number_or_unit_is_another_fact(fact: str) -> None:
    assert failed(Expected(facts=(fact,))) == ["facts"]


def test_each_reason_for_a_person_can_be_asked_for() -> None:
    upset = replace(ANSWER, handoff="upset")
    assert failed(Expected(handoff="any"), upset) == failed(Expected(handoff="upset"), upset) == []
    assert failed(Expected(handoff="asked"), upset) == ["handoff"]
    assert failed(Expected(handoff="none"), upset) == ["handoff"]


def test_what_could_not_be_played_has_failed_whatever_was_expected() -> None:
    assert failed(Expected(), Answered("", error="no such button")) == ["played"]


def test_what_is_proposed_of_an_answer_it_meets() -> None:
    assert failed(proposed(ANSWER)) == []
    assert proposed(ANSWER).facts == ("30 days", "€5.95")


def test_accepting_changes_what_failed_and_nothing_else() -> None:
    wrong = Expected(("order",), entry=("returns",), must_say=("60 days",), facts=("14 days",))
    made = accepted(wrong, ANSWER)
    assert failed(made) == []
    assert (made.route, made.entry, made.must_say) == (("faq",), ("returns",), ())
    assert accepted(Expected(), ANSWER) == proposed(ANSWER)
    right = Expected(("faq",), must_say=("30 days",))
    assert accepted(right, ANSWER) == right


def test_only_the_turns_named_are_accepted() -> None:
    wrong = Expected(("order",))
    talk = Conversation("c", (Step("a", expected=wrong), Step("b", expected=wrong)))
    made = with_accepted(talk, [ANSWER, ANSWER], [2])
    assert [step.expected.route for step in made.steps] == [("order",), ("faq",)]
    whole = with_accepted(talk, [ANSWER, ANSWER], None)
    assert [step.expected.route for step in whole.steps] == [("faq",), ("faq",)]
