"""Conversations as replay files: readable YAML that `read_conversations` reads back."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from engine.replay.conversation import Conversation, Expected, Step
from engine.replay.reading import VERSION
from knowledge_base.store import write_atomically

WIDTH = 100


def write_conversation(folder: Path, conversation: Conversation, name: str = "") -> Path:
    """Write one conversation's file, by default named by its id: the old or the new one stands."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{conversation.id}.yaml")
    write_atomically(path, as_yaml(conversation))
    return path


def as_yaml(conversation: Conversation) -> str:
    """The conversation as its file's text; what says nothing is left out."""
    values: dict[str, Any] = {"version": VERSION, "id": conversation.id}
    for name in ("title", "language"):
        if value := getattr(conversation, name):
            values[name] = value
    if conversation.tags:
        values["tags"] = list(conversation.tags)
    for name in ("private", "staffed"):
        if not getattr(conversation, name):
            values[name] = False
    values["turns"] = [_step(step) for step in conversation.steps]
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=WIDTH)


def _step(step: Step) -> dict[str, Any]:
    values: dict[str, Any] = {"say": step.say} if step.say else {"press": step.press}
    if step.said:
        values["said"] = step.said
    if expected := _expected(step.expected):
        values["expect"] = expected
    return values


def _expected(expected: Expected) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(expected):
        value = getattr(expected, field.name)
        if isinstance(value, tuple):
            value = value[0] if len(value) == 1 else list(value)
        if value not in ("", None, []):
            values[field.name] = value
    return values
