"""What the journal holds can be played again, masked, and says nothing of who it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.journal import Journal
from engine.replay.conversation import Expected
from engine.replay.grading import grades
from engine.replay.recording import journaled
from engine.replay.writing import as_yaml
from engine.types import Band, Citation, Message, Reply, Route

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(f"sqlite:///{tmp_path}/j.sqlite3", durable=False)
    yield opened
    opened.close()


def record(
    journal: Journal, conversation: str, question: str, hours: float = 0,
    action: str | None = None, route: Route = Route.FAQ,
) -> None:  # fmt: skip
    reply = Reply(
        f"On {question}: 30 days.", route, Band.CERTAIN, 0.9, "en",
        citations=(Citation("entry:returns", "Returns"),),
    )  # fmt: skip
    at = AT + timedelta(hours=hours)
    message = Message(f"{conversation}{hours}", conversation, "s", question, at, action=action)
    journal.record_turn(message, question, reply)


def test_each_conversation_is_one_and_in_its_order(journal: Journal) -> None:
    for hours, (name, question) in enumerate([("b", "1"), ("a", "2"), ("b", "3")]):
        record(journal, name, question, hours)
    found = [[step.say for step in made.steps] for made in journaled(journal, AT)]
    assert sorted(found) == [["1", "3"], ["2"]]


def test_a_day_of_silence_begins_another_conversation(journal: Journal) -> None:
    for hours in (0, 23, 48):
        record(journal, "a", str(hours), hours)
    assert [[s.say for s in made.steps] for made in journaled(journal, AT)] == [["0", "23"], ["48"]]


def test_only_what_was_asked_since_then_and_of_whom_is_named(journal: Journal) -> None:
    record(journal, "a", "old", -100)
    record(journal, "a", "new")
    record(journal, "b", "new too")
    assert [[s.say for s in made.steps] for made in journaled(journal, AT, ["a"])] == [["new"]]


def test_of_many_those_that_went_on_last_are_taken(journal: Journal) -> None:
    for hours, name in enumerate("abcab"):
        record(journal, name, f"{name}{hours}", hours)
    found = [[s.say for s in made.steps] for made in journaled(journal, AT, most=2)]
    assert sorted(found) == [["a0", "a3"], ["b1", "b4"]]


def test_a_pressed_button_is_pressed_again(journal: Journal) -> None:
    record(journal, "a", "", 0, "details:lamp")
    ((step,),) = [made.steps for made in journaled(journal, AT)]
    assert (step.say, step.press) == ("", "details:lamp")


@pytest.mark.parametrize("action", ["mydata:", "export:", "erase:", "link:yes-1.2.3", "unlink:"])
def test_what_somebody_did_with_their_own_data_is_not_played_again(
    journal: Journal, action: str
) -> None:
    record(journal, "a", "asked", 0)
    record(journal, "a", "", 1, action)
    record(journal, "b", "", 2, action)
    assert [[step.say for step in made.steps] for made in journaled(journal, AT)] == [["asked"]]


def test_what_is_proposed_is_met_by_what_was_answered(journal: Journal) -> None:
    from engine.replay.answered import Answered

    record(journal, "a", "how long")
    ((step,),) = [made.steps for made in journaled(journal, AT, propose=True)]
    assert step.expected.entry == ("returns",)
    assert step.expected.facts == ("30 days",)
    told = Answered(step.said, "faq", "certain", "en", ("returns",))
    assert all(grade.passed for grade in grades(step.expected, told))


def test_what_an_order_is_about_is_in_no_file(journal: Journal) -> None:
    record(journal, "a", "where is JJ-1", 0, route=Route.ORDER)
    record(journal, "a", "⟦email:1⟧", 1, route=Route.ORDER)
    (made,) = journaled(journal, AT, propose=True)
    assert [step.said for step in made.steps] == ["", ""]


def test_what_was_masked_is_not_expected_to_be_answered_as_then(journal: Journal) -> None:
    record(journal, "a", "my mail is ⟦email:1⟧, how long?")
    ((step,),) = [made.steps for made in journaled(journal, AT, propose=True)]
    assert step.expected == Expected()


def test_nobody_is_named_by_a_file(journal: Journal) -> None:
    record(journal, "telegram:4711", "how long")
    (made,) = journaled(journal, AT, propose=True)
    assert "4711" not in as_yaml(made)
    assert made.id.startswith("2026-11-30-")
