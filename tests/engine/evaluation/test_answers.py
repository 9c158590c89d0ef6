"""`eval answers`: figures that can be made again from the details, and no label is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ShopdeskError
from engine.evaluation.answer_questions import AnswerQuestion, read_answer_questions
from engine.evaluation.answers import answer_all, details, figures
from engine.evaluation.second_extractor import unsupported
from engine.generation.generator import Piece
from engine.grounding.doubt import LEAST
from engine.retrieval.answerable import PassageCheck
from engine.types import Passage, Prompt, Route

RETURNS = {
    "id": "r",
    "title": "Returns",
    "text": "You may return a lamp within 14 days. It is free.",
}
PARKING = {"id": "p", "title": "Parking", "text": "Cars may stand in the yard behind the shop."}


class Check(PassageCheck):
    """Counts a passage as an answer where it has the question's first word."""

    def __init__(self) -> None:
        """No encoder is asked."""

    def answerable(self, question: str, passage: Passage, language: str) -> float:
        return 0.9 if question.split()[0].lower() in passage.text.lower() else 0.1

    def least(self, language: str) -> float:
        return 0.5


class Says:
    """A generator that says one thing, and keeps what it was shown."""

    name = "says"

    def __init__(self, text: str) -> None:
        self.text = text
        self.prompts: list[Prompt] = []

    def stream(
        self, prompt: Prompt, *, request_id: str, deadline_s: float, max_tokens: int
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        yield self.text

    def cancel(self, request_id: str) -> None:
        """Nothing runs on."""

    def close(self) -> None:
        """Nothing is held."""


def asked(question: str, passages: Sequence[Any] = (RETURNS,), **more: Any) -> dict[str, Any]:
    return {"route": "faq", "language": "en", "question": question, "passages": list(passages),
            **more}  # fmt: skip


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def read(tmp_path: Path, *lines: object) -> tuple[AnswerQuestion, ...]:
    return read_answer_questions(written(tmp_path, *lines))


def test_the_model_sees_only_what_the_check_lets_pass(tmp_path: Path) -> None:
    says = Says("You may return it within 14 days.")
    questions = read(tmp_path, asked("return it?", [PARKING, RETURNS]), asked("bitcoin accepted?"))
    found = answer_all(questions, Check(), says)
    assert [p.title for p in says.prompts[0].passages] == ["Returns"]
    assert len(says.prompts) == 1
    assert [a.sent for a in found] == ["You may return it within 14 days.", ""]


def test_what_grounding_rejects_is_replaced_by_the_passage(tmp_path: Path) -> None:
    found = answer_all(read(tmp_path, asked("return it?")), Check(), Says("Within 30 days."))
    shown = figures(found)
    assert found[0].sent == RETURNS["text"]
    assert (shown["grounding_rejected"], shown["sent_verbatim"]) == (1.0, 1.0)
    assert (shown["worded_by_model"], shown["unsupported_sent"]) == (0.0, 0)


def test_what_the_model_doubted_is_counted_apart_from_what_grounding_rejects(
    tmp_path: Path,
) -> None:
    unsure = Piece("You may return it within 14 days.", [2 * LEAST])
    shown = figures(answer_all(read(tmp_path, asked("return it?")), Check(), Says(unsure)))
    assert (shown["doubted"], shown["grounding_rejected"], shown["sent_verbatim"]) == (1.0, 0, 1.0)


def test_a_perfect_answer_beats_copying(tmp_path: Path) -> None:
    reference = "You may return it within 14 days."
    shown = figures(answer_all(read(tmp_path, asked("return it?", reference=reference)), Check(),
                               Says(reference)))  # fmt: skip
    assert shown["rouge_l"] == shown["chrf"] == 100.0
    assert 0 < float(str(shown["rouge_l_copy"])) < 100
    assert 0 < float(str(shown["chrf_copy"])) < 100


def test_chinese_counts_by_character(tmp_path: Path) -> None:
    line = asked("退", [{"text": "退货要在14天内。"}], reference="14天内退货。") | {
        "language": "zh"
    }
    shown = figures(answer_all(read(tmp_path, line), Check(), Says("14天内可以退货。")))
    # Reference 14 天 内 退 货, sent 14 天 内 可 以 退 货: precision 5/7, recall 1.
    assert shown["rouge_l"] == pytest.approx(100 * 2 * (5 / 7) / (5 / 7 + 1), abs=0.01)
    assert shown["language_match"] == 1.0


def test_refusals_are_counted_by_label_and_labels_change_nothing(tmp_path: Path) -> None:
    lines = [asked("return it?", answerable=True), asked("return to Oslo?", answerable=False),
             asked("bitcoin?", answerable=False), asked("crypto?", answerable=True)]  # fmt: skip
    questions = read(tmp_path, *lines)
    found = answer_all(questions, Check(), Says("Within 14 days."))
    shown = figures(found)
    assert (shown["answerable_refused"], shown["unanswerable_answered"]) == (0.5, 0.5)
    blank = [replace(q, answerable=None, reference="") for q in questions]
    assert [a.sent for a in answer_all(blank, Check(), Says("Within 14 days."))] == [
        a.sent for a in found
    ]


def test_details_hold_what_the_figures_are_made_of(tmp_path: Path) -> None:
    found = answer_all(read(tmp_path, asked("return it?", answerable=True)), Check(), Says("Hm 7."))
    (line,) = details(found)
    assert line["worded_by"] == "operator"
    assert line["checks"] == [["Hm 7.", False, "quantity:7"]]
    assert line["passage_scores"] == [0.9]


def test_a_route_without_a_check_shows_all_passages_in_order(tmp_path: Path) -> None:
    says = Says("For you: Returns and Parking.")
    line = asked("x", [RETURNS, PARKING], reason="they are near") | {"route": "recommend"}
    answer_all(read(tmp_path, line), Check(), says)
    assert [p.title for p in says.prompts[0].passages] == ["Returns", "Parking"]
    assert (says.prompts[0].task, says.prompts[0].reason) == (Route.RECOMMEND, "they are near")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"route": "faq"', "delimiter|Expecting"),
        ("[]", "object"),
        (json.dumps(asked("x") | {"route": "smalltalk"}), "worded by no model"),
        (json.dumps(asked("x") | {"route": "dance"}), "dance"),
        (json.dumps(asked(" ")), "question"),
        (json.dumps(asked("x", [])), "passages"),
        (json.dumps(asked("x", [" "])), "without text"),
        (json.dumps(asked("x", [3])), "without text"),
        (json.dumps({"route": "faq"}), "no 'language'"),
        (json.dumps(asked("x", answerable="yes")), "answerable"),
    ],
)
def test_a_bad_line_is_named_with_its_mend(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(asked("good?")) + "\n" + line + "\n", "utf-8")
    with pytest.raises(ShopdeskError, match=what) as error:
        read_answer_questions(path)
    assert error.value.where == f"{path}:2"
    assert "passages" in error.value.mend


def test_an_empty_or_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\n\n")
    with pytest.raises(ShopdeskError, match="no question"):
        read_answer_questions(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ShopdeskError, match="not UTF-8"):
        read_answer_questions(path)


@pytest.mark.parametrize(
    ("sent", "source", "found"),
    [
        ("It is recommended for ages 3 and up.", "3 years & up.", []),
        ("It is recommended for ages 3-7.", "Recommended for ages: 3-7 years.", []),
        ("The battery lasts about 8 hours.", "I think it is 8hr a battery.", []),
        ("It is for ages 4 and up.", "3 years & up.", ["quantity:4"]),
        ("The battery lasts about 8 hours.", "It lasts 8 days.", ["quantity:8 hour"]),
    ],
)
def test_the_second_judge_knows_ages_and_hours_by_other_spellings(
    sent: str, source: str, found: list[str]
) -> None:
    assert [one.split(" year")[0] for one in unsupported(sent, [source])] == found
