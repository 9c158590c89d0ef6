"""One answer of one entry changed, and nothing else in its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.errors import KnowledgeError
from engine.types import Entry
from knowledge_base.problems import Problems
from knowledge_base.schema import MAX_ANSWER, SECTION, parse_entry
from knowledge_base.working_copy import WorkingCopy


def find_entry(copy: WorkingCopy, name: str) -> tuple[str, Entry]:
    """The file, as the working copy names it, and the entry of an id. Raises KnowledgeError."""
    folder = copy.folder / "faq"
    own = folder / f"{name}.md"
    for path in (own, *sorted(folder.glob("*.md"))):
        entry = parse_entry(path.read_text("utf-8"), path, Problems()) if path.is_file() else None
        if entry is not None and entry.id == name:
            return f"faq/{path.name}", entry
    raise KnowledgeError(
        f"no entry {name!r} among the shop's files", where="faq",
        mend="it was deleted or renamed since it was told, or its file has a mistake.",
    )  # fmt: skip


def with_answer(text: str, file: Path, language: str, answer: str) -> str:
    """An entry file's text with another answer in a language. Raises KnowledgeError."""
    before = _read(text, file)
    lines = next((m for m in SECTION.finditer(text) if m.group(1) == language), None)
    if lines is None:
        new = f"{text.rstrip()}\n\n## {language}\n{answer}\n"
    else:
        following = SECTION.search(text, lines.end())
        rest = f"\n{text[following.start() :]}" if following else ""
        new = f"{text[: lines.end()].rstrip()}\n{answer}\n{rest}"
    wanted = replace(before, answers={**before.answers, language: answer})
    if parse_entry(new, file, Problems()) != wanted:
        raise KnowledgeError(
            "this text cannot stand in an entry as it is", where=file.name,
            mend=f"begin no line with '##', and write at most {MAX_ANSWER} characters.",
        )  # fmt: skip
    return new


def _read(text: str, file: Path) -> Entry:
    problems = Problems()
    entry = parse_entry(text, file, problems)
    problems.raise_if_any()
    assert entry is not None
    return entry
