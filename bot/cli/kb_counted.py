"""What came of an import, counted and listed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from bot.cli.common import print_json
from engine.errors import KnowledgeError
from knowledge_base.problems import SHOWN


class Refused(Protocol):
    """A line that does not go in, and why."""

    @property
    def line(self) -> int: ...  # noqa: D102

    @property
    def reason(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Counted:
    """How many things are new, other than before, as before; and the lines refused."""

    added: int
    changed: int
    same: int
    refused: Sequence[Refused]


def show_counted(
    arguments: argparse.Namespace, name: str, counted: Counted, kind: str = "events"
) -> None:
    """One line of counts, then the refused lines."""
    would = "would be " if arguments.dry_run else ""
    changed = f", {counted.changed} {would}changed" if kind != "events" else ""
    print(
        f"{name}: {kind}: {counted.added} {would}added{changed}, "
        f"{counted.same} the same, {len(counted.refused)} refused"
    )
    for line in _listed(counted.refused):
        print(line)


def refuse_strictly(
    arguments: argparse.Namespace, name: str, refused: Sequence[Refused], what: str
) -> NoReturn:
    """Raise KnowledgeError for a file with refused lines, after printing them where JSON is due."""
    if arguments.json:
        print_json(Counted(0, 0, 0, tuple(refused)))
    raise KnowledgeError(
        "\n".join((f"{len(refused)} line(s) {what}:", *_listed(refused))),
        where=name,
        mend="correct them, or import the others without --strict; nothing was added.",
    )


def _listed(refused: Sequence[Refused]) -> list[str]:
    more = len(refused) - SHOWN
    lines = [f"line {one.line}: {one.reason}" for one in refused[:SHOWN]]
    return [*lines, f"… and {more} more"] if more > 0 else lines
