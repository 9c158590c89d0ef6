"""Questions with the passages they may be answered from: JSON lines, errors with file and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ShopdeskError
from engine.types import Passage, Route, SourceKind

ROUTES = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
KINDS = {
    Route.FAQ: SourceKind.ENTRY,
    Route.RECOMMEND: SourceKind.PRODUCT,
    Route.DESCRIBE: SourceKind.PRODUCT,
    Route.REVIEW: SourceKind.REVIEW,
}
MEND = (
    'write one object a line: {"route": "faq", "language": "en", "question": "…", '
    '"passages": ["…"], "reference": "…", "answerable": true}.'
)


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """One question. `reference` and `answerable` are labels, "" and None where unknown.

    `reason`: for recommend, why these products, as the draft must word it.
    """

    route: Route
    language: str
    question: str
    passages: tuple[Passage, ...]
    reference: str = ""
    answerable: bool | None = None
    reason: str = ""


def read_answer_questions(path: Path) -> tuple[AnswerQuestion, ...]:
    """The questions of a file. Raises ShopdeskError naming file, line and mend."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ShopdeskError(
            f"not UTF-8 text (byte {error.start})", where=str(path), mend="save it as UTF-8."
        ) from None
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(_question(json.loads(line)))
            except (ValueError, TypeError) as error:
                raise ShopdeskError(
                    f"not a question with passages ({error})", where=f"{path}:{number}", mend=MEND
                ) from None
    if not found:
        raise ShopdeskError("no question", where=str(path), mend=MEND)
    return tuple(found)


def _question(line: Any) -> AnswerQuestion:
    if not isinstance(line, Mapping):
        raise TypeError("a JSON object is missing")
    if missing := [n for n in ("route", "language", "question", "passages") if n not in line]:
        raise ValueError(f"no {missing[0]!r}")
    route = Route(line["route"])
    if route not in ROUTES:
        raise ValueError(f"route {route.value} is worded by no model")
    question, language = line["question"], line["language"]
    if not (isinstance(question, str) and question.strip() and isinstance(language, str)):
        raise ValueError("question and language must be texts")
    passages = line["passages"]
    if not isinstance(passages, list) or not passages:
        raise ValueError("passages must be a list with at least one")
    answerable = line.get("answerable")
    if answerable not in (True, False, None, ""):
        raise ValueError("answerable must be true or false")
    return AnswerQuestion(
        route=route,
        language=language,
        question=question,
        passages=tuple(_passage(p, i, route, language) for i, p in enumerate(passages, 1)),
        reference=str(line.get("reference") or ""),
        answerable=answerable if isinstance(answerable, bool) else None,
        reason=str(line.get("reason") or ""),
    )


def _passage(given: Any, number: int, route: Route, language: str) -> Passage:
    if isinstance(given, str):
        given = {"text": given}
    text = given.get("text") if isinstance(given, Mapping) else None
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a passage without text")
    name, title = str(given.get("id") or number), str(given.get("title") or "")
    return Passage(f"{KINDS[route]}:{name}", KINDS[route], title, text, language)
