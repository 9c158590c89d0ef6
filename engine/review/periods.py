"""How often something is done, and for what span or unit a value holds: twice a week, per hour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from engine.grounding.facts import Fact
from engine.grounding.numbers import HAN_NUMBER, number
from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading

PERIOD = "period"
"""The category of how often something is done."""
_MINUTES = {
    "hour": 60, "day": 1440, "week": 10080, "fortnight": 20160, "month": 43830, "season": 131490,
    "quarter": 131490, "year": 525960,
}  # fmt: skip
_HAN_MINUTES = {
    "小时": 60, "天": 1440, "日": 1440, "晚": 1440, "周": 10080, "星期": 10080, "礼拜": 10080,
    "月": 43830, "季": 131490, "季度": 131490, "年": 525960,
}  # fmt: skip
_ADVERBS = {
    "hourly": 60, "daily": 1440, "weekly": 10080, "fortnightly": 20160, "monthly": 43830,
    "yearly": 525960, "annually": 525960,
}  # fmt: skip
_COUNT = r"\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve"
_UNITS = "|".join(_MINUTES)
_TIMES = re.compile(
    rf"\b(?:(?P<once>once|twice)|(?P<n>{_COUNT})(?: or (?:{_COUNT}))? (?:times|meals|doses))"
    rf"(?: \w+)? (?:an?|per|each|every|in an?) (?P<m>(?:{_COUNT}|other) )?(?P<u>{_UNITS})s?\b",
    re.I,
)
_EVERY = re.compile(
    rf"\b(?:every|each) (?P<m>(?:{_COUNT}|other|single) )?(?P<u>{_UNITS})s?\b", re.I
)
_ADVERB = re.compile(rf"\b({'|'.join(_ADVERBS)})\b", re.I)
_HAN_UNITS = "小时|天|日|晚|周|星期|礼拜|季度?|月|年"
_HAN_TIMES = re.compile(
    rf"(?:每|(?P<other>隔))(?P<m>\d+(?:\.\d+)?|{HAN_NUMBER})?\s*个?(?P<u>{_HAN_UNITS})"
    rf"(?P<gap>[^,，。；;\d]{{0,10}}?)(?P<n>\d+|{HAN_NUMBER})\s*[次遍回]"
    rf"|(?<!第)[一1]个?(?P<v>{_HAN_UNITS})[^,，。；;\d]{{0,4}}?(?P<k>\d+|{HAN_NUMBER})\s*[次遍回]"
)
_RATE = re.compile(
    r"^\s*(?:\w+ )?(?:per|a|an|each|every|/|for (?:a|an|one|the)(?: whole| full)?) ?"
    r"(?:(?:\d+|whole|full|extra|additional) )?([a-z]+)",
    re.I,
)
_RATE_BEFORE = re.compile(
    r"\b(?:per|each|every|for (?:a|an|one|the)(?: whole| full)?|(?:a|one) (?:whole|full)) ([a-z]+)"
    r"\b[^,;.]{0,60}$",
    re.I,
)
_HAN_RATE = re.compile(
    r"(?:每|/|一)个?(小时|[天晚日周月年人位件单张条双层节次只公斤千克斤克个])(?!选|送|定)"
)
_SPAN_WORDS = (
    "minute hour day night week weekend month year person child adult item piece pair order parcel"
    " kilo kg kilogram gram litre metre session lesson class use visit floor room seat ticket box"
    " pack bottle page"
)
_SPANS = frozenset(_SPAN_WORDS.split())


def _period(unit: int, many: str | None, times: Decimal) -> Decimal:
    spelt = (many or "1").strip().lower()
    length = {"other": Decimal(2), "single": Decimal(1)}.get(spelt) or number(spelt)
    return unit * length / (times or 1)


def _english(text: str) -> Iterator[tuple[int, int, Decimal]]:
    for hit in _TIMES.finditer(text):
        once = (hit["once"] or "").lower()
        times = Decimal({"once": 1, "twice": 2}[once]) if once else number(hit["n"])
        yield *hit.span(), _period(_MINUTES[hit["u"].lower()], hit["m"], times)
    for hit in _EVERY.finditer(text):
        yield *hit.span(), _period(_MINUTES[hit["u"].lower()], hit["m"], Decimal(1))
    for hit in _ADVERB.finditer(text):
        yield *hit.span(), Decimal(_ADVERBS[hit[1].lower()])


def _chinese(text: str) -> Iterator[tuple[int, int, Decimal]]:
    for hit in _HAN_TIMES.finditer(text):
        many = hit["m"] or ("2" if hit["other"] else None)
        spelt, times = hit["u"] or hit["v"], number(hit["n"] or hit["k"])
        yield *hit.span(), _period(_HAN_MINUTES[spelt], many, times)


@lru_cache(maxsize=8192)
def periods(reading: Reading) -> tuple[Fact, ...]:
    """How often a sentence says that something is done, each as a length of time."""
    found: list[Fact] = []
    taken: list[tuple[int, int]] = []
    for start, end, length in (*_english(reading.text), *_chinese(reading.text)):
        if any(a < end and start < b for a, b in taken):
            continue
        taken.append((start, end))
        spelt = reading.text[start:end].strip()
        value = Quantity(length, length, PERIOD, "", start, end, spelt)
        found.append(Fact(PERIOD, value, reading, start))
    return tuple(found)


@lru_cache(maxsize=8192)
def rate(reading: Reading, start: int, end: int) -> str:
    """The span or unit that an amount is for, or "": "hour" in "€12 per hour"."""
    after = _RATE.search(reading.text[end : end + 30])
    if after and (unit := _singular(after[1])) in _SPANS:
        return unit
    clause = reading.clause_of(start)
    begins = reading.starts[clause]
    ends = (*reading.starts[1:], len(reading.text))[clause]
    before = _RATE_BEFORE.search(reading.text[begins:start])
    if before and (unit := _singular(before[1])) in _SPANS:
        return unit
    han = _HAN_RATE.search(reading.text[begins:ends])
    return han[1] if han else ""


def _singular(word: str) -> str:
    return word.lower().removesuffix("s")
