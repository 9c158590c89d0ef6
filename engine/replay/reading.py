"""Replay files: readable YAML in, checked conversations out, every problem with file:line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from engine.errors import ShopdeskError
from engine.grounding.quantities import quantities
from engine.replay.conversation import ANY_HANDOFF, NO_HANDOFF, Conversation, Expected, Step
from engine.types import Band, HandoffReason, Route
from knowledge_base.problems import SHOWN, Problem, Problems
from knowledge_base.yaml_lines import NotAMappingError, Place, load_with_places

VERSION = 1
FIELDS = ("version", "id", "title", "tags", "language", "private", "staffed", "turns")
TURN_FIELDS = ("say", "press", "said", "expect")
EXPECT_FIELDS = tuple(field.name for field in fields(Expected))
ALLOWED = {
    "route": tuple(route.value for route in Route),
    "band": tuple(band.value for band in Band),
    "handoff": (NO_HANDOFF, ANY_HANDOFF, *(reason.value for reason in HandoffReason)),
}
LISTS = ("route", "band", "entry", "products", "must_say", "must_not_say", "facts")
SUFFIXES = (".yaml", ".yml")


class ReplayFilesError(ShopdeskError):
    """What is wrong with replay files; `problems` lists all of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        shown = "\n".join(str(problem) for problem in problems[:SHOWN])
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        super().__init__(
            f"{len(problems)} problem(s) in the replay files:\n{shown}{more}",
            mend="correct these lines; docs/replays.md shows every field.",
        )
        self.problems = tuple(problems)


def read_conversations(paths: Iterable[Path]) -> tuple[Conversation, ...]:
    """The conversations of YAML files and of folders of them, in order of their paths.

    Raises ReplayFilesError with every problem, ShopdeskError where a file is not there.
    """
    problems, found = Problems(), []
    for path in replay_files(paths):
        conversation = read_conversation(path, problems)
        found.append(conversation)
    files: dict[str, str] = {}
    for known in filter(None, found):
        if (other := files.setdefault(known.id, known.file)) != known.file:
            problems.add(known.file, 1, f"id {known.id!r} stands in {other} too")
    if problems.found:
        raise ReplayFilesError(problems.found)
    return tuple(filter(None, found))


def replay_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The YAML files named, and those in the folders named, each once."""
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
            files |= dict.fromkeys(sorted(inside))
        elif path.is_file():
            files[path] = None
        else:
            raise ShopdeskError("no such file or folder", where=str(path),
                                mend="name YAML files or folders of them.")  # fmt: skip
    return tuple(files)


def read_conversation(path: Path, problems: Problems) -> Conversation | None:
    """The conversation of one file, or None with what is wrong added to `problems`."""
    try:
        values, places = load_with_places(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        problems.add(path, 1, f"not UTF-8 text ({error.reason})")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problems.add(path, line, f"not readable as YAML: {getattr(error, 'problem', error)}")
    except (NotAMappingError, ValueError, RecursionError) as error:
        problems.add(path, 1, f"not usable: {error}")
    else:
        before = len(problems.found)
        made = _Reader(path, places, problems).conversation(values)
        return made if len(problems.found) == before else None
    return None


class _Reader:
    """Turns plain YAML values into a conversation, noting what is wrong where."""

    def __init__(self, path: Path, places: Mapping[Place, int], problems: Problems) -> None:
        self._path, self._places, self._problems = path, places, problems

    def conversation(self, values: Mapping[str, Any]) -> Conversation:
        self._only(values, FIELDS, ())
        if values.get("version") != VERSION:
            told = f"version must be {VERSION}, not {values.get('version')!r}"
            self._wrong(("version",), f"{told}: another shopdesk wrote this file")
        turns = values.get("turns")
        if not isinstance(turns, list) or not turns:
            self._wrong(("turns",), "at least one turn is needed: '- say: …'")
            turns = []
        steps = tuple(self._step(turn, ("turns", i)) for i, turn in enumerate(turns))
        return Conversation(
            id=self._text(values, "id", ()) or self._path.stem,
            steps=steps,
            title=self._text(values, "title", ()),
            tags=self._texts(values, "tags", ()),
            language=self._text(values, "language", ()),
            private=self._flag(values, "private"),
            staffed=self._flag(values, "staffed"),
            file=str(self._path),
        )

    def _step(self, turn: object, place: Place) -> Step:
        if not isinstance(turn, dict):
            self._wrong(place, "a turn is 'say: …' or 'press: …' with 'expect:' below it")
            return Step()
        self._only(turn, TURN_FIELDS, place)
        say, press = self._text(turn, "say", place), self._text(turn, "press", place)
        if bool(say) == bool(press):
            self._wrong(place, "a turn has either 'say' or 'press'")
        expected = Expected()
        if isinstance(found := turn.get("expect", {}), dict):
            expected = self._expected(found, (*place, "expect"))
        else:
            self._wrong((*place, "expect"), "must be 'field: value' lines")
        return Step(say, press, expected, self._text(turn, "said", place), self._line(place))

    def _expected(self, values: Mapping[str, Any], place: Place) -> Expected:
        self._only(values, EXPECT_FIELDS, place)
        lists = {name: self._texts(values, name, place) for name in LISTS}
        handoff = self._text(values, "handoff", place)
        for name, allowed in ALLOWED.items():
            for value in lists.get(name, (handoff,) if name == "handoff" and handoff else ()):
                if value not in allowed:
                    near = get_close_matches(value, allowed, n=1)
                    hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(allowed)}"
                    self._wrong((*place, name), f"{value!r} is none; {hint}")
        for fact in lists["facts"]:
            if not quantities(fact):
                self._wrong((*place, "facts"), f"{fact!r} names no amount; use must_say for words")
        limit = values.get("max_ms")
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
            self._wrong((*place, "max_ms"), "a number of milliseconds")
            limit = None
        language = self._text(values, "language", place)
        return Expected(**lists, language=language, handoff=handoff, max_ms=limit)

    def _only(self, values: Mapping[str, Any], known: Sequence[str], place: Place) -> None:
        for name in values:
            if name not in known:
                self._problems.unknown(self._path, self._line((*place, name)), str(name), known)

    def _text(self, values: Mapping[str, Any], name: str, place: Place) -> str:
        value = values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong((*place, name), f'must be words: write {name}: "{value}", in quotes')
            return ""
        return value.strip()

    def _texts(self, values: Mapping[str, Any], name: str, place: Place) -> tuple[str, ...]:
        value = values.get(name)
        listed = [] if value is None else value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) and item.strip() for item in listed):
            self._wrong((*place, name), "words, or a list of words; put numbers in quotes")
            return ()
        return tuple(item.strip() for item in listed)

    def _flag(self, values: Mapping[str, Any], name: str) -> bool:
        value = values.get(name, True)
        if not isinstance(value, bool):
            self._wrong((name,), "true or false")
        return bool(value)

    def _wrong(self, place: Place, reason: str) -> None:
        name = place[-1] if place and isinstance(place[-1], str) else ""
        self._problems.add(self._path, self._line(place), f"{name}: {reason}" if name else reason)

    def _line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that has one."""
        while place and place not in self._places:
            place = place[:-1]
        return self._places.get(place, 1)
