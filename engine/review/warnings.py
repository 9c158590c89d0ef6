"""All that an operator should look at in their entries, each with an id to dismiss it by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.grounding.text import fold
from engine.review.contradictions import Contradiction, between_entries, within_entry
from engine.review.duplicates import near_identical, questions
from engine.review.nearness import Nearness
from engine.review.planted import off_topic, planted
from engine.review.statements import sentences, statements
from engine.review.wording import told
from engine.types import Entry, Shop
from knowledge_base.conflicts import Conflict, conflicts

STALE_DAYS = 365
"""Days after which an entry should be checked again."""
ID_LENGTH = 16


class WarningKind(StrEnum):
    """What is wrong."""

    CONTRADICTION = "contradiction"
    DUPLICATE = "duplicate"
    PLANTED = "planted"
    UNTRANSLATED = "untranslated"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing to look at. `quotes`: the sentences it is about; `key`, `values`: its wording.

    `hidden`: those of its entries that shoppers are not shown yet.
    """

    kind: WarningKind
    entries: tuple[str, ...]
    languages: tuple[str, ...]
    quotes: tuple[str, ...]
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same as long as the quoted sentences stand: a change brings the warning back."""
        where = sorted(zip(self.entries, self.languages, map(fold, self.quotes), strict=False))
        whole = repr((self.kind.value, self.key, self.entries, self.languages, where))
        return hashlib.sha256(whole.encode()).hexdigest()[:ID_LENGTH]

    def told(self, language: str) -> str:
        """What is wrong, in the operator's words, and which of its entries is hidden."""
        words = told(self.key, self.values, language)
        if not self.hidden:
            return words
        space = "" if language.split("-")[0] == "zh" else " "
        return words + space + told("hidden", {"one": ", ".join(self.hidden)}, language)


def warnings(
    entries: Sequence[Entry],
    near: Nearness | None,
    shop: Shop,
    *,
    today: date,
    stale_days: int = STALE_DAYS,
) -> tuple[Warning, ...]:
    """All warnings of a shop's entries, the gravest kind first; of hidden ones contradictions only.

    Without `near` nothing is encoded: duplicates are those word for word, and contradictions the
    values in which an entry's own languages differ.
    """
    shown = [entry for entry in entries if not entry.hidden]
    same = conflicts(shown)
    found = [*_exact(same)]
    if near is not None:
        found += _contradictions(entries, near, None)
        found += _duplicates(shown, near, same, None)
    for entry in entries:
        found += _alone(entry, near, shop, today, stale_days)
    return _ordered(found)


def warnings_of(
    entry: Entry,
    others: Sequence[Entry],
    near: Nearness | None,
    shop: Shop,
    *,
    today: date,
    stale_days: int = STALE_DAYS,
) -> tuple[Warning, ...]:
    """The warnings that one edited entry takes part in; only its own texts are encoded anew."""
    every = [entry, *(other for other in others if other.id != entry.id)]
    shown = [other for other in every if not other.hidden]
    same = conflicts(shown)
    found = [w for w in _exact(same) if entry.id in w.entries]
    if near is not None:
        found += _contradictions(every, near, entry)
        if not entry.hidden:
            found += _duplicates(shown, near, same, entry)
    return _ordered([*found, *_alone(entry, near, shop, today, stale_days)])


def _ordered(found: Iterable[Warning]) -> tuple[Warning, ...]:
    kinds = list(WarningKind)
    unique = {warning.id: warning for warning in found}
    return tuple(sorted(unique.values(), key=lambda w: (kinds.index(w.kind), w.entries, w.id)))


def _exact(same: Sequence[Conflict]) -> Iterator[Warning]:
    for one in same:
        yield Warning(
            WarningKind.DUPLICATE, one.entries, (), (one.question,), "same_question",
            {"one": one.question},
        )  # fmt: skip


def _contradictions(
    entries: Sequence[Entry], near: Nearness, only: Entry | None
) -> Iterator[Warning]:
    said = [s for entry in entries for s in statements(entry)]
    asked = None if only is None else [i for i, s in enumerate(said) if s.entry == only.id]
    yield from map(_contradiction, between_entries(said, near, asked))


def _contradiction(found: Contradiction) -> Warning:
    pair = sorted((found.one, found.other), key=lambda s: (s.entry, s.language, s.text))
    one, other = found.values if pair[0] is found.one else found.values[::-1]
    entries = dict.fromkeys(s.entry for s in pair)
    return Warning(
        WarningKind.CONTRADICTION, tuple(entries), tuple(s.language for s in pair),
        tuple(s.text for s in pair), found.key, {"one": one, "other": other},
        tuple(dict.fromkeys(s.entry for s in pair if s.scope.hidden)),
    )  # fmt: skip


def _duplicates(
    entries: Sequence[Entry], near: Nearness, known: Sequence[Conflict], only: Entry | None
) -> Iterator[Warning]:
    asked = [q for entry in entries for q in questions(entry)]
    chosen = None if only is None else [i for i, q in enumerate(asked) if q.entry == only.id]
    same = {bare for c in known if (bare := _bare(c.question))}
    for one, other in near_identical(asked, near, chosen):
        if _bare(one.text) == _bare(other.text) and _bare(one.text) in same:
            continue
        pair = sorted((one, other), key=lambda q: (q.entry, q.text))
        yield Warning(
            WarningKind.DUPLICATE, tuple(q.entry for q in pair), tuple(q.language for q in pair),
            tuple(q.text for q in pair), "near_question",
        )  # fmt: skip


def _bare(text: str) -> str:
    return "".join(char for char in fold(text).casefold() if char.isalnum())


def _alone(
    entry: Entry, near: Nearness | None, shop: Shop, today: date, stale_days: int
) -> Iterator[Warning]:
    """What is wrong with an entry by itself."""
    yield from map(_contradiction, within_entry(list(statements(entry)), near))
    if entry.hidden:
        return
    yield from _planted(entry)
    yield from _untranslated(entry, shop)
    yield from _stale(entry, today, stale_days)


def _planted(entry: Entry) -> Iterator[Warning]:
    for language, answer in entry.answers.items():
        told = sentences(answer)
        named = (entry.titles.get(language, ""), *entry.questions.get(language, ()))
        for place, sentence in enumerate(told):
            around = (*named, *told[:place], *told[place + 1 :])
            hit = planted(sentence) or (sentence if off_topic(sentence, around) else "")
            if hit:
                yield Warning(
                    WarningKind.PLANTED, (entry.id,), (language,), (sentence,),
                    "instruction", {"one": hit},
                )  # fmt: skip


def _untranslated(entry: Entry, shop: Shop) -> Iterator[Warning]:
    for language in shop.languages:
        for key, texts in (("no_answer", entry.answers), ("no_questions", entry.questions)):
            if not texts.get(language):
                yield Warning(
                    WarningKind.UNTRANSLATED, (entry.id,), (language,), (), key,
                    {"language": language},
                )  # fmt: skip


def _stale(entry: Entry, today: date, stale_days: int) -> Iterator[Warning]:
    if entry.valid_until is not None and entry.valid_until < today:
        day = entry.valid_until.isoformat()
        yield Warning(WarningKind.STALE, (entry.id,), (), (day,), "expired", {"day": day})
    if entry.last_checked is not None:
        days = (today - entry.last_checked).days
        if days > stale_days:
            day = entry.last_checked.isoformat()
            values = {"day": day, "days": str(days)}
            yield Warning(WarningKind.STALE, (entry.id,), (), (day,), "unchecked", values)
