"""A report of played conversations as one HTML page that needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.replay.answered import Answered
from engine.replay.comparing import Change
from engine.replay.playing import Played, PlayedTurn
from engine.replay.results import Runs
from knowledge_base.store import write_atomically

TEMPLATE = Path(__file__).with_name("report.html")
PLACE = "__DATA__"


def write_report(
    path: Path, runs: Runs, changes: Sequence[Change], figures: Mapping[str, Any],
    *, saved: Path | None = None,
) -> None:  # fmt: skip
    """Write the page. `saved`: where the answers are kept, for the command that accepts them."""
    by_turn = {(change.conversation, change.turn): change for change in changes}
    flaky = set(figures["flaky"])
    data = {
        "figures": {
            name: value for name, value in figures.items() if isinstance(value, int | float)
        },
        "compared": bool(changes),
        "saved": str(saved) if saved else "",
        "conversations": [
            _conversation(_shown(playings), by_turn, playings[0].conversation.id in flaky)
            for playings in runs
        ],
    }
    # No text of a shopper may end the script it stands in.
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    write_atomically(path, TEMPLATE.read_text("utf-8").replace(PLACE, text))


def _shown(playings: Sequence[Played]) -> Played:
    """The first playing that failed, else the first."""
    return next((played for played in playings if not played.passed), playings[0])


def _conversation(
    played: Played, changes: Mapping[tuple[str, int], Change], flaky: bool
) -> dict[str, Any]:
    talk = played.conversation
    return {
        "id": talk.id, "title": talk.title or talk.id, "file": talk.file, "tags": list(talk.tags),
        "passed": played.passed, "flaky": flaky,
        "turns": [
            _turn(turn, changes.get((talk.id, number)))
            for number, turn in enumerate(played.turns, 1)
        ],
    }  # fmt: skip


def _turn(turn: PlayedTurn, change: Change | None) -> dict[str, Any]:
    before = ""
    if change is not None and change.what:
        before = change.before.text
    elif turn.step.said:
        before = turn.step.said
    return {
        "asked": turn.step.say, "pressed": turn.step.press, "text": turn.answer.text,
        "error": turn.answer.error, "chips": _chips(turn.answer), "before": before,
        "verdict": change.verdict.value if change else "",
        "what": list(change.what) if change else [],
        "grades": [[g.name, g.passed, g.wanted, g.got] for g in turn.grades],
    }  # fmt: skip


def _chips(answer: Answered) -> list[str]:
    parts = (answer.route, answer.band, *answer.entries[:1], answer.handoff, answer.language)
    return [part for part in parts if part]
