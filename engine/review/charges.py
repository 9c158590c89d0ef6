"""One statement that says a thing is free, and another that names its price."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.grounding.units import CURRENCIES
from engine.review.acts import acts
from engine.review.same_thing import TELLING
from engine.review.statements import Statement
from engine.review.topics import around, words

_WITHIN = re.compile(
    r"\bincluded in the (?:\w+ )?(?:price|rent|fee|fare|cost)|\bpart of the (?:service|price)"
    r"|(?:包含在|已含在|含在|计入).{0,6}价|价格(?:已|中)?包?含",
    re.I,
)


@lru_cache(maxsize=65536)
def _free(statement: Statement) -> bool:
    """Whether it says that something is free, and names no price beside it."""
    read = statement.reading
    free = any(t.concept == "free" and t.sign > 0 for t in read.tokens) or bool(
        _WITHIN.search(read.text)
    )
    denied = any(t.kind == "neg" for t in read.tokens)
    return free and not denied and not any(q.unit in CURRENCIES for q in read.quantities)


@lru_cache(maxsize=65536)
def _priced(statement: Statement) -> bool:
    """Whether it names one price, and says of nothing that it is free."""
    read = statement.reading
    prices = [q for q in read.quantities if q.unit in CURRENCIES]
    free = any(t.concept == "free" and t.sign > 0 for t in read.tokens)
    return len(prices) == 1 and not free and not prices[0].bound and prices[0].high > 0


def free_or_priced(one: Statement, other: Statement) -> bool:
    """Whether one says free and the other names a price, of what both name and of one act."""
    if not ((_free(one) and _priced(other)) or (_free(other) and _priced(one))):
        return False
    ours, theirs = (frozenset(w.concept for w in words(s.text)) for s in (one, other))
    everything = [{w.concept for w in around(s)} for s in (one, other)]
    if not (ours & theirs) - {"order", "item", "customer", "parcel", "pay"}:
        return False
    named = [{t.concept for t in s.reading.tokens if t.kind in TELLING} for s in (one, other)]
    if named[0] - everything[1] or named[1] - everything[0]:
        return False
    done = [acts(s.reading.tokens) - {"pay"} for s in (one, other)]
    return not (done[0] - everything[1] and done[1] - everything[0])
