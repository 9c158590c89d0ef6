"""Examples written one by one: passages of invented shops with questions and natural answers."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from engine.generation.training.example import Example, Turn
from engine.types import Passage, Prompt, Route, SourceKind

COUNTS = (1, 1, 2, 2, 3)
"""How many passages the model may be shown."""


@dataclass(frozen=True, slots=True)
class Written:
    """A passage, what it answers in two ways each, and what it does not answer."""

    language: str
    kind: str
    title: str
    text: str
    answered: tuple[tuple[str, tuple[str, ...]], ...]
    unanswered: tuple[str, ...]

    @property
    def route(self) -> Route:
        """The task its questions are."""
        return Route.DESCRIBE if self.kind == "product" else Route.FAQ

    def passage(self, number: int) -> Passage:
        """As the engine shows it."""
        source = SourceKind.PRODUCT if self.kind == "product" else SourceKind.ENTRY
        return Passage(f"{source}:{number}", source, self.title, self.text, self.language)


@lru_cache(maxsize=1)
def written() -> tuple[Written, ...]:
    """All passages that ship."""
    text = files("engine.generation.training").joinpath("data", "passages.jsonl").read_text("utf-8")
    return tuple(_one(json.loads(line)) for line in text.splitlines() if line.strip())


def _one(line: dict[str, Any]) -> Written:
    answered = tuple((a["question"], tuple(a["answers"])) for a in line["answered"])
    return Written(line["language"], line["kind"], line["title"], line["text"], answered,
                   tuple(line["unanswered"]))  # fmt: skip


def written_example(known: Sequence[Written], draw: random.Random, language: str) -> Example:
    """Two or three questions about one passage, alone or beside others that do not answer."""
    here = [one for one in known if one.language == language]
    one = draw.choice(here)
    like = [other for other in here if other.kind == one.kind and other is not one]
    others = draw.sample(like, draw.choice(COUNTS) - 1 if one.kind == "faq" else 0)
    passages = [shown.passage(i) for i, shown in enumerate([one, *others])]
    draw.shuffle(passages)
    turns: list[Turn] = [
        (question, draw.choice(answers))
        for question, answers in draw.sample(one.answered, min(3, len(one.answered)))
    ]
    (question, answer), *more = turns
    prompt = Prompt(one.route, language, question, tuple(passages))
    return Example(prompt, answer, one.title, "written", tuple(more))
