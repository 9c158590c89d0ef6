"""Played conversations as figures, as a file, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import wire
from engine.errors import ShopdeskError
from engine.replay.answered import differences
from engine.replay.playing import Played
from knowledge_base.store import write_atomically

Runs = Sequence[tuple[Played, ...]]
"""Each conversation's playings."""


def figures(runs: Runs) -> dict[str, Any]:
    """Counts over all conversations.

    `pass_k`: share of them that passed every time, pass^k as in tau-bench (Yao et al., 2024);
    `flaky`: those that did not go the same way each time.
    """
    firsts = [playings[0] for playings in runs]
    passed = [all(played.passed for played in playings) for playings in runs]
    return {
        "conversations": len(runs),
        "turns": sum(len(played.turns) for played in firsts),
        "expectations": sum(len(turn.grades) for played in firsts for turn in played.turns),
        "passed": sum(passed),
        "failed": len(passed) - sum(passed),
        "pass_k": round(sum(passed) / len(passed), 4) if passed else 0.0,
        "flaky": [p[0].conversation.id for p in runs if _flaky(p)],
        "failures": [line for playings in runs for line in failures(playings)],
    }


def failures(playings: Sequence[Played]) -> list[dict[str, Any]]:
    """Each expectation that failed in the first playing that did not pass."""
    failed = next((played for played in playings if not played.passed), None)
    if failed is None:
        return []
    return [
        {
            "conversation": failed.conversation.id, "turn": number,
            "where": f"{failed.conversation.file}:{turn.step.line}",
            "asked": turn.step.say or f"[{turn.step.press}]", "expectation": grade.name,
            "wanted": grade.wanted, "got": grade.got,
        }
        for number, turn in enumerate(failed.turns, 1)
        for grade in turn.grades
        if not grade.passed
    ]  # fmt: skip


def save(path: Path, runs: Runs) -> None:
    """Write the first playing of each conversation, one JSON document a line."""
    lines = (wire.dumps(playings[0]) for playings in runs)
    write_atomically(path, "".join(f"{line}\n" for line in lines))


def load(path: Path) -> list[Played]:
    """What `save` wrote. Raises ShopdeskError naming file and line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ShopdeskError("cannot be read", where=str(path),
                            mend="name a file that --save wrote.") from error  # fmt: skip
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(wire.loads(Played, line))
        except wire.WireError as error:
            raise ShopdeskError(
                f"no played conversation ({error})", where=f"{path}:{number}",
                mend="name a file that --save of this version wrote.",
            ) from None  # fmt: skip
    return found


def _flaky(playings: Sequence[Played]) -> bool:
    first = playings[0]
    return any(
        turn.passed != other.passed or differences(turn.answer, other.answer)
        for played in playings[1:]
        for turn, other in zip(first.turns, played.turns, strict=True)
    )
