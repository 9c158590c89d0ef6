"""Clock times, weekdays and dates, as quantities of their own units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from engine.grounding.numbers import HAN_NUMBER, number

Found = tuple[int, int, Decimal, Decimal, str]
"""start, end, low, high, unit."""

_MONTHS = "january february march april may june july august september october november december"
_MONTH_NUMBER = {m[:3]: n for n, m in enumerate(_MONTHS.split(), 1)}
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<name>{_MONTH})\b", re.I),
    re.compile(rf"\b(?P<name>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b", re.I),
    re.compile(rf"(?P<m>\d{{1,2}}|{HAN_NUMBER})月(?P<d>\d{{1,2}}|{HAN_NUMBER})[日号]"),
    re.compile(rf"\b(?:in|of|until|from|since|by|every|till) (?P<name>{_MONTH})\b", re.I),
    re.compile(r"(?P<m>\d{1,2}|[十一二三四五六七八九]+)月(?!\d)"),
)
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAY_NUMBER = {d[:3]: n for n, d in enumerate(_DAYS, 1)}
_DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?"
_HAN_DAY = {c: n for n, c in enumerate("一二三四五六", 1)} | {"日": 7, "天": 7, "末": 6}
_TO = r"\s*(?:-|to|through|until|till|至|到)\s*"
_WEEK = re.compile(
    rf"\b(?P<a>{_DAY})\b(?:{_TO}(?P<b>{_DAY})\b)?"
    rf"|(?:周|星期|礼拜)(?P<ha>[一二三四五六日天末])"
    rf"(?:{_TO}(?:周|星期|礼拜)?(?P<hb>[一二三四五六日天]))?"
    r"|(?P<work>\b(?:on |during )?weekdays?\b|平日)|(?P<end>\bweekends?\b|双休日)",
    re.I,
)
_PART = "上午|下午|晚上|早上|中午|傍晚|早|晚|凌晨"
_ONE_TIME = (
    rf"(?:(?P<p{{0}}>{_PART})\s*)?(?:(?P<h{{0}}>\d{{{{1,2}}}}):(?P<m{{0}}>\d\d)(?!\d)"
    rf"\s*(?P<q{{0}}>[ap]\.?m\b\.?)?"
    rf"|(?P<i{{0}}>\d{{{{1,2}}}})(?:\.(?P<n{{0}}>\d\d))?\s*(?P<r{{0}}>[ap]\.?m\b\.?|o'clock)"
    rf"|(?P<z{{0}}>\d{{{{1,2}}}}|[十一二两三四五六七八九]+)\s?点(?:钟|整)?(?P<f{{0}}>半)?)"
)
_TIME = re.compile(
    _ONE_TIME.format("a") + rf"(?:\s*(?:-|to|and|until|till|至|到)\s*{_ONE_TIME.format('b')})?",
    re.I,
)
_NOON = re.compile(r"\b(noon|midday|midnight)\b|(正午|午夜)", re.I)


def dates(text: str) -> Iterator[Found]:
    """Dates as month * 100 + day, months alone as unit "monthname"."""
    for pattern in _DATES:
        for hit in pattern.finditer(text):
            group = hit.groupdict()
            name = group.get("name")
            month = _MONTH_NUMBER[name[:3].lower()] if name else int(number(group["m"]))
            day = group.get("d")
            if not 1 <= month <= 12:
                continue
            value = Decimal(month * 100 + int(number(day))) if day else Decimal(month)
            yield *hit.span(), value, value, "date" if day else "monthname"


def weekdays(text: str) -> Iterator[Found]:
    """Weekdays 1..7, ranges kept; "weekdays" is 1..5 and "weekend" 6..7."""
    for hit in _WEEK.finditer(text):
        group = hit.groupdict()
        if group["work"] or group["end"]:
            low, high = (1, 5) if group["work"] else (6, 7)
        elif group["a"]:
            low = _DAY_NUMBER[group["a"][:3].lower()]
            high = _DAY_NUMBER[group["b"][:3].lower()] if group["b"] else low
        else:
            low = _HAN_DAY[group["ha"]]
            high = _HAN_DAY[group["hb"]] if group["hb"] else (7 if group["ha"] == "末" else low)
        plain = hit.group().lower() in ("sat", "sun", "mon", "wed")
        if plain and not hit.group()[0].isupper():
            continue
        yield *hit.span(), Decimal(low), Decimal(high), "weekday"


def _minutes(group: dict[str, str | None], side: str) -> int | None:
    hour = group["h" + side] or group["i" + side] or group["z" + side]
    if hour is None:
        return None
    part, half = group["p" + side] or "", group["f" + side]
    value = int(number(hour)) * 60 + int(
        group["m" + side] or group["n" + side] or (30 if half else 0)
    )
    marker = (group["q" + side] or group["r" + side] or "").lower()
    late = marker.startswith("p") or part in ("下午", "晚上", "傍晚", "晚")
    if late and value < 720:
        value += 720
    return value - 720 if marker.startswith("a") and value >= 720 else value


def times(text: str) -> Iterator[tuple[int, int, int, int | None]]:
    """Clock times as start, end, minutes after midnight and, of a range, its closing time."""
    for hit in _TIME.finditer(text):
        group = hit.groupdict()
        start = _minutes(group, "a")
        spelling = group["za"]
        loose = spelling and not spelling.isdigit() and not group["pa"]
        if start is None or start > 1440 or (loose and spelling in ("一", "两")):
            continue
        yield *hit.span(), start, _minutes(group, "b")
    for hit in _NOON.finditer(text):
        late = hit.group().lower() in ("midnight", "午夜")
        yield *hit.span(), 0 if late else 720, None
