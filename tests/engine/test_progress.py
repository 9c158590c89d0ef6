"""Progress that goes into a log is plain lines, and not too many."""

from __future__ import annotations

import pytest

from engine.progress import shown_stages, shown_steps, shown_work


def test_steps_in_a_log_are_a_line_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_steps("reading") as step:
        for done in range(1001):
            step(done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["reading", *(f"reading {tenth}0 %" for tenth in range(1, 11))]


def test_the_work_is_named_before_its_first_step(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_steps("reading"):
        assert capsys.readouterr().err == "reading\n"


def test_stages_in_a_log_are_named_and_the_first_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown_stages(True, 200) as (step, advance):
        step("downloading")
        advance(100)
        advance(100)
        step("converting")
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["downloading", "downloading 50 %", "downloading 100 %", "converting"]


def test_stages_that_are_not_shown_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_stages(False, 200) as (step, advance):
        step("downloading")
        advance(100)
    assert capsys.readouterr().err == ""


def test_work_in_a_log_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_work("reading") as tell:
        tell("seed 0", 1, 3)
        tell("seed 1", 2, 3)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["reading", "seed 0 (1 of 3)", "seed 1 (2 of 3)"]
