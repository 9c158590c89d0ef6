"""Entries as Markdown files with front matter: text in, checked values out, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from engine.types import Entry
from knowledge_base.problems import Problems
from knowledge_base.yaml_lines import load_with_lines

IDENTIFIER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
ID_RULE = "1-40 letters, digits, '.', '_' or '-', starting with a letter or digit"
FIELDS = (
    "id", "title", "tags", "owner", "audience", "hidden", "valid_from", "valid_until",
    "last_checked", "questions",
)  # fmt: skip
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
SECTION = re.compile(r"^##\s+(\S+)\s*$", re.MULTILINE)
MAX_ANSWER = 3500


def parse_entry(
    text: str, file: Path, problems: Problems, languages: Sequence[str] = ()
) -> Entry | None:
    """One entry file's text as an Entry, or None with what is wrong added to `problems`.

    `languages`: the shop's; an answer in another one would never be told. Empty allows all.
    """
    before = len(problems.found)
    front, body, body_line = _split(text, file, problems)
    if front is None:
        return None
    fields, lines = _fields(front, file, problems)
    if len(problems.found) > before and not fields:
        # Unreadable as a whole: what its fields lack is no second problem.
        return None
    unsaid = fields.get("hidden") is True
    answers = _answers(body, body_line, file, problems, languages, unsaid=unsaid)
    entry = _entry(fields, lines, answers, file, problems)
    return entry if len(problems.found) == before else None


def format_entry(entry: Entry) -> str:
    """The entry as its file's text; `parse_entry` reads the same value back."""
    front: dict[str, Any] = {"id": entry.id, "title": dict(entry.titles)}
    front["tags"] = list(entry.tags)
    for name in ("owner", "valid_from", "valid_until", "last_checked"):
        if value := getattr(entry, name):
            front[name] = value
    if entry.audience != "everyone":
        front["audience"] = entry.audience
    if entry.hidden:
        front["hidden"] = True
    front["questions"] = {language: list(asked) for language, asked in entry.questions.items()}
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=100)
    body = "\n\n".join(f"## {language}\n{text}" for language, text in entry.answers.items())
    return f"---\n{head}---\n{body}\n"


def _split(text: str, file: Path, problems: Problems) -> tuple[str | None, str, int]:
    lines = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    if lines[0].strip() != "---":
        problems.add(file, 1, "the file must begin with a line '---' and its front matter")
        return None, "", 0
    ends = [number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"]
    if not ends:
        problems.add(file, 1, "the front matter is not closed by a second line '---'")
        return None, "", 0
    return "\n".join(lines[1 : ends[0]]), "\n".join(lines[ends[0] + 1 :]), ends[0] + 2


def _fields(front: str, file: Path, problems: Problems) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        values, found = load_with_lines(front)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        problems.add(file, line, f"not readable as YAML: {getattr(error, 'problem', error)}")
        return {}, {}
    except ValueError as error:
        problems.add(file, 2, f"the front matter is not usable: {error}")
        return {}, {}
    lines = {name: line + 1 for name, line in found.items()}
    for name in lines:
        if name not in FIELDS:
            problems.unknown(file, lines[name], name, FIELDS)
    return values, lines


def _answers(
    body: str, first_line: int, file: Path, problems: Problems, languages: Sequence[str], *,
    unsaid: bool,
) -> dict[str, str]:  # fmt: skip
    """`unsaid`: nobody is told it yet, so that an answer may still be missing."""
    answers: dict[str, str] = {}
    found = list(SECTION.finditer(body))
    for section, following in zip(found, [*found[1:], None], strict=False):
        language = section.group(1)
        line = first_line + body.count("\n", 0, section.start())
        text = body[section.end() : following.start() if following else len(body)].strip()
        if not LANGUAGE.match(language):
            problems.add(file, line, f"'## {language}' is not a language code such as en or zh")
        elif languages and language not in languages:
            known = ", ".join(languages)
            problems.add(file, line, f"'## {language}' is none of the shop's languages ({known}); "
                         "mend the heading, or add it to `languages` in shop.yaml")  # fmt: skip
        elif language in answers:
            problems.add(file, line, f"a second answer in {language!r}")
        elif not text and unsaid:
            continue
        elif not text:
            problems.add(file, line, f"the answer in {language!r} is empty")
        elif len(text) > MAX_ANSWER:
            problems.add(file, line, f"the answer has {len(text)} characters, over {MAX_ANSWER}")
        answers[language] = text
    if not answers and not unsaid:
        problems.add(file, first_line, "no answer: write a line '## en' and the answer below it")
    return answers


def _entry(
    fields: Mapping[str, Any],
    lines: Mapping[str, int],
    answers: Mapping[str, str],
    file: Path,
    problems: Problems,
) -> Entry | None:
    def wrong(name: str, reason: str) -> None:
        problems.add(file, lines.get(name, 1), f"{name}: {reason}")

    identifier = str(fields.get("id", ""))
    if not IDENTIFIER.match(identifier):
        wrong("id", f"{identifier!r} must be {ID_RULE}")
    questions = _texts_by_language(fields.get("questions"), "questions", wrong)
    if not any(questions.values()):
        wrong("questions", "at least one example question is needed")
    titles = _texts_by_language(fields.get("title"), "title", wrong)
    dates = {name: _date(fields.get(name), name, wrong) for name in
             ("valid_from", "valid_until", "last_checked")}  # fmt: skip
    if not isinstance(fields.get("hidden", False), bool):
        wrong("hidden", "true or false")
    return Entry(
        id=identifier,
        titles={language: asked[0] for language, asked in titles.items() if asked},
        questions=questions,
        answers=dict(answers),
        tags=_words(fields.get("tags", []), "tags", wrong),
        owner=str(fields.get("owner", "")),
        audience=str(fields.get("audience", "everyone")),
        hidden=fields.get("hidden", False) is True,
        **dates,
    )


def _texts_by_language(value: Any, name: str, wrong: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        wrong(name, "must be keyed by language, such as 'en: …' and 'zh: …'")
        return {}
    texts: dict[str, tuple[str, ...]] = {}
    for language, given in value.items():
        listed = given if isinstance(given, list) else [given]
        if not LANGUAGE.match(str(language)):
            wrong(name, f"{language!r} is not a language code such as en or zh")
        if not all(isinstance(text, str | int | float) and str(text).strip() for text in listed):
            wrong(name, f"an empty or unreadable line under {language!r}; quote it")
        texts[str(language)] = tuple(str(text).strip() for text in listed)
    return texts


def _words(value: Any, name: str, wrong: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        wrong(name, "must be a list, such as [shipping, returns]")
        return ()
    return tuple(str(word) for word in value)


def _date(value: Any, name: str, wrong: Any) -> date | None:
    # A moment is a date to Python, but cannot be compared with one.
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    wrong(name, f"{value!r} is not a date such as 2026-11-02")
    return None
