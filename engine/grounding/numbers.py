"""Numbers however they are written: 1,200.50, 4,95, twenty-five, 一百二十, 半."""

from __future__ import annotations

import re
from decimal import Decimal

_UP_TO_19 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_ONES = _UP_TO_19.split()
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: dict[str, int] = {w: n for n, w in enumerate(_ONES)} | {
    w: 20 + 10 * n for n, w in enumerate(_TENS)
}
_SCALES = {"hundred": 100, "thousand": 1000}
ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_HAN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}

_ONE_WORD = "|".join(sorted([*_WORDS, *_SCALES], key=len, reverse=True))
DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d+(?:[.,]\d{1,2}(?!\d))"
    r"|\d+(?:\.\d+)?"
)
WORDS = (
    rf"\b(?:(?:a|half a) dozen|dozen|(?:a (?=hundred|thousand))?(?:{_ONE_WORD})"
    rf"(?:(?:[ -]| and )(?:{_ONE_WORD}))*"
    r"(?: and a half)?|half|twice)\b"
)
HAN_NUMBER = "[零〇一二两三四五六七八九十百千万]+半?|半"
NUMBER = rf"(?:{DIGITS}|{WORDS}|{HAN_NUMBER})"


def _digits(text: str) -> Decimal:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    if "," in text:
        return Decimal(text.replace(".", "").replace(",", "."))
    return Decimal(text)


def _english(text: str) -> Decimal:
    half = Decimal("0.5") if "half" in text else Decimal(0)
    if text == "twice":
        return Decimal(2)
    if "dozen" in text:
        return Decimal(6) if half else Decimal(12)
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SCALES:
            part = max(part, 1) * _SCALES[word]
            if word == "thousand":
                total, part = total + part, 0
        elif word in _WORDS:
            part += _WORDS[word]
    return Decimal(total + part) + half


def _han(text: str) -> Decimal:
    half = Decimal("0.5") if text.endswith("半") else Decimal(0)
    text = text.removesuffix("半")
    if len(text) > 1 and not set(text) & set(_HAN_SCALES):
        return Decimal("".join(str(_HAN[c]) for c in text)) + half
    total, part = 0, 0
    for char in text:
        if char == "万":
            total, part = (total + part) * 10000, 0
        elif char in _HAN_SCALES:
            total, part = total + max(part, 1) * _HAN_SCALES[char], 0
        else:
            part = _HAN[char]
    return Decimal(total + part) + half


def number(text: str) -> Decimal:
    """The value of one written number (a match of NUMBER)."""
    text = text.strip().lower()
    if text[0].isdigit():
        return _digits(text).normalize()
    if text[0].isascii():
        return _english(text).normalize()
    return _han(text).normalize()
