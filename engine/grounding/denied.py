"""A no must come from a source, and a source's no must stay one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.grounding.reading import Reading, Source, Token

CONTENT = frozenset({"plain", "word", "ware", "topic", "material", "colour", "axis"})
Said = tuple[frozenset[str], bool]
"""What a clause is about, and whether it denies something."""


def undone(reading: Reading, sources: Sequence[Source]) -> bool:
    """Whether a clause says yes to what every source denies, or no to what none does."""
    told = [clause for s in sources for r in (s.title, *s.sentences) for clause in _clauses(r)]
    return any(
        _unfounded(about, told) if denies else _affirmed(about, told)
        for about, denies in _clauses(reading)
    )


def of_others(reading: Reading, question: Reading) -> str:
    """The goods a sentence denies something of, where the question is about others, or "".

    "Opened tea cannot be returned" is true, and no answer about a lamp.
    """
    asked = {t.concept for t in question.tokens if t.kind == "ware"}
    told = {t.concept: t.word for t in reading.tokens if t.kind == "ware"}
    denies = any(t.kind == "neg" for t in reading.tokens)
    if not (asked and told and denies) or asked & told.keys():
        return ""
    return next(iter(told.values()))


def _unfounded(about: frozenset[str], told: Sequence[Said]) -> bool:
    near = [denies for words, denies in told if words & about]
    return bool(near) and not any(near)


def _affirmed(about: frozenset[str], told: Sequence[Said]) -> bool:
    """Whether a source says no to something of this, and none says yes to it."""
    denied = [words for words, denies in told if denies and words and words <= about]
    granted = [words for words, denies in told if not denies]
    return any(not any(words <= other for other in granted) for words in denied)


def _clauses(reading: Reading) -> Iterator[Said]:
    by_clause: dict[int, list[Token]] = {}
    for token in reading.tokens:
        by_clause.setdefault(token.clause, []).append(token)
    for tokens in by_clause.values():
        about = frozenset(t.concept for t in tokens if t.kind in CONTENT)
        yield about, any(t.kind == "neg" or t.sign < 0 for t in tokens)
