"""Entries of an import as tables have them: merged by id, and checked as entry files are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.types import Entry
from knowledge_base.importers.texts import language_of, short_id, slug
from knowledge_base.importers.values import Imported, Refused, Row, Told
from knowledge_base.problems import Problems
from knowledge_base.schema import LANGUAGE, format_entry, parse_entry

BY_LANGUAGE = {"title": "titles", "questions": "questions", "answer": "answers"}
DATES = ("valid_from", "valid_until", "last_checked")
PLAIN = ("id", "tags", "owner", "audience", "hidden", *DATES)
SIMPLE = ("id", "question", "answer", "language", "title", "tags")
WORDS_OF_AN_ID = 6
YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")
Lines = list[tuple[int, Row]]
EMPTY = Entry("", {}, {}, {})


def entry_row(entry: Entry, languages: Sequence[str]) -> Row:
    """An entry as one row of a table; questions are lines of a cell."""
    row = {"id": entry.id, "tags": ";".join(entry.tags), "owner": entry.owner,
           "audience": entry.audience, "hidden": "true" if entry.hidden else ""}  # fmt: skip
    row |= {name: value.isoformat() if (value := getattr(entry, name)) else "" for name in DATES}
    for code in languages:
        row[f"title_{code}"] = entry.titles.get(code, "")
        asked = (" ".join(text.split("\n")) for text in entry.questions.get(code, ()))
        row[f"questions_{code}"] = "\n".join(asked)
        row[f"answer_{code}"] = entry.answers.get(code, "")
    return row


def entry_columns(languages: Sequence[str]) -> tuple[str, ...]:
    """The columns of `entry_row`."""
    texts = (f"{name}_{code}" for name in BY_LANGUAGE for code in languages)
    return ("id", *texts, *(name for name in PLAIN if name != "id"))


def merge_entries(
    told: Iterable[Told], folder: Path, known: Iterable[Entry], languages: Sequence[str]
) -> Imported:
    """What rows of entries change in faq/, by id; a column that a row lacks keeps what is there.

    Rows are one an entry (`questions_en`, `answer_en`, …), or one a question (`question`,
    `answer`, `language`), several rows an id.
    """
    entries = {entry.id: entry for entry in known}
    paths = _Paths(folder)
    refused: list[Refused] = []
    files: dict[str, str] = {}
    added = changed = same = 0
    for name, rows in _by_id(told, refused).items():
        before = entries.get(name)
        try:
            after, text = _checked(_entry(name, rows, before, languages), languages)
        except ValueError as error:
            refused.extend(Refused(line, str(error)) for line, _ in rows)
            continue
        if after == before:
            same += 1
            continue
        added, changed = added + (before is None), changed + (before is not None)
        files[paths.of(name)] = text
    refused.sort(key=lambda one: one.line)
    return Imported("entries", added, changed, same, tuple(refused), files)


def _by_id(told: Iterable[Told], refused: list[Refused]) -> dict[str, Lines]:
    found: dict[str, Lines] = {}
    latest = ""
    for line, row in told:
        if isinstance(row, str):
            refused.append(Refused(line, row))
            continue
        name = row.get("id", "")
        if not name and "question" in row:
            # A further question of the entry above, or an entry that has no name yet.
            name = latest if latest and not row.get("answer") else _named(row["question"])
        if not name:
            refused.append(Refused(line, "id: missing"))
        elif name in found and "question" not in row:
            refused.append(Refused(line, f"id {name!r} stands in line {found[name][0][0]} too"))
        else:
            found.setdefault(name, []).append((line, row))
            latest = name
    return found


def _named(question: str) -> str:
    words = slug(question).split("-")
    return short_id("-".join(words[:WORDS_OF_AN_ID]) if words != [""] else question)


def _entry(name: str, rows: Lines, before: Entry | None, languages: Sequence[str]) -> Entry:
    entry = before or replace(EMPTY, id=name)
    if "question" in rows[0][1]:
        return _from_questions(entry, [row for _, row in rows])
    return _from_row(entry, rows[0][1], {code.casefold(): code for code in languages})


def _from_row(entry: Entry, row: Row, codes: Mapping[str, str]) -> Entry:
    values: dict[str, object] = {}
    for column, field in BY_LANGUAGE.items():
        texts: dict[str, object] = dict(getattr(entry, field))
        for name, cell in row.items():
            code = name.removeprefix(f"{column}_").removeprefix(f"{column}s_")
            if code == name or not LANGUAGE.match(code):
                continue
            code = codes.get(code, code)  # Columns come in lower case: zh-hant is zh-Hant.
            value = _lines(cell) if column == "questions" else cell
            texts.pop(code, None)
            if value:
                texts[code] = value
        values[field] = texts
    values |= {name: _date(row[name], name) for name in DATES if name in row}
    if "hidden" in row:
        values["hidden"] = _yes(row["hidden"], "hidden")
    if "tags" in row:
        values["tags"] = _tags(row["tags"])
    if "owner" in row:
        values["owner"] = row["owner"]
    if "audience" in row:
        values["audience"] = row["audience"] or EMPTY.audience
    return replace(entry, **values)  # type: ignore[arg-type]


def _from_questions(entry: Entry, rows: Sequence[Row]) -> Entry:
    questions: dict[str, list[str]] = {}
    answers: dict[str, str] = {}
    titles: dict[str, str] = {}
    for row in rows:
        asked, answer = row["question"], row.get("answer", "")
        code = row.get("language") or language_of(asked or answer)
        if asked:
            questions.setdefault(code, []).extend(_lines(asked))
        if answer and answers.setdefault(code, answer) != answer:
            raise ValueError(f"two answers in {code!r}; give each its own id")
        if row.get("title"):
            titles[code] = row["title"]
    tags = next((_tags(row["tags"]) for row in rows if row.get("tags")), entry.tags)
    said = {code: tuple(dict.fromkeys(asked)) for code, asked in questions.items()}
    titles = {code: asked[0] for code, asked in said.items()} | dict(entry.titles) | titles
    return replace(entry, questions={**entry.questions, **said}, titles=titles, tags=tags,
                   answers={**entry.answers, **answers})  # fmt: skip


def _checked(entry: Entry, languages: Sequence[str]) -> tuple[Entry, str]:
    """The entry as its file will be read. Raises ValueError with what is wrong with it."""
    text = format_entry(entry)
    problems = Problems()
    read = parse_entry(text, Path("entry"), problems, languages)
    if read is None:
        raise ValueError("; ".join(dict.fromkeys(one.reason for one in problems.found)))
    if read != entry:
        raise ValueError("its file would not be read back as it is; most likely an answer holds a "
                         "line such as '## en', which would begin another answer")  # fmt: skip
    return read, text


def _lines(cell: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def _tags(cell: str) -> tuple[str, ...]:
    parts = re.split(r"[;\n]" if ";" in cell else r"[,，；\n]", cell)
    return tuple(part.strip() for part in parts if part.strip())


def _date(cell: str, name: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell[:10])
    except ValueError:
        raise ValueError(f"{name}: {cell!r} is not a date such as 2026-11-02") from None


def _yes(cell: str, name: str) -> bool:
    if cell.casefold() in YES:
        return True
    if cell.casefold() in NO:
        return False
    raise ValueError(f"{name}: {cell!r} is neither true nor false")


class _Paths:
    """Where each entry's file lies: under its id, unless the shop has it under another name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, str] | None = None

    def of(self, name: str) -> str:
        usual = f"faq/{name}.md"
        if self._found is None:
            self._found = self._read()
        return self._found.get(name, usual)

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in sorted((self._folder / "faq").glob("*.md")):
            entry = parse_entry(path.read_text("utf-8"), path, Problems())
            if entry is not None:
                found[entry.id] = f"faq/{path.name}"
        return found
