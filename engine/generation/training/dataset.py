"""The training set: drawn with a seed, judged by grounding, whole topics held out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from engine.generation.training.cpqa import cpqa_examples
from engine.generation.training.example import Example, passed
from engine.generation.training.families import themes, topics, wares
from engine.generation.training.faq_examples import decline_example, faq_example
from engine.generation.training.product_examples import (
    describe_example,
    recommend_example,
    review_example,
)

CHINESE = 0.45
SHARES = {"faq": 0.48, "describe": 0.16, "recommend": 0.31, "decline": 0.01, "review": 0.04}
HELD_TOPICS, HELD_WARES = 4, 3
CPQA_SHARE = 0.15
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
    held, rest = [*held_topics, *held_themes], [*rest_topics, *rest_themes * THEME_WEIGHT]
    held_wares, rest_wares = _split(wares(), HELD_WARES, split)
    refused: Counter[str] = Counter()
    foreign, note = cpqa_examples(data, int(size * CPQA_SHARE), draw, refused)
    own = size - len(foreign)
    learn = _drawn(own, rest, rest_wares, draw, refused, lambda n: step(n, size + held_out))
    kept = _drawn(held_out, held, held_wares, draw, Counter(), lambda n: step(own + n, size))
    mixed = [*learn, *foreign]
    draw.shuffle(mixed)
    return TrainingSet(tuple(mixed), tuple(kept), refused, (note,) if note else ())


def _split(found: Sequence[T], held: int, draw: random.Random) -> tuple[list[T], list[T]]:
    mixed = draw.sample(list(found), len(found))
    return mixed[:held], mixed[held:]


def _drawn(
    size: int,
    some_topics: Sequence[object],
    some_wares: Sequence[object],
    draw: random.Random,
    refused: Counter[str],
    step: Callable[[int], None],
) -> list[Example]:
    found: list[Example] = []
    makers = {
        "faq": (faq_example, some_topics),
        "decline": (decline_example, some_topics),
        "describe": (describe_example, some_wares),
        "recommend": (recommend_example, some_wares),
        "review": (review_example, some_wares),
    }
    kinds, weights = list(SHARES), list(SHARES.values())
    while len(found) < size:
        kind = draw.choices(kinds, weights=weights)[0]
        language = "zh" if draw.random() < CHINESE else "en"
        maker, families = makers[kind]
        for _ in range(_TRIES):
            example = maker(families, draw, language)  # type: ignore[operator]
            good, reasons = passed(example)
            refused.update(f"{kind} {language} {reason.partition(':')[0]}" for reason in reasons)
            if good:
                found.append(good)
                break
        step(len(found))
    return found
