"""Text as retrieval sees it: normalised, split into stems and words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
SPACE = re.compile(r"\s+")
HAN = re.compile(r"[\u3400-\u9fff]+")
PIECE = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:['’-][a-z0-9]+)*")
LONGEST = 2000
MIXED_WORD = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[\u0370-\u04ff])\w+")
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏАВЕКМНОРСТУХІЈЅαοενικρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlABEKMHOPCTYXIJSaoevikptuxABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look Latin; only in words that mix the scripts."""


DATA = Path(__file__).parent / "data"


def plain_characters(text: str) -> str:
    """NFKC (letters dressed up as symbols become letters), nothing invisible, no lookalikes."""
    return undisguised(unicodedata.normalize("NFKC", text[: 4 * LONGEST]))[:LONGEST]


def undisguised(text: str) -> str:
    """A text without invisible characters, and without lookalikes in its Latin words."""
    return MIXED_WORD.sub(lambda word: word.group().translate(LOOKALIKES), INVISIBLE.sub("", text))


def normalise(text: str) -> str:
    """Plain characters, lower case, single spaces, at most LONGEST characters."""
    return SPACE.sub(" ", plain_characters(text)).strip().lower()


def is_chinese(text: str) -> bool:
    """Whether Han characters carry the text (a Latin product name inside does not change that)."""
    han = sum(len(run) for run in HAN.findall(text))
    latin_words = len(re.findall(r"[A-Za-z]{2,}", text))
    return han > 0 and han >= latin_words


@lru_cache(maxsize=8)
def stop_words(language: str) -> frozenset[str]:
    """Words that say nothing about what a question is about ("en" or "zh")."""
    return frozenset((DATA / f"stop_words_{language}.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=1)
def dictionary() -> Any:
    """The Chinese word dictionary: jieba, loaded."""
    import logging
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    return jieba


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English stem of a word; digits and codes stay whole."""
    if any(char.isdigit() for char in word):
        return word
    return str(_stemmer().stemWord(word.replace("’", "'")))


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for piece in PIECE.findall(normalise(text)):
        if HAN.match(piece):
            found.extend(dictionary().lcut(piece))
        else:
            found.append(piece)
            if "-" in piece:
                found.extend(part for part in piece.split("-") if part)
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    """Words of a text in order: Chinese by jieba, the rest as written, lower case."""
    return _words(text)


def terms(text: str) -> tuple[str, ...]:
    """Content terms for the lexical index: stop words gone, English stemmed."""
    stopped = stop_words("en") | stop_words("zh")
    kept = (word for word in _words(text) if word not in stopped)
    return tuple(stem(word) if word.isascii() else word for word in kept)
