"""The training set: drawn with a seed, judged by grounding, whole topics held out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from engine.generation.training.cpqa import cpqa_examples
from engine.generation.training.example import Example, passed
from engine.generation.training.families import Theme, Topic, Ware, themes, topics, wares
from engine.generation.training.faq_examples import faq_example
from engine.generation.training.product_examples import (
    describe_example,
    recommend_example,
    review_example,
)
from engine.generation.training.written_examples import Written, written, written_example

CHINESE = 0.55
SHARES = {"faq": 0.18, "written": 0.52, "describe": 0.09, "recommend": 0.19, "review": 0.02}
HELD_TOPICS, HELD_WARES, HELD_WRITTEN = 4, 3, 24
CPQA_SHARE = 0.25
HELD_CPQA = 0.25
"""The part of the held-out examples that are shoppers' own questions."""
THEME_WEIGHT = 4
"""A theme is drawn this many times as often as a topic: it is another one every time."""
_TRIES = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples to learn from and to choose the best checkpoint by, with what was dropped."""

    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    refused: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Counter[str]:
        """How many answers to learn from each source gave, by language."""
        found: Counter[str] = Counter()
        for example in self.train:
            found[f"{example.source} {example.prompt.language}"] += 1 + len(example.more)
        return found


def build_set(
    size: int,
    held_out: int,
    *,
    seed: int,
    data: Path | None = None,
    step: Callable[[int, int], None] = lambda done, whole: None,
) -> TrainingSet:
    """`size` examples from our templates and, where `data` holds it, shoppers' own questions.

    The same seed gives the same set. Every answer is one that grounding lets pass; what it
    refused is counted by source and reason.
    """
    # The same topics are held out whatever the seed: a run may go on from another's adapter.
    split, draw = random.Random(0), random.Random(seed)
    held_topics, rest_topics = _split(topics(), HELD_TOPICS, split)
    held_themes, rest_themes = _split(themes(), 1, split)
    held: list[Topic | Theme] = [*held_topics, *held_themes]
    rest: list[Topic | Theme] = [*rest_topics, *rest_themes * THEME_WEIGHT]
    held_wares, rest_wares = _split(wares(), HELD_WARES, split)
    held_written, rest_written = _split(written(), HELD_WRITTEN, split)
    refused: Counter[str] = Counter()
    foreign, kept_out, note = cpqa_examples(
        data, int(size * CPQA_SHARE), draw, refused, int(held_out * HELD_CPQA)
    )
    own = size - len(foreign)
    learn = _drawn(own, _makers(rest, rest_wares, rest_written), draw, refused,
                   lambda n: step(n, size + held_out))  # fmt: skip
    kept = _drawn(held_out - len(kept_out), _makers(held, held_wares, held_written), draw,
                  Counter(), lambda n: step(own + n, size))  # fmt: skip
    mixed = [*learn, *foreign]
    draw.shuffle(mixed)
    return TrainingSet(tuple(mixed), (*kept, *kept_out), refused, (note,) if note else ())


def _split(found: Sequence[T], held: int, draw: random.Random) -> tuple[list[T], list[T]]:
    mixed = draw.sample(list(found), len(found))
    return mixed[:held], mixed[held:]


Maker = Callable[[random.Random, str], Example]


def _makers(
    some_topics: Sequence[Topic | Theme],
    some_wares: Sequence[Ware],
    some_written: Sequence[Written],
) -> dict[str, Maker]:
    return {
        "faq": lambda draw, language: faq_example(some_topics, draw, language),
        "written": lambda draw, language: written_example(some_written, draw, language),
        "describe": lambda draw, language: describe_example(some_wares, draw, language),
        "recommend": lambda draw, language: recommend_example(some_wares, draw, language),
        "review": lambda draw, language: review_example(some_wares, draw, language),
    }


def _drawn(
    size: int,
    makers: Mapping[str, Maker],
    draw: random.Random,
    refused: Counter[str],
    step: Callable[[int], None],
) -> list[Example]:
    found: list[Example] = []
    kinds, weights = list(SHARES), list(SHARES.values())
    while len(found) < size:
        kind = draw.choices(kinds, weights=weights)[0]
        language = "zh" if draw.random() < CHINESE else "en"
        for _ in range(_TRIES):
            example = makers[kind](draw, language)
            good, reasons = passed(example)
            refused.update(f"{kind} {language} {reason.partition(':')[0]}" for reason in reasons)
            if good:
                found.append(good)
                break
        step(len(found))
    return found
