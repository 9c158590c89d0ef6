"""Whether two entries are about two things: by the words that each both asks about and says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from engine.grounding.lexicon import lexicon
from engine.grounding.text import fold, is_han, stem
from engine.retrieval.text import words as split_words
from engine.review.acts import ACTS
from engine.review.qualifiers import EVERYWHERE
from engine.review.statements import Statement, reading

SAME_WORD = 0.72
"""The cosine from which on two words of one language mean the same."""
SAME_WORD_ACROSS = 0.6
"""The same for words of two languages: kittens and 小猫 .74, kittens and 小狗 .57."""
_SILENT = frozenset({"neg", "light", "axis", "stop", "mark", "quantity", "when"})
_MODAL_WORDS = "可以 支持 需要 怎么 什么 多少 多久 几天 我们 你们 能否 是否 时候 如何 一般 建议"
_MODAL = frozenset(_MODAL_WORDS.split())
_ALONE = frozenset({"ware", "material", "topic", "place"})
"""Kinds of which a Chinese word of one character is a word."""


class WordNearness(Protocol):
    """How near words of any two languages are."""

    def words(self, one: str, other: str) -> float:
        """The cosine of two words."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """A word that names something: as written (English stemmed), and what it stands for."""

    written: str
    plain: str
    concept: str
    after: str = ""
    """The word right after it, the head of what it modifies."""


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text that name something."""
    if not text:
        return ()
    return tuple(_chinese(text) if is_han(text) else _english(text))


def _english(text: str) -> Iterator[Word]:
    read = reading(text)
    kept = [t for t in read.tokens if t.kind not in _SILENT]
    for index, token in enumerate(kept):
        following = kept[index + 1] if index + 1 < len(kept) else None
        beside = following is not None and read.text[token.end : following.start] in (" ", "-")
        head = _stems(following.word) if following is not None and beside else ""
        yield Word(_stems(token.word), token.word.lower(), token.concept, after=head)


def _stems(word: str) -> str:
    return " ".join(stem(part) for part in word.lower().replace("-", " ").split())


def _chinese(text: str) -> Iterator[Word]:
    table = lexicon().chinese
    for word in split_words(fold(text)):
        known = table.get(word)
        if (known is not None and known.kind in _SILENT) or word in _MODAL or _counts(word):
            continue
        if len(word) > 1 or (known is not None and (known.kind in _ALONE or known.name in ACTS)):
            concept = known.name if known is not None else stem(word) if word.isascii() else word
            yield Word(word, word, concept)


def _counts(word: str) -> bool:
    return any(c in "0123456789一二两三四五六七八九十百半几第每" for c in word)


@lru_cache(maxsize=65536)
def twice_said(statement: Statement) -> tuple[Word, ...]:
    """The words of a statement that its entry also asks about, or is named after."""
    asked = [*words(statement.asked), *words(statement.title)]
    written, concepts = {w.written for w in asked}, {w.concept for w in asked}
    han, question = is_han(statement.text), fold(f"{statement.asked} {statement.title}")
    return tuple(
        w for w in words(statement.text)
        if w.concept not in EVERYWHERE
        and (w.written in written or w.concept in concepts or (han and w.written in question))
    )  # fmt: skip


@lru_cache(maxsize=65536)
def around(statement: Statement) -> tuple[Word, ...]:
    """The words that a statement's entry has anywhere."""
    whole = (statement.text, statement.asked, statement.title, statement.answer)
    return tuple(dict.fromkeys(w for text in whole for w in words(text)))


def two_topics(one: Statement, other: Statement, near: WordNearness) -> bool:
    """Whether each says twice what the other's entry never names: silver members, gold members."""
    ours, theirs = _private(one, other), _private(other, one)
    if not (ours and theirs):
        return _contrasted(one, other, near)
    across = is_han(one.text) != is_han(other.text)
    if is_han(one.text) and not across:
        return True
    least = SAME_WORD_ACROSS if across else SAME_WORD
    return all(
        any(not _named(word, theirs_too, near, least) for word in mine)
        for mine, theirs_too in ((ours, around(other)), (theirs, around(one)))
    ) or _contrasted(one, other, near)


def meet(ours: Iterable[Word], theirs: Sequence[Word], near: WordNearness) -> bool:
    """Whether a word that is not in every entry means the same as one of others."""
    for word in ours:
        if word.concept in EVERYWHERE or word.concept == "contact":
            continue
        if any(word.written == w.written or word.concept == w.concept for w in theirs):
            return True
        for other in theirs:
            across = is_han(word.plain) != is_han(other.plain)
            least = SAME_WORD_ACROSS if across else SAME_WORD
            if near.words(word.plain, other.plain) >= least:
                return True
    return False


def _private(one: Statement, other: Statement) -> tuple[Word, ...]:
    """The words that one statement says twice and the other's entry never."""
    every = around(other)
    written, concepts = {w.written for w in every}, {w.concept for w in every}
    told = fold(f"{other.text} {other.asked} {other.title} {other.answer}")
    han = is_han(one.text) and is_han(other.text)
    return tuple(
        w for w in twice_said(one)
        if w.written not in written and w.concept not in concepts
        and not (han and w.written in told)
    )  # fmt: skip


def _named(word: Word, among: Iterable[Word], near: WordNearness, least: float) -> bool:
    return any(near.words(word.plain, other.plain) >= least for other in among)


def _contrasted(one: Statement, other: Statement, near: WordNearness) -> bool:
    """Whether each puts another word before the same one, twice: baby seat, toddler seat."""
    if is_han(one.text) or is_han(other.text):
        return False
    ours, theirs = ({w.written for w in around(s)} for s in (one, other))
    mine = [w for w in twice_said(one) if w.after and w.written not in theirs]
    its = [w for w in twice_said(other) if w.after and w.written not in ours]
    return any(a.after == b.after and _differ(a, b, near) for a in mine for b in its)


def _differ(one: Word, other: Word, near: WordNearness) -> bool:
    """Whether two words mean two things; those that the word list holds for one may."""
    return one.concept == other.concept or near.words(one.plain, other.plain) < SAME_WORD
