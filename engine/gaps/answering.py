"""Answers a gap: the entry among the shop's files, a saved test question, and who waits noted."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import KnowledgeError
from engine.gaps.closing import Closed, close
from engine.gaps.collecting import ANSWERED, bare
from engine.journal import Journal
from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.reading import read_conversation, replay_files
from engine.replay.writing import write_conversation
from engine.types import Entry
from knowledge_base.problems import Problems
from knowledge_base.schema import format_entry, parse_entry
from knowledge_base.store import REPLAYS
from knowledge_base.working_copy import WorkingCopy

if TYPE_CHECKING:
    from engine.gaps.clustering import Gap

TAG = "gap"
WHY = "answers a gap"


@dataclass(frozen=True, slots=True)
class Answered:
    """`change`: its id in the history, None where the entry stood there so already; `replays`: the
    saved test questions; `waiting`: conversations that will be told once it is live.
    """

    entry: str
    change: int | None
    replays: tuple[Path, ...]
    waiting: int


def read_answer(file: Path, languages: tuple[str, ...]) -> Entry:
    """The entry of a file that an operator wrote. Raises KnowledgeError, OSError."""
    problems = Problems()
    entry = parse_entry(file.read_text("utf-8"), file, problems, languages)
    problems.raise_if_any()
    assert entry is not None
    if entry.hidden or not entry.answers:
        raise KnowledgeError(
            "nobody would be told this entry", where=str(file),
            mend="write its answer and take out `hidden: true`.",
        )  # fmt: skip
    return entry


def answer_gap(
    gap: Gap, entry: Entry, by: str, *, working_copy: WorkingCopy, journal: Journal, at: datetime,
    expected: str | None = None, file: str = "",
) -> Answered:  # fmt: skip
    """Save the entry, then a test question in each language, then note who waits.

    What a crash left undone is done when it is called again. `expected`: the version of the
    entry's file the operator began with ("": none), by default what stands there now. `file`: the
    entry's, where it is not named by its id. Raises ChangedMeanwhileError, KnowledgeError,
    StoreError, OSError.
    """
    file = file or f"faq/{entry.id}.md"
    text = format_entry(entry)
    began = working_copy.version(file) if expected is None else expected
    done = working_copy.read(file) == text
    change = None if done else working_copy.apply(
        {file: text}, by=by, why=f"{WHY} ({gap.id})", expected={file: began}
    )  # fmt: skip
    folder = working_copy.folder / REPLAYS
    replays = tuple(
        write_conversation(folder, conversation) for conversation in saved_questions(gap, entry)
    )
    close(journal, gap, Closed(gap.id, ANSWERED, entry.id, by, at))
    return Answered(entry.id, change, replays, gap.waiting)


def saved_questions(gap: Gap, entry: Entry) -> Iterator[Conversation]:
    """The most central question, and where it was asked in more languages one of each."""
    said = {gap.language: gap.title}
    for variant in gap.variants:
        said.setdefault(variant.language, variant.words)
    for language, words in said.items():
        name = f"gap-{gap.id}" if language == gap.language else f"gap-{gap.id}-{language}"
        step = Step(say=words, expected=Expected(entry=(entry.id,)))
        yield Conversation(
            id=name, steps=(step,), title=f"A gap answered by {entry.id}", tags=(TAG,),
            language=language,
        )  # fmt: skip


def forget_saved_questions(folder: Path, gap: str, words: Set[str]) -> int:
    """Delete a gap's test questions that only a forgotten shopper worded so; how many."""
    found = [path for path in folder.glob(f"gap-{gap}*.yaml") if _says(path, words)]
    for path in found:
        path.unlink()
    return len(found)


def _says(path: Path, words: Set[str]) -> bool:
    (file,) = replay_files([path])
    known = read_conversation(file, Problems())
    # One that cannot be read might say it too.
    return known is None or any(bare(step.say) in words for step in known.steps)
