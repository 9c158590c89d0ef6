"""Postal addresses in a text: a street with its number, by pattern and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.privacy_address_forms import (
    CITY_AFTER,
    ENDS,
    FORMS,
    GOES_ON,
    HINT_BEFORE,
    PLACES_AFTER,
    SMALL_PLACE_AFTER,
    STRONG_AFTER,
    STRONG_BEFORE,
    UNITS_AFTER,
    Witness,
)
from engine.privacy_chinese_addresses import chinese_addresses

_WORD_BEFORE_NUMBER = re.compile(r"([^\W\d_]+)\.? \d|$")
_DIGIT, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]{2}")
_LOOK_BACK = 60


def addresses(plain: str) -> list[tuple[int, int]]:
    """Start and end of every postal address, from left to right, none overlapping."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted([*chinese_addresses(plain), *_western(plain)]):
        if merged and _is_one(plain, merged[-1][1], start):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    # A full stop may end the sentence as well as an abbreviation; it gives nothing away.
    return [(start, start + len(plain[start:end].rstrip(" .,"))) for start, end in merged]


def _is_one(plain: str, end: int, start: int) -> bool:
    return start <= end or re.fullmatch(r"[,\s>]{1,4}", plain[end:start]) is not None


def _western(plain: str) -> Iterator[tuple[int, int]]:
    if not (_DIGIT.search(plain) and _LETTERS.search(plain)):
        return
    words = [word.casefold() for word in _WORD_BEFORE_NUMBER.findall(plain)]
    for form in FORMS:
        if not any(word.endswith(form.endings) for word in words):
            continue
        at = 0
        while match := form.pattern.search(plain, at):
            end = _end(plain, match, form.witness)
            if end:
                yield match.start(), end
            at = end or match.start() + 1


def _end(plain: str, match: re.Match[str], witness: Witness) -> int:
    """Where the address ends, with the unit, code and place after it; 0 if it is none."""
    end = match.end()
    stop, sure = _tail(plain, end)
    if sure or witness is Witness.NONE:
        return stop
    before = plain[max(0, match.start() - _LOOK_BACK) : match.start()]
    strong = STRONG_BEFORE.search(before) or STRONG_AFTER.match(plain, stop)
    good = {
        Witness.GOES_ON: strong or GOES_ON.match(plain, end),
        Witness.HINT: (strong and ENDS.match(plain, stop))
        or (HINT_BEFORE.search(before) and ENDS.match(plain, end)),
        Witness.STRONG_GOES_ON: strong and GOES_ON.match(plain, end),
        Witness.STRONG: strong and ENDS.match(plain, end),
    }[witness]
    return stop if good else 0


def _tail(plain: str, end: int) -> tuple[int, bool]:
    """Where unit, code and place end, and whether more than a city was there."""
    units = UNITS_AFTER.match(plain, end)
    stop = units.end() if units else end
    for pattern in PLACES_AFTER:
        if more := pattern.match(plain, stop):
            return more.end(), True
    if units and (more := SMALL_PLACE_AFTER.match(plain, stop)):
        return more.end(), True
    for _ in range(2):
        if city := CITY_AFTER.match(plain, stop):
            stop = city.end()
    return stop, units is not None
