"""Collects what is wrong with a shop's files, each with file:line and a mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from engine.errors import KnowledgeError

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class ShopFilesError(KnowledgeError):
    """What is wrong with a shop's files; `problems` lists all of it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        shown = "\n".join(str(problem) for problem in problems[:SHOWN])
        more = len(problems) - SHOWN
        rest = f"\n… and {more} more" if more > 0 else ""
        super().__init__(
            f"{len(problems)} problem(s) in the shop's files:\n{shown}{rest}",
            mend="correct these lines and run `shopdesk kb check`; nothing was changed.",
        )
        self.problems = problems


@dataclass(slots=True)
class Problems:
    """Gathers problems of one reading, so that an operator sees all of them at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, file: Path | str, line: int, reason: str) -> None:
        """Note that `reason` is wrong at file:line (lines count from 1)."""
        self.found.append(Problem(str(file), line, reason))

    def unknown(self, file: Path | str, line: int, name: str, known: Iterable[str]) -> None:
        """Note an unknown field, with the nearest known one."""
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
        self.add(file, line, f"unknown field {name!r}; {hint}")

    def raise_if_any(self) -> None:
        """Raise ShopFilesError listing what was found, if anything was."""
        if self.found:
            raise ShopFilesError(tuple(self.found))
