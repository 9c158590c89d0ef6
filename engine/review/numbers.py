"""Two statements about one thing that name different amounts, dates or times."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.grounding.facts import Fact, facts
from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading
from engine.grounding.subjects import same_value
from engine.grounding.text import is_han
from engine.grounding.units import CURRENCIES
from engine.review.periods import PERIOD, periods, rate
from engine.review.same_thing import about_fact, likeness, same_thing
from engine.review.statements import Statement
from engine.review.topics import Word, WordNearness, meet, words

SILENT = frozenset({"ordinal", "star", "fraction", "size", "yearname", "monthname"})
"""Categories of values that settle nothing by themselves."""
LEAST_LIKE = 0.4
"""The part of the words around two values that must be around both."""
MINUTES = {"minute": Decimal(1), "workday": Decimal(1440), "month": Decimal(43830)}
"""A length of time in minutes, roughly: enough to tell 30 days from 3 months."""
RATED = CURRENCIES | {"percent", "count", "point", "g", "ml"}
"""Kinds of amounts that may be for a span or a unit each: per hour, 每人."""
MEASURED = frozenset({"g", "mm", "ml", "inch", "m2"})
ATTRIBUTES = frozenset({"weight", "height", "width", "length", "depth", "diameter", "thick"})
"""What a measure may be of; values of two of them are of two things."""
_ORDERED = re.compile(
    r"\b(?:orders?|baskets?|purchases?|spend(?:ing)?)(?: (?:\w+ ){0,2}"
    r"(?:of|over|above|from|under|below|worth|at least|more than))?(?: at least)? ?[€$£¥]?$"
    r"|\b(?:minimum(?: order)?(?: is| of)?|once you spend) ?[€$£¥]?$|(?:订单|消费|购物|实付|单笔)?"
    r"(?:不?满|达到?|超过)$",
    re.I,
)
"""What stands before an amount that an order must come to."""
NEARLY = Decimal("0.15")
"""The difference up to which lengths of time in different units are the same: a month, 30 days."""
WEEK = Decimal("1.5")
"""How many calendar days a working day may take: 5 working days are a week."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two values of one thing. `key` names the wording: amount, time, date."""

    one: Fact
    other: Fact
    like: float = 0.0

    @property
    def key(self) -> str:
        """Under which word it is told."""
        kind = self.one.category
        if kind in ("clock", "date", "weekday"):
            return kind
        return "money" if kind in CURRENCIES else "number"


def clash(
    one: Statement, other: Statement, *, sure: bool = False, near: WordNearness | None = None
) -> Clash | None:
    """The values of one thing in which two statements differ most plainly, or None.

    `sure`: the statements are so near in meaning that they need not share words. `near`: they are
    near enough for that where each has but one value of the kind, and one word means the same.
    """
    ours, theirs = list(values_of(one.reading)), list(values_of(other.reading))
    kinds = [Counter(f.category for f in side) for side in (ours, theirs)]
    found = []
    for a, b in _unmatched(ours, theirs):
        mine, its = about_fact(one, a), about_fact(other, b)
        single = all(count[a.category] == 1 for count in kinds)
        alone = near is not None and single and meet(clause_words(a), clause_words(b), near)
        like = likeness(mine, its)
        if same_thing(mine, its, sure=sure or alone) and (like >= LEAST_LIKE or sure or alone):
            found.append(Clash(a, b, like))
    return max(found, key=lambda clash: clash.like, default=None)


def values_of(reading: Reading) -> Iterator[Fact]:
    """The amounts, dates and times that a sentence states, and how often it says is done what."""
    often = periods(reading)
    spans = [(f.value.start, f.value.end) for f in often if isinstance(f.value, Quantity)]
    yield from often
    for fact in facts(reading):
        inside = any(start <= fact.position < end for start, end in spans)
        if isinstance(fact.value, Quantity) and fact.category not in SILENT and not inside:
            yield fact


def _unmatched(ours: Sequence[Fact], theirs: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Pairs of values of one category, of neither of which the other statement has the same."""
    by_category: dict[str, list[Fact]] = defaultdict(list)
    for fact in theirs:
        by_category[fact.category].append(fact)
    for a in ours:
        rivals = by_category[a.category]
        if any(alike(a, b) for b in rivals):
            continue
        for b in rivals:
            if not any(alike(x, b) for x in ours if x.category == b.category) and comparable(a, b):
                yield a, b


def alike(one: Fact, other: Fact) -> bool:
    """Whether two values can both be true of one thing: the same, or one within the other."""
    a, b = one.value, other.value
    if not (isinstance(a, Quantity) and isinstance(b, Quantity)):
        return False
    if same_value(one, other) or same_value(other, one):
        return True
    if one.category == PERIOD or (one.category == "time" and a.unit != b.unit):
        return _about_as_long(a, b)
    if a.unit != b.unit or one.category == "weekday":
        return False
    point_a, point_b = a.low == a.high, b.low == b.high
    if point_a and point_b:
        return False
    for span, end in ((a, b), (b, a)):
        if span.low != span.high and end.low == end.high and end.bound:
            return end.high >= span.high if end.bound == "high" else end.low <= span.low
    return (a.low <= b.low and b.high <= a.high) or (b.low <= a.low and a.high <= b.high)


def _about_as_long(a: Quantity, b: Quantity) -> bool:
    longest, other = a.high * MINUTES.get(a.unit, Decimal(1)), b.high * MINUTES.get(b.unit, 1)
    least, most = sorted((longest, other))
    slack = WEEK if "workday" in (a.unit, b.unit) else 1 + NEARLY
    return most <= least * slack


def comparable(one: Fact, other: Fact) -> bool:
    """Whether two different values answer one question: both prices, both limits, both openings."""
    a, b = one.value, other.value
    if not (isinstance(a, Quantity) and isinstance(b, Quantity)):
        return False
    kind = one.category
    if kind in RATED:
        rates = (rate(one.reading, a.start, a.end), rate(other.reading, b.start, b.end))
        if all(rates) and rates[0] != rates[1] and is_han(rates[0]) == is_han(rates[1]):
            return False
    if kind in MEASURED and _measured(one) != _measured(other):
        return False
    if kind in CURRENCIES and _of_an_order(one) != _of_an_order(other):
        return False
    if kind in CURRENCIES or kind == "clock":
        return a.bound == b.bound and (kind != "clock" or _same_days(one, other))
    if kind == "weekday":
        ranged = a.low < a.high and b.low < b.high
        return ranged and a.low <= b.high and b.low <= a.high and not (_denied(one, other))
    if kind == "count":
        return bool(a.nouns & b.nouns)
    return not (a.bound and b.bound and a.bound != b.bound)


def _of_an_order(fact: Fact) -> bool:
    """Whether an amount of money is what an order comes to, and no price."""
    return bool(_ORDERED.search(fact.reading.text[max(0, fact.position - 40) : fact.position]))


def _measured(fact: Fact) -> frozenset[str]:
    """Of what a measure in a clause is: its weight, what it holds."""
    clause = fact.reading.clause_of(fact.position)
    named = {t.concept for t in fact.reading.tokens if t.clause == clause}
    return frozenset(named & ATTRIBUTES)


def clause_words(fact: Fact) -> tuple[Word, ...]:
    """The words of the clause that a value stands in."""
    clause = fact.reading.clause_of(fact.position)
    ends = (*fact.reading.starts[1:], len(fact.reading.text))
    return words(fact.reading.text[fact.reading.starts[clause] : ends[clause]])


def _denied(*all_facts: Fact) -> bool:
    return any(
        t.kind == "neg" or (t.concept == "open" and t.sign < 0)
        for fact in all_facts
        for t in fact.reading.tokens
        if t.clause == fact.reading.clause_of(fact.position)
    )


def _same_days(one: Fact, other: Fact) -> bool:
    """Whether two times may be of the same day: the day named last before each, if any."""
    first, second = _day(one), _day(other)
    if first is None or second is None:
        return first is second
    return first.low <= second.high and second.low <= first.high


def _day(fact: Fact) -> Quantity | None:
    days = [q for q in fact.reading.quantities if q.unit == "weekday"]
    before = [q for q in days if q.start < fact.position]
    return before[-1] if before else (days[0] if days else None)


def between(
    ours: Sequence[Statement], theirs: Sequence[Statement]
) -> Iterator[tuple[Statement, Statement, Clash]]:
    """Values in which two tellings of one answer differ, category by category and in order.

    A value that only one of them has is an omission, and no clash.
    """
    a = [(f, s) for s in ours if s.counts for f in values_of(s.reading)]
    b = [(f, s) for s in theirs if s.counts for f in values_of(s.reading)]
    left = [(f, s) for f, s in a if not any(retold(f, g) for g, _ in b)]
    right = [(f, s) for f, s in b if not any(retold(f, g) for g, _ in a)]
    for one, said in left:
        rival = next((pair for pair in right if _same_kind(one, pair[0])), None)
        if rival is not None and _tells(one, rival[0]):
            right.remove(rival)
            yield said, rival[1], Clash(one, rival[0])


def _same_kind(one: Fact, other: Fact) -> bool:
    return one.category == other.category


def retold(one: Fact, other: Fact) -> bool:
    """Whether a value is another's in a second language, where counted things have other words."""
    a, b = one.value, other.value
    counted = one.category == "count" and isinstance(a, Quantity) and isinstance(b, Quantity)
    if counted and _same_kind(one, other):
        return (a.low, a.high) == (b.low, b.high)  # type: ignore[union-attr]
    return _same_kind(one, other) and alike(one, other)


def _tells(one: Fact, other: Fact) -> bool:
    """Whether two values of two languages are surely of one thing: a bare count may not be."""
    a, b = one.value, other.value
    if one.category == "clock":
        return isinstance(a, Quantity) and isinstance(b, Quantity) and a.bound == b.bound
    return one.category != "count" or (one.label[0].isdigit() and other.label[0].isdigit())
