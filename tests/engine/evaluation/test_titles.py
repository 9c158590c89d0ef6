"""Titles as vectors: all of one encoder, none for a product without a title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.titles import title_vectors
from engine.retrieval.encoders import Encoders, Vectors


class Letters:
    """Counts what it reads; remembers it."""

    size = 2

    def __init__(self, name: str) -> None:
        self.name = name
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.read += texts
        return np.array([[1.0, len(text)] for text in texts], dtype=np.float32)


def test_most_titles_decide_which_encoder_reads_them_all() -> None:
    english, other = Letters("english"), Letters("other")
    encoders = Encoders({"en": english, "other": other})
    title_vectors(["OAK LAMP", "Wool rug", "灯"], encoders)
    assert sorted(english.read) == ["Wool rug", "oak lamp", "灯"]
    assert other.read == []
    title_vectors(["LAMP", "地毯", "灯"], encoders)
    assert sorted(other.read) == ["lamp", "地毯", "灯"]


def test_each_product_has_its_own_vector_and_those_without_title_none() -> None:
    told: list[tuple[str, int, int]] = []
    encoders = Encoders({"en": Letters("english"), "other": Letters("other")})
    titles = ["a" * (n % 7) for n in range(1200)]
    found = title_vectors(titles, encoders, lambda *step: told.append(step))
    assert found is not None
    assert found.tolist() == [[float(n % 7 > 0), float(n % 7)] for n in range(1200)]
    assert told[-1][1:] == (1028, 1028)


def test_without_titles_there_are_no_vectors() -> None:
    encoders = Encoders({"en": Letters("english"), "other": Letters("other")})
    assert title_vectors(["", ""], encoders) is None
