"""Points that reviews make, counted by code: "6 of 41 reviews say it runs small"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from engine.grounding.reading import Reading, read
from engine.grounding.sentences import split_sentences
from engine.types import Review

COMMA = re.compile(r"[,，;；]")
"""One ends what a negation reaches ("not flimsy, good value"); two only hold words between them."""
TOLD = {
    "en": ("{n} of {m} reviews say {what}", "{n} of {m} reviews says {what}"),
    "zh": ("{m} 条评价中有 {n} 条说{what}", "{m} 条评价中有 {n} 条说{what}"),
}


@dataclass(frozen=True, slots=True)
class ReviewPoint:
    """One point, with the ids of the reviews that make it. `text`: how it is told."""

    name: str
    count: int
    of: int
    reviews: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Point:
    told: Mapping[str, str]
    said: tuple[re.Pattern[str], ...]
    denied: str


def review_points(reviews: Sequence[Review], language: str) -> tuple[ReviewPoint, ...]:
    """What these reviews say, the most said first; a review counts once for a point."""
    making: dict[str, list[str]] = {}
    for review in reviews:
        for name in points_of(review):
            making.setdefault(name, []).append(review.id)
    order = list(_points())
    found = sorted(making.items(), key=lambda pair: (-len(pair[1]), order.index(pair[0])))
    return tuple(
        ReviewPoint(name, len(ids), len(reviews), tuple(ids),
                    _told(name, len(ids), len(reviews), language))
        for name, ids in found
    )  # fmt: skip


def points_of(review: Review) -> frozenset[str]:
    """The points that one review makes. One denied counts as its contrary, if it has one."""
    texts = (review.title, *split_sentences(review.text))
    return frozenset(name for text in texts if text.strip() for name in _said(read(text.strip())))


def _said(reading: Reading) -> Iterator[str]:
    for name, point in _points().items():
        for pattern in point.said:
            if hit := pattern.search(reading.text):
                if not _denied(reading, hit):
                    yield name
                elif point.denied:
                    yield point.denied


def _denied(reading: Reading, hit: re.Match[str]) -> bool:
    """Whether an odd number of negations before it in its clause reach it."""
    clause = reading.clause_of(hit.start())
    reaching = [
        token for token in reading.tokens
        if token.kind == "neg" and token.clause == clause and token.start < hit.start()
        and (not token.bounded or token.bounded > hit.start())
        and len(COMMA.findall(reading.text[token.end : hit.start()])) != 1
    ]  # fmt: skip
    return len(reaching) % 2 == 1


def _told(name: str, count: int, of: int, language: str) -> str:
    words = TOLD.get(language, TOLD["en"])[count == 1]
    point = _points()[name].told
    return words.format(n=count, m=of, what=point.get(language, point["en"]))


@cache
def _points() -> Mapping[str, _Point]:
    text = files("engine.describing").joinpath("points.yaml").read_text("utf-8")
    return {
        name: _Point(
            {code: one[code] for code in ("en", "zh")},
            tuple(re.compile(pattern, re.I) for pattern in one["said"]), one.get("denied", ""),
        )
        for name, one in yaml.safe_load(text).items()
    }  # fmt: skip
