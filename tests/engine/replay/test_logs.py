"""Conversations of other systems are read in their order, and nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import ShopdeskError
from engine.replay.logs import LogMap, parse_map, read_log


def talk(*messages: tuple[str, str]) -> str:
    listed = [{"role": role, "content": text} for role, text in messages]
    return json.dumps({"id": 7, "messages": listed})


def test_a_log_of_roles_needs_no_map(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        talk(("assistant", "Hello!"), ("user", "hi"), ("user", "how much?"), ("assistant", "5"),
             ("assistant", "or 6"), ("user", "ok"))
        + "\n\n" + talk(("system", "be kind"), ("user", "你好")) + "\n"
    )  # fmt: skip
    first, second = read_log(path, LogMap())
    assert [(s.say, s.said) for s in first.steps] == [
        ("hi", ""),
        ("how much?", "5\nor 6"),
        ("ok", ""),
    ]
    assert [s.say for s in second.steps] == ["你好"]
    assert first.id == "log-7"


def test_lists_of_speakers_are_read_by_a_map(tmp_path: Path) -> None:
    path = tmp_path / "talks.json"
    turns = [{"speaker": "USR", "utterance": "hi"}, {"speaker": "SYS", "utterance": "hello"}]
    path.write_text(json.dumps([{"key": "a", "log": {"turns": turns}}]))
    mapped = parse_map("id=key, messages=log.turns, role=speaker, text=utterance, users=USR|X")
    (found,) = read_log(path, mapped)
    assert [(s.say, s.said) for s in found.steps] == [("hi", "hello")]


def test_a_table_has_a_message_a_line(tmp_path: Path) -> None:
    path = tmp_path / "talks.csv"
    path.write_text(
        'chat,who,words\n1,client,"hi, you"\n2,client,yo\n1,agent,hello\n1,client,bye\n'
    )
    found = read_log(path, parse_map("id=chat,messages=,role=who,text=words"))
    assert [[s.say for s in one.steps] for one in found] == [["hi, you", "bye"], ["yo"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "log.jsonl:1: not JSON"),
        ("[1]", "log.jsonl:1: no JSON object"),
        ('{"id":1}', "no list 'messages'"),
        ('{"id":1,"messages":[{"content":"x"}]}', "a message without 'role'"),
        ('{"id":1,"messages":[{"role":"user","content":5}]}', "'content' is no text"),
        ('{"id":1,"messages":[{"role":"bot","content":"x"}]}', "no message of a shopper"),
        ("", "no message of a shopper"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(text)
    with pytest.raises(ShopdeskError, match="Mend") as raised:
        read_log(path, LogMap())
    assert told in str(raised.value)


def test_a_map_that_means_nothing_is_told() -> None:
    with pytest.raises(ShopdeskError, match="no part of a map"):
        parse_map("rolle=speaker")
