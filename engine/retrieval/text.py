"""Text as retrieval sees it: normalised, split into stems and words, typos mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
SPACE = re.compile(r"\s+")
HAN = re.compile(r"[\u3400-\u9fff]+")
PIECE = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:['’-][a-z0-9]+)*")
LONGEST = 2000

STOP_EN = frozenset(
    """a an the i me my we us our you your it its this that these those is are was were be been am
    do does did doing have has had having will would can could shall should may might must to of in
    on at for from by with about into and or but if then so than as also just very really please
    pls hi hello hey thanks thank what which who how when where why there here any some get got
    gets im i'm i've i'd it's that's what's don't u ur let tell know want need like ok okay""".split()
)
STOP_ZH = frozenset(
    """的 了 吗 呢 啊 吧 呀 哦 嗯 我 你 您 他 她 它 我们 你们 是 在 有 和 与 或 就 都 也 还 要 会 能 可以
    可 想 请问 请 一下 一个 个 这 那 这个 那个 什么 怎么 怎样 如何 多少 几 哪 哪里 哪个 吗 嘛 么 为什么
    给 到 把 被 对 从 用 很 太 得 地 着 过 没 不 好 想要 需要 能不能 可不可以 有没有 是不是""".split()
)


def normalise(text: str) -> str:
    """NFKC, lower case, no invisible characters, single spaces, at most LONGEST characters."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return SPACE.sub(" ", plain).strip().lower()[:LONGEST]


def is_chinese(text: str) -> bool:
    """Whether Han characters carry the text (a Latin product name inside does not change that)."""
    han = sum(len(run) for run in HAN.findall(text))
    latin_words = len(re.findall(r"[A-Za-z]{2,}", text))
    return han > 0 and han >= latin_words


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=1)
def _jieba() -> Any:
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
            found.extend(_jieba().lcut(piece))
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
    kept = (word for word in _words(text) if word not in STOP_EN and word not in STOP_ZH)
    return tuple(stem(word) if word.isascii() else word for word in kept)


def mend_typos(text: str, vocabulary: Collection[str], known: Collection[str]) -> str:
    """Replace Latin words that no one knows by the one near word of the shop's vocabulary.

    `vocabulary`: words the shop uses; `known`: any other correct words, left as they are.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def mend(match: re.Match[str]) -> str:
        word = match.group(0)
        if len(word) < 4 or word in vocabulary or word in known:
            return word
        limit = 1 if len(word) < 7 else 2
        near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=limit, limit=2)
        near = [found for found in near if found[0][0] == word[0]]
        return str(near[0][0]) if near else word

    return re.sub(r"[a-z]+", mend, normalise(text))
