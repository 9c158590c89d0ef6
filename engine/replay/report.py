"""A report of played conversations as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from engine.replay.answered import Answered, differences, plain
from engine.replay.comparing import Change, counted
from engine.replay.playing import Played, PlayedTurn
from engine.replay.proposing import accepted
from engine.replay.reading import SUFFIXES
from engine.replay.results import Runs
from knowledge_base.store import write_atomically

PAGE = Path(__file__).with_name("report.html")
COMPARED, SAID = "compared", "said"
LONE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters of writings that put no space between words."""
PIECE = re.compile(rf"[{LONE}]|\d+(?:[.,]\d+)*|[^\W\d_{LONE}]+|\s+|.", re.DOTALL)


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
        "compared": counted(changes) if changes else {},
        "flaky": len(flaky),
        "repeat": max((len(playings) for playings in runs), default=1),
        "saved": str(saved) if saved else "",
        "conversations": [
            _conversation(playings, by_turn, playings[0].conversation.id in flaky)
            for playings in runs
        ],
    }
    write_atomically(path, _page(data))


def _page(data: Mapping[str, Any]) -> str:
    style, script = (PAGE.with_suffix(s).read_text("utf-8") for s in (".css", ".js"))
    policy = (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {"POLICY": policy, "STYLE": style, "SCRIPT": script, "DATA": _as_json(data)}
    # In one pass: a shopper may write the name of a place.
    return re.sub(r"__([A-Z]+)__", lambda place: parts[place[1]], PAGE.read_text("utf-8"))


def _source(text: str) -> str:
    """What a policy calls an inline text that may act; nothing else on the page may."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _as_json(data: Mapping[str, Any]) -> str:
    # No text of a shopper may end the script it stands in, nor half a letter the writing.
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return text.encode("utf-8", "backslashreplace").decode()


def _conversation(
    playings: Sequence[Played], changes: Mapping[tuple[str, int], Change], flaky: bool
) -> dict[str, Any]:
    talk = playings[0].conversation
    ours = Path(talk.file).suffix in SUFFIXES
    columns = zip(*(played.turns for played in playings), strict=True)
    return {
        "id": talk.id, "title": talk.title or talk.id, "file": talk.file, "tags": list(talk.tags),
        "flaky": flaky, "passed": all(played.passed for played in playings),
        "times": [sum(played.passed for played in playings), len(playings)],
        "turns": [
            _turn(column, changes.get((talk.id, number)), ours)
            for number, column in enumerate(columns, 1)
        ],
    }  # fmt: skip


def _turn(column: Sequence[PlayedTurn], change: Change | None, ours: bool) -> dict[str, Any]:
    """A turn as it went first, which is what is saved, and what else came of it."""
    turn, *later = column
    step, answer = turn.step, turn.answer
    before = _before(turn, change)
    return {
        **_answered(turn), "asked": step.say, "pressed": step.press, "line": step.line,
        "before": before,
        "verdict": change.verdict.value if change else "",
        "what": list(change.what) if change else [],
        "others": _others(turn, later),
        "acceptable": ours and not answer.error and (not turn.passed or before is not None)
        and accepted(step.expected, answer) != step.expected,
    }  # fmt: skip


def _answered(turn: PlayedTurn) -> dict[str, Any]:
    return {
        "text": turn.answer.text, "error": turn.answer.error, "chips": _chips(turn.answer),
        "grades": [
            {"name": g.name, "passed": g.passed, "wanted": g.wanted, "got": g.got}
            for g in turn.grades
        ],
    }  # fmt: skip


def _before(turn: PlayedTurn, change: Change | None) -> dict[str, Any] | None:
    """The answer to compare with: of the other playing where it differs, else the past one."""
    now = turn.answer.text or turn.answer.error
    if change is not None and change.what:
        text, chips, source = _told(change.before), _chips(change.before), COMPARED
    elif turn.step.said and plain(turn.step.said) != plain(now):
        text, chips, source = turn.step.said, None, SAID
    else:
        return None
    old, new = pieces(text, now)
    return {"from": source, "text": text, "chips": chips, "pieces": old, "now": new}


def _others(first: PlayedTurn, later: Sequence[PlayedTurn]) -> list[dict[str, Any]]:
    """The answers of later playings that are not as the first, each once with how often it came."""
    times: Counter[str] = Counter()
    found: dict[str, PlayedTurn] = {}
    for turn in later:
        if turn.passed != first.passed or differences(first.answer, turn.answer):
            key = json.dumps([plain(_told(turn.answer)), _chips(turn.answer), turn.passed])
            times[key] += 1
            found.setdefault(key, turn)
    return [
        {**_answered(turn), "times": times[key],
         "pieces": pieces(_told(first.answer), _told(turn.answer))[1]}
        for key, turn in found.items()
    ]  # fmt: skip


def _told(answer: Answered) -> str:
    return answer.text or answer.error


def pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    """Both texts in pieces, every second of which is not in the other: ["in ", "30", " days"]."""
    one, other = PIECE.findall(before), PIECE.findall(after)
    gone, come = [True] * len(one), [True] * len(other)
    for start, there, length in SequenceMatcher(None, one, other, False).get_matching_blocks():
        gone[start : start + length] = come[there : there + length] = [False] * length
    return _runs(one, gone), _runs(other, come)


def _runs(words: Sequence[str], marks: Sequence[bool]) -> list[str]:
    found = [""]
    for i, word in enumerate(words):
        # A space between two words that differ is marked with them.
        between = word.isspace() and 0 < i < len(words) - 1 and marks[i - 1] and marks[i + 1]
        if (marks[i] or between) != (len(found) % 2 == 0):
            found.append("")
        found[-1] += word
    return found


def _chips(answer: Answered) -> dict[str, str]:
    values = {
        "route": answer.route, "band": answer.band, "entry": ", ".join(answer.entries[:1]),
        "products": ", ".join(answer.products), "handoff": answer.handoff,
        "language": answer.language,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}
