"""The report's data: all that was played, in a page in which none of it can act."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.replay.answered import Answered
from engine.replay.comparing import compare
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.grading import grades
from engine.replay.playing import Played, PlayedTurn
from engine.replay.report import pieces, write_report
from engine.replay.results import figures

HOSTILE = "</script><img src=x onerror=document.title='owned'><!--<script> __SCRIPT__ \u2028"


def played(name: str, text: str, wanted: str = "", said: str = "", **fields: Any) -> Played:
    expected = Expected(must_say=(wanted,)) if wanted else Expected()
    step = Step("how long?", expected=expected, said=said)
    answer = Answered(text, "faq", "certain", "en", ("returns",), **fields)
    turn = PlayedTurn(step, answer, grades(step.expected, answer))
    return Played(Conversation(name, (step,), title=f"Talk {name}", file=f"{name}.yaml"), (turn,))


def data_of(path: Path) -> dict[str, Any]:
    found = re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def written(folder: Path, *runs: tuple[Played, ...], before: tuple[Played, ...] = ()) -> Path:
    changes = compare(before, [playings[0] for playings in runs])
    write_report(folder / "report.html", runs, changes, figures(runs))
    return folder / "report.html"


def only_turn(folder: Path, *playings: Played, before: tuple[Played, ...] = ()) -> dict[str, Any]:
    (talk,) = data_of(written(folder, playings, before=before))["conversations"]
    (turn,) = talk["turns"]
    found: dict[str, Any] = turn
    return found


def test_no_text_leaves_its_place_and_all_of_it_is_there(tmp_path: Path) -> None:
    path = written(tmp_path, (played("a", HOSTILE, HOSTILE, HOSTILE + "!"),))
    page = path.read_text("utf-8")
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert not re.search(r"https?://", page)
    (turn,) = data_of(path)["conversations"][0]["turns"]
    assert (turn["text"], turn["before"]["text"]) == (HOSTILE, HOSTILE + "!")
    assert turn["grades"][0] == {
        "name": "must_say", "passed": True, "wanted": HOSTILE, "got": HOSTILE
    }  # fmt: skip


def test_half_a_letter_of_a_broken_log_is_written(tmp_path: Path) -> None:
    assert only_turn(tmp_path, played("a", "half \ud83d"))["text"] == "half \ud83d"


def test_the_figures_are_those_given(tmp_path: Path) -> None:
    good, bad = played("good", "30 days", "30 days"), played("bad", "no", "30 days")
    given = {**figures([(good, good), (bad, bad)]), "seconds": 1.5}
    write_report(tmp_path / "r", [(good, good), (bad, bad)], [], given, saved=Path("s.jsonl"))
    data = data_of(tmp_path / "r")
    numbers = {name: value for name, value in given.items() if isinstance(value, int | float)}
    assert data["figures"] == numbers
    assert (data["repeat"], data["flaky"], data["compared"]) == (2, 0, {})
    assert data["saved"] == "s.jsonl"


def test_a_compared_answer_stands_beside_the_one_before(tmp_path: Path) -> None:
    old, new = played("a", "within 31 days", "30"), played("a", "within 30 days", "30")
    turn = only_turn(tmp_path, new, before=(old,))
    assert (turn["verdict"], turn["what"]) == ("better", ["text"])
    assert turn["before"]["pieces"] == ["within ", "31", " days"]
    assert turn["before"]["now"] == ["within ", "30", " days"]


def test_a_past_answer_stands_there_only_where_it_reads_differently(tmp_path: Path) -> None:
    assert only_turn(tmp_path, played("a", "30 days", said="30  Days"))["before"] is None
    assert only_turn(tmp_path, played("a", "30 days", said="31 days"))["before"]["from"] == "said"


def test_the_first_answer_is_shown_since_it_is_the_one_that_is_saved(tmp_path: Path) -> None:
    good, bad = played("a", "30 days", "30 days"), played("a", "a month", "30 days")
    turn = only_turn(tmp_path, good, bad, bad)
    assert turn["text"] == "30 days"
    assert [(o["text"], o["times"]) for o in turn["others"]] == [("a month", 2)]
    talk = data_of(tmp_path / "report.html")["conversations"][0]
    assert (talk["passed"], talk["flaky"], talk["times"]) == (False, True, [1, 3])


@pytest.mark.parametrize(
    ("one", "acceptable"),
    [
        (played("a", "no", "30 days"), True),
        (played("a", "31 days", said="30 days"), True),
        (played("a", "anything"), False),
        (played("a", "30 days", "30 days"), False),
        (played("a", "", "30 days", error="no button was shown"), False),
    ],
)
def test_only_what_failed_or_differs_is_accepted_and_only_where_the_file_would_change(
    tmp_path: Path, one: Played, acceptable: bool
) -> None:
    assert only_turn(tmp_path, one)["acceptable"] is acceptable


def test_nothing_of_a_log_can_be_accepted(tmp_path: Path) -> None:
    one = played("a", "no", "30 days")
    log = replace(one, conversation=replace(one.conversation, file="log.jsonl"))
    assert only_turn(tmp_path, log)["acceptable"] is False


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("in 31 days.", "in 30 days.", ["in ", "31", " days."], ["in ", "30", " days."]),
        ("从 14 天内", "从 30 天之内", ["从 ", "14", " 天内"], ["从 ", "30", " 天", "之", "内"]),
        ("costs €4.95", "costs €3.95", ["costs €", "4.95"], ["costs €", "3.95"]),
        ("one two", "three four", ["", "one two"], ["", "three four"]),
        ("", "", [""], [""]),
    ],
)
def test_words_are_marked_whole_and_chinese_by_the_letter(
    before: str, after: str, gone: list[str], come: list[str]
) -> None:
    assert pieces(before, after) == (gone, come)
    assert "".join(gone) == before
