"""A conversation is played as its shopper had it; what was not shown cannot be pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import wire
from engine.desk import LocalDesk
from engine.errors import ShopdeskError
from engine.journal import Journal
from engine.replay.answered import differences
from engine.replay.comparing import Verdict, compare, counted, flipped
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.playing import Played, play
from engine.replay.results import figures, load, save
from engine.sessions import MemorySessions
from engine.types import Button, Delta
from tests.engine.plain_assistant import PlainAssistant, PlainPhrases

AT = datetime(2026, 11, 30, tzinfo=UTC)


class WithButton(PlainAssistant):
    """Shows one button with every answer."""

    def answer(self, message, session, *, deadline_s=20.0):  # type: ignore[no-untyped-def]
        for part in super().answer(message, session, deadline_s=deadline_s):
            if isinstance(part, Delta):
                yield part
            else:
                reply = replace(part.reply, buttons=(Button("A person", "human:"),))
                yield replace(part, reply=reply)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LocalDesk]:
    journal = Journal(f"sqlite:///{tmp_path}/j.sqlite3", durable=False)
    desk = LocalDesk(WithButton(), MemorySessions(), journal, PlainPhrases())
    yield desk
    desk.close()
    journal.close()


def played(desk: LocalDesk, *steps: Step, run: str = "0") -> Played:
    return asyncio.run(play(desk, Conversation("c", steps), AT, run))


def test_every_step_is_answered_in_one_conversation(desk: LocalDesk) -> None:
    found = played(desk, Step("one"), Step("two"))
    assert [t.answer.text for t in found.turns] == [
        "You said: one. That was number 1.", "You said: two. That was number 2.",
    ]  # fmt: skip
    assert found.passed


def test_another_playing_remembers_nothing_of_the_first(desk: LocalDesk) -> None:
    first, second = played(desk, Step("one")), played(desk, Step("one"), run="1")
    assert first.turns[0].answer.text == second.turns[0].answer.text


@pytest.mark.parametrize("press", ["human:", "A person", "a  PERSON"])
def test_a_button_is_pressed_by_its_action_or_its_label(desk: LocalDesk, press: str) -> None:
    found = played(desk, Step("one"), Step(press=press, expected=Expected(handoff="asked")))
    assert found.passed
    assert found.turns[1].answer.handoff == "asked"


def test_a_button_that_was_not_shown_cannot_be_pressed(desk: LocalDesk) -> None:
    found = played(desk, Step("one"), Step(press="Buy now"), Step("two"))
    assert [turn.passed for turn in found.turns] == [True, False, True]
    assert "no button 'Buy now' was shown; shown were: 'A person'" in (found.turns[1].answer.error)


@pytest.mark.parametrize("press", ["human:", "why:", "review:", "review:Nordic desk lamp"])
def test_what_stands_in_the_menu_is_pressed_though_no_answer_shows_it(
    desk: LocalDesk, press: str
) -> None:
    (turn,) = played(desk, Step(press=press)).turns
    assert turn.answer.error == ""


def test_a_failing_assistant_fails_the_turn_not_the_run(desk: LocalDesk) -> None:
    right = Expected(must_say=("number",))
    found = played(desk, Step("boom", expected=right), Step("one", expected=right))
    assert [turn.passed for turn in found.turns] == [False, True]


def test_a_change_is_better_worse_changed_or_the_same(desk: LocalDesk) -> None:
    wants = Expected(must_say=("said: one",))
    old = played(
        desk, *(Step("one", expected=wants), Step("two", expected=wants), Step("x"), Step("y"))
    )
    answers = [turn.answer for turn in old.turns]
    new = replace(old, turns=(
        replace(old.turns[0], answer=answers[1], grades=old.turns[1].grades),
        replace(old.turns[1], answer=answers[0], grades=old.turns[0].grades),
        replace(old.turns[2], answer=replace(answers[2], text="z", took_ms=9.9)),
        replace(old.turns[3], answer=replace(answers[3], took_ms=9.9, confidence=0.1)),
    ))  # fmt: skip
    changes = compare([old], [new])
    assert [c.verdict for c in changes] == [
        Verdict.WORSE, Verdict.BETTER, Verdict.CHANGED, Verdict.SAME,
    ]  # fmt: skip
    assert counted(changes) == {"same": 1, "better": 1, "worse": 1, "changed": 1}
    assert len(flipped(changes)) == 3
    assert changes[2].what == ("text",)


def test_other_spaces_are_no_other_answer(desk: LocalDesk) -> None:
    answer = played(desk, Step("one")).turns[0].answer
    assert differences(answer, replace(answer, text=f" {answer.text}\n")) == ()


def test_what_passes_only_sometimes_is_flaky_and_has_not_passed(desk: LocalDesk) -> None:
    good = played(desk, Step("one", expected=Expected(must_say=("one",))))
    turn = good.turns[0]
    bad = replace(good, turns=(replace(
        turn, answer=replace(turn.answer, text="other"),
        grades=(replace(turn.grades[0], passed=False),),
    ),))  # fmt: skip
    found = figures([(good, bad), (good, good)])
    assert (found["passed"], found["failed"], found["pass_k"]) == (1, 1, 0.5)
    assert found["flaky"] == ["c"]
    assert [line["expectation"] for line in found["failures"]] == ["must_say"]


def test_saved_answers_are_read_back(desk: LocalDesk, tmp_path: Path) -> None:
    found = played(desk, Step("one", expected=Expected(must_say=("no",))), Step(press="none"))
    save(tmp_path / "saved.jsonl", [(found,)])
    assert load(tmp_path / "saved.jsonl") == [found]


def test_a_broken_saved_file_is_told_with_its_line(desk: LocalDesk, tmp_path: Path) -> None:
    (tmp_path / "saved.jsonl").write_text(wire.dumps(played(desk, Step("one"))) + "\n{}\n")
    with pytest.raises(ShopdeskError, match=r"saved\.jsonl:2"):
        load(tmp_path / "saved.jsonl")
