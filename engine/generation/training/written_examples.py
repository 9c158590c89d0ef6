"""Examples written one by one: passages of invented shops with questions and natural answers."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from engine.generation.prompts import DECLINED
from engine.generation.training.cutting import without_answer
from engine.generation.training.example import Example, Turn
from engine.types import Passage, Prompt, Route, SourceKind

Marks = Callable[[str], str]
COUNTS = (1, 1, 1, 2, 2, 3)
"""How many passages the model may be shown."""
BESIDE, ALONE, CUT = 0.5, 0.4, 0.12
"""How often a question follows that the passages do not answer, how often of these it comes alone,
and how often the sentence that answers is taken out of the passage."""
FULL_WIDTH = 0.75
_FULL, _HALF = "，：；？！（）", ",:;?!()"
_WIDER, _NARROWER = str.maketrans(_HALF, _FULL), str.maketrans(_FULL, _HALF)
_MARK = re.compile(r"(?<!\d)[,:;?!()]|[,:;?!()](?!\d)")
FILES = ("passages.jsonl", "passages_more.jsonl", "reviews.jsonl")
_ROUTES = {"faq": Route.FAQ, "product": Route.DESCRIBE, "review": Route.REVIEW}
_SOURCES = {
    "faq": SourceKind.ENTRY, "product": SourceKind.PRODUCT, "review": SourceKind.REVIEW,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Texts, what they answer in two ways each, and what they do not answer.

    `texts`: one passage, or a product's reviews.
    """

    language: str
    kind: str
    title: str
    texts: tuple[str, ...]
    answered: tuple[tuple[str, tuple[str, ...]], ...]
    unanswered: tuple[str, ...]

    @property
    def route(self) -> Route:
        """The task its questions are."""
        return _ROUTES[self.kind]

    def passages(self, number: int, marks: Marks) -> list[Passage]:
        """As the engine shows them."""
        source, title = _SOURCES[self.kind], marks(self.title)
        return [
            Passage(f"{source}:{number + place}", source, title, marks(text), self.language)
            for place, text in enumerate(self.texts)
        ]


@lru_cache(maxsize=1)
def written() -> tuple[Written, ...]:
    """All passages that ship."""
    folder = files("engine.generation.training").joinpath("data")
    lines = (folder.joinpath(name).read_text("utf-8").splitlines() for name in FILES)
    return tuple(_one(json.loads(line)) for some in lines for line in some if line.strip())


def _one(line: dict[str, Any]) -> Written:
    answered = tuple((a["question"], tuple(a["answers"])) for a in line["answered"])
    texts = tuple(line["reviews"]) if line["kind"] == "review" else (line["text"],)
    return Written(line["language"], line["kind"], line["title"], texts, answered,
                   tuple(line["unanswered"]))  # fmt: skip


def written_example(known: Sequence[Written], draw: random.Random, language: str) -> Example:
    """Two or three questions about one passage, alone or beside others that do not answer.

    Now and then one that nothing answers comes last, or alone: there the answer is DECLINED.
    """
    here = [one for one in known if one.language == language]
    one, marks = draw.choice(here), _marks(draw, language)
    like = [other for other in here if other.kind == one.kind and other is not one]
    others = draw.sample(like, draw.choice(COUNTS) - 1 if one.kind == "faq" else 0)
    passages = [p for i, shown in enumerate([one, *others]) for p in shown.passages(i, marks)]
    if one.kind != "review" and draw.random() < CUT:
        return _declined(one, passages, marks, draw)
    draw.shuffle(passages)
    turns: list[Turn] = [
        (marks(question), marks(draw.choice(answers)))
        for question, answers in draw.sample(one.answered, min(3, len(one.answered)))
    ]
    if one.unanswered and draw.random() < BESIDE:
        declined = marks(draw.choice(one.unanswered)), DECLINED
        turns = [declined] if draw.random() < ALONE else [*turns, declined]
    (question, answer), *more = turns
    prompt = Prompt(one.route, language, question, tuple(passages))
    return Example(prompt, answer, one.title, "written", tuple(more))


def _declined(
    one: Written, passages: Sequence[Passage], marks: Marks, draw: random.Random
) -> Example:
    """A question whose answer is no longer in the first of the passages."""
    question, answers = draw.choice(one.answered)
    first, *rest = passages
    left = without_answer(first.text, answers)
    if not left:
        question = draw.choice(one.unanswered)
    shown = [replace(first, text=left or first.text), *rest]
    draw.shuffle(shown)
    prompt = Prompt(one.route, one.language, marks(question), tuple(shown))
    return Example(prompt, DECLINED, one.title, "written")


def _marks(draw: random.Random, language: str) -> Marks:
    """How the shop of an example writes its Chinese marks: mostly full width."""
    if language != "zh":
        return str
    if draw.random() < FULL_WIDTH:
        return lambda text: _MARK.sub(lambda mark: mark[0].translate(_WIDER), text)
    return lambda text: text.translate(_NARROWER)
