"""An entry as a form: what an operator typed, as a checked entry or with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from pathlib import Path

from starlette.datastructures import FormData

from engine.types import Entry
from knowledge_base.problems import Problem, Problems
from knowledge_base.schema import (
    ID_RULE,
    IDENTIFIER,
    MAX_ANSWER,
    format_entry,
    parse_entry,
)

MOST_LETTERS = 100_000
"""Of all fields together: far more than an entry has, and read back in well under a second."""
DATES = ("valid_from", "valid_until", "last_checked")


@dataclass(frozen=True, slots=True)
class LanguageForm:
    """One language's part: its title, its questions one a line, its answer."""

    title: str = ""
    questions: str = ""
    answer: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not (self.title.strip() or self.questions.strip() or self.answer.strip())


@dataclass(frozen=True, slots=True)
class EntryForm:
    """All fields as typed."""

    id: str = ""
    languages: Mapping[str, LanguageForm] = field(default_factory=dict)
    tags: str = ""
    owner: str = ""
    audience: str = "everyone"
    hidden: bool = False
    dates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; `reason` is a text of the pages, in English."""

    field: str
    reason: str


def form_of(entry: Entry, languages: Sequence[str]) -> EntryForm:
    """The form an entry is edited in; languages beyond the shop's stay."""
    codes = dict.fromkeys((*languages, *entry.questions, *entry.answers, *entry.titles))
    return EntryForm(
        entry.id,
        {
            code: LanguageForm(
                entry.titles.get(code, ""), "\n".join(entry.questions.get(code, ())),
                entry.answers.get(code, ""),
            )
            for code in codes
        },
        ", ".join(entry.tags), entry.owner, entry.audience, entry.hidden,
        {name: str(getattr(entry, name) or "") for name in DATES},
    )  # fmt: skip


def empty_form(languages: Sequence[str]) -> EntryForm:
    """The form of an entry to be made."""
    return EntryForm(languages={code: LanguageForm() for code in languages})


def typed_form(data: FormData, languages: Sequence[str]) -> EntryForm:
    """What came from a browser. Languages are those named in it that can be codes."""

    def text(name: str) -> str:
        value = data.get(name, "")
        return unix(value) if isinstance(value, str) else ""

    named = [name.partition(":")[2] for name in data if name.startswith("answer:")]
    codes = dict.fromkeys(
        (*languages, *(code for code in named if code.replace("-", "").isalnum()))
    )
    return EntryForm(
        text("id").strip(),
        {
            code: LanguageForm(
                text(f"title:{code}"), text(f"questions:{code}"), text(f"answer:{code}")
            )
            for code in codes
        },
        text("tags"), text("owner").strip(), text("audience").strip() or "everyone",
        text("hidden") == "on", {name: text(name).strip() for name in DATES},
    )  # fmt: skip


def checked(form: EntryForm, languages: Sequence[str]) -> tuple[Entry | None, list[Fault]]:
    """The entry a form says, or its faults."""
    if _letters(form) > MOST_LETTERS:
        return None, [Fault("", "This is too long for one entry: split it.")]
    faults: list[Fault] = []
    if not IDENTIFIER.match(form.id):
        faults.append(Fault("id", ID_RULE))
    elif form.id == "new":
        faults.append(Fault("id", "Choose another short name; this one is a page."))
    dates = {name: _day(form.dates.get(name, ""), name, faults) for name in DATES}
    if (begin := dates["valid_from"]) and (end := dates["valid_until"]) and begin > end:
        faults.append(Fault("valid_until", "It ends before it begins."))
    said = {code: part for code, part in form.languages.items() if not part.empty}
    for code, part in said.items():
        faults += _language_faults(code, part)
    if not any(part.answer.strip() for part in said.values()):
        faults.append(Fault(f"answer:{languages[0]}", "Write the answer in at least one language."))
    if not any(lines(part.questions) for part in said.values()):
        faults.append(Fault(f"questions:{languages[0]}",
                            "Write at least one question, as a shopper would ask it."))  # fmt: skip
    if faults:
        return None, faults
    entry = _entry(form, said, dates)
    return _read_back(entry, languages)


def _letters(form: EntryForm) -> int:
    parts = (text for one in form.languages.values() for text in astuple(one))
    return sum(map(len, (form.id, form.tags, form.owner, form.audience, *form.languages, *parts)))


def _entry(
    form: EntryForm, said: Mapping[str, LanguageForm], dates: Mapping[str, date | None]
) -> Entry:
    first = next(iter(said.values()))
    return Entry(
        id=form.id,
        titles={c: p.title.strip() for c, p in said.items() if p.title.strip()}
        or {next(iter(said)): lines(first.questions)[0] if lines(first.questions) else form.id},
        questions={c: lines(p.questions) for c, p in said.items() if lines(p.questions)},
        answers={c: p.answer.strip() for c, p in said.items() if p.answer.strip()},
        tags=words(form.tags),
        owner=form.owner, audience=form.audience, hidden=form.hidden,
        valid_from=dates["valid_from"], valid_until=dates["valid_until"],
        last_checked=dates["last_checked"],
    )  # fmt: skip


def _read_back(entry: Entry, languages: Sequence[str]) -> tuple[Entry | None, list[Fault]]:
    """The same entry, if its file says what the form said."""
    problems = Problems()
    again = parse_entry(format_entry(entry), Path(f"{entry.id}.md"), problems, languages)
    if problems.found or again is None:
        return None, [Fault("", problem.reason) for problem in problems.found]
    if again != entry:
        # A line of the answer that begins with ## would begin another language.
        return None, [Fault("", "A line of the answer begins with '##'; write it another way.")]
    return entry, []


def _language_faults(code: str, part: LanguageForm) -> list[Fault]:
    found = []
    if len(part.answer.strip()) > MAX_ANSWER:
        found.append(Fault(f"answer:{code}", "The answer is too long for one message."))
    if part.answer.strip() and not part.questions.strip() and not part.title.strip():
        found.append(Fault(f"title:{code}", "An answer needs a title or a question."))
    return found


def _day(text: str, name: str, faults: list[Fault]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault(name, "Write a date such as 2026-11-02."))
        return None


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text that say something, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def words(text: str) -> tuple[str, ...]:
    """The words a text lists with commas, each once."""
    said = (word.strip() for word in text.replace("，", ",").split(","))
    return tuple(dict.fromkeys(word for word in said if word))


def unix(text: str) -> str:
    """With the line ends files are written with; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def laid_out(text: str) -> str:
    """A file's text as the console would write it; as it is where it cannot be read."""
    entry = parse_entry(text, Path("entry.md"), Problems())
    return format_entry(entry) if entry else text


def checked_today(form: EntryForm, today: date) -> EntryForm:
    """The form, looked at today."""
    return replace(form, dates={**form.dates, "last_checked": str(today)})


def worded(problems: Sequence[Problem]) -> list[Fault]:
    """What is wrong with a file, as faults of the whole form."""
    return [Fault("", f"{problem.file}:{problem.line}: {problem.reason}") for problem in problems]
