"""Like questions are one gap, ranked by how many ask, and named so that the name lasts."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ShopdeskError
from engine.gaps.clustering import Gap, cluster, find_gap, gap_id, group, join
from engine.gaps.collecting import Asked, Kind
from engine.retrieval.encoders import Encoders
from tests.engine.gaps.conftest import AT

WARRANTY = ("Is there a warranty on lamps?", "How long is the warranty for a lamp?",
            "Do the lamps come with a warranty?")  # fmt: skip
VIOLINS = ("Do you repair violins?", "Can you repair my violin?")
WARRANTY_ZH = ("台灯有保修吗？", "灯的保修期是多久？")


def asked(words: str, who: str = "ann", language: str = "en", minutes: int = 0) -> Asked:
    at = AT - timedelta(minutes=minutes)
    return Asked(f"{who}{words}", at, f"tg:{who}", who, language, words, Kind.UNKNOWN, waits=True)


ALL = (
    *(asked(words, f"shopper{n}", minutes=n) for n, words in enumerate(WARRANTY)),
    *(asked(words, minutes=9) for words in VIOLINS),
    *(asked(words, f"zh{n}", "zh") for n, words in enumerate(WARRANTY_ZH)),
)  # fmt: skip


def test_like_questions_are_one_gap_across_languages(encoders: Encoders) -> None:
    first, second = cluster(ALL, encoders)
    assert {variant.words for variant in first.variants} == {*WARRANTY, *WARRANTY_ZH}
    assert {variant.words for variant in second.variants} == set(VIOLINS)
    assert (first.shoppers, second.shoppers) == (5, 1)
    assert first.languages == ("en", "zh")
    assert first.title in WARRANTY
    assert first.last - first.first == timedelta(minutes=2)


@settings(max_examples=8)
@given(st.permutations(ALL))
def test_the_order_of_asking_does_not_matter(encoders: Encoders, order: list[Asked]) -> None:
    def shape(gaps: tuple[Gap, ...]) -> list[tuple[str, int]]:
        return [(gap.id, len(gap.asked)) for gap in gaps]

    assert shape(cluster(order, encoders)) == shape(cluster(ALL, encoders))


def test_the_same_words_are_one_variant_however_they_are_written(encoders: Encoders) -> None:
    twice = (asked("Do you repair violins?"), asked("do you repair VIOLINS", "bob"))
    (gap,) = cluster(twice, encoders)
    assert [variant.turns for variant in gap.variants] == [2]


def test_an_older_name_finds_the_gap_that_has_the_wording(encoders: Encoders) -> None:
    gaps = cluster(ALL, encoders)
    for words in (*WARRANTY, *VIOLINS, *WARRANTY_ZH):
        assert words in {variant.words for variant in find_gap(gaps, gap_id(words)).variants}
    with pytest.raises(ShopdeskError, match="no gap"):
        find_gap(gaps, "0" * 16)


@given(st.integers(1, 12), st.floats(0.05, 1.5))
def test_groups_lie_no_further_apart_than_the_cut(count: int, apart: float) -> None:
    made = np.random.default_rng(count).normal(size=(count, 8)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    labels = np.array(group(made, apart))
    far = 1 - made @ made.T
    for one in set(labels):
        for other in set(labels) - {one}:
            assert far[labels == one][:, labels == other].mean() > apart - 1e-4


def test_only_mutual_nearest_and_near_enough_are_joined() -> None:
    left = np.eye(3, dtype=np.float32)
    right = np.array([[1, 0, 0], [0.9, 0.43589, 0], [0, 0, 1]], dtype=np.float32)
    assert join(left, right, 0.5) == [(0, 0), (2, 2)]
    assert join(left, right, 1.1) == []
    assert join(left[:0], right, 0.5) == []
