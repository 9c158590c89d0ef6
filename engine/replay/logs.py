"""Conversations of other systems: JSON lines of roles and contents, or anything by a map."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ShopdeskError
from engine.replay.conversation import Conversation, Step

USERS = ("user", "customer", "shopper", "client", "visitor", "human", "usr", "buyer")


@dataclass(frozen=True, slots=True)
class LogMap:
    """Under which names a log keeps things. A dot leads into an object.

    `id`: the conversation's; `messages`: its list, empty where every line is one message;
    `role` and `text`: of a message; `users`: what `role` says of the shopper.
    """

    id: str = "id"
    messages: str = "messages"
    role: str = "role"
    text: str = "content"
    users: tuple[str, ...] = USERS


def parse_map(text: str) -> LogMap:
    """A map as given by --map: "messages=turns,role=speaker,text=utterance,users=USR|customer".

    Raises ShopdeskError.
    """
    values: dict[str, Any] = {}
    known = ("id", "messages", "role", "text", "users")
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, sign, value = pair.partition("=")
        if not sign or name not in known:
            raise ShopdeskError(f"{pair!r} is no part of a map", where="--map",
                                mend=f"name=value, the names: {', '.join(known)}.")  # fmt: skip
        values[name] = tuple(value.split("|")) if name == "users" else value
    return LogMap(**values)


def read_log(path: Path, mapped: LogMap) -> tuple[Conversation, ...]:
    """The conversations of a JSON, JSONL or CSV log, in order; what was answered is kept.

    What a shopper said several times in a row is as many turns; what they were told before they
    said anything is left out. Raises ShopdeskError with file:line.
    """
    rows = list(_csv_rows(path) if path.suffix.lower() == ".csv" else _json_rows(path))
    talks = _from_lists(rows, path, mapped) if mapped.messages else _from_lines(rows, path, mapped)
    found = [
        Conversation(id=name, steps=steps, file=str(path))
        for name, messages in talks
        if (steps := tuple(_steps(messages, mapped)))
    ]
    if not found:
        raise ShopdeskError(
            f"no message of a shopper (by {mapped.role}: {', '.join(mapped.users)})",
            where=str(path), mend="say with --map what the log calls them, as role=…,users=….",
        )  # fmt: skip
    return tuple(found)


Messages = list[tuple[str, str, int]]
Row = tuple[int, Mapping[str, Any]]


def _from_lists(rows: Iterable[Row], path: Path, m: LogMap) -> Iterator[tuple[str, Messages]]:
    for number, (line, row) in enumerate(rows, 1):
        listed = _at(row, m.messages)
        if not isinstance(listed, list):
            raise _broken(path, line, f"no list {m.messages!r}")
        name = _at(row, m.id)
        messages = [_message(item, path, line, m) for item in listed]
        yield _name(name if name is not None else number, path), messages


def _from_lines(rows: Iterable[Row], path: Path, m: LogMap) -> Iterator[tuple[str, Messages]]:
    talks: dict[str, Messages] = {}
    for line, row in rows:
        name = _at(row, m.id)
        if name is None:
            raise _broken(path, line, f"no {m.id!r}, which names the conversation")
        talks.setdefault(_name(name, path), []).append(_message(row, path, line, m))
    yield from talks.items()


def _message(item: object, path: Path, line: int, m: LogMap) -> tuple[str, str, int]:
    role = _at(item, m.role) if isinstance(item, dict) else None
    text = _at(item, m.text) if isinstance(item, dict) else None
    if role is None:
        raise _broken(path, line, f"a message without {m.role!r}")
    if text is not None and not isinstance(text, str):
        raise _broken(path, line, f"{m.text!r} is no text")
    return str(role), (text or "").strip(), line


def _steps(messages: Messages, m: LogMap) -> Iterator[Step]:
    asked: tuple[str, int] | None = None
    told: list[str] = []
    users = {user.casefold() for user in m.users}
    for role, text, line in messages:
        if not text:
            continue
        if role.casefold() in users:
            if asked:
                yield Step(asked[0], said="\n".join(told), line=asked[1])
            asked, told = (text, line), []
        elif asked:
            told.append(text)
    if asked:
        yield Step(asked[0], said="\n".join(told), line=asked[1])


def _json_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    if path.suffix.lower() != ".jsonl":
        try:
            whole = json.loads(text)
        except ValueError:
            whole = None
        if isinstance(whole, list | dict):
            yield from ((1, row) for row in (whole if isinstance(whole, list) else [whole])
                        if isinstance(row, dict))  # fmt: skip
            return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise _broken(path, number, "not JSON") from None
        if not isinstance(row, dict):
            raise _broken(path, number, "no JSON object")
        yield number, row


def _csv_rows(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(_text(path).splitlines(keepends=True))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise _broken(path, reader.line_num, f"not CSV ({error})") from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(path, 1, f"not UTF-8 text ({error.reason})") from None


def _at(row: object, name: str) -> object:
    for part in name.split("."):
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def _name(value: object, path: Path) -> str:
    return f"{path.stem}-{value}"


def _broken(path: Path, line: int, what: str) -> ShopdeskError:
    mend = 'one {"id", "messages": [{"role", "content"}]} a line, or say with --map what it is.'
    return ShopdeskError(what, where=f"{path}:{line}", mend=mend)
