"""Spelt amounts as plain ones: an hour and a half, a third of the price, only one, 两三天."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from engine.grounding.numbers import number

_ENGLISH = "minute|hour|day|week|month|year"
_HAN = "分钟|小时|钟头|天|周|星期|礼拜|个月|年"
_DIGIT = "一二两三四五六七八九"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _and_half(hit: re.Match[str]) -> str:
    whole = Decimal(1) if hit[1].lower() in ("a", "an", "one") else number(hit[1])
    return f"{_plain(whole + Decimal('0.5'))} {hit[2]}s"


def _quarters(hit: re.Match[str]) -> str:
    return f"{_plain(15 * (number(hit[1]) if hit[1] else Decimal(1)))} minutes"


_SUM = r"(?:the|its|your|that)? ?(?:price|total|sum|amount|cost|rent|fee|bill)"


def _share(hit: re.Match[str]) -> str:
    return f"{_plain((100 * number(hit[2]) / number(hit[1])).quantize(Decimal(1)))}%"


def _part(hit: re.Match[str]) -> str:
    parts = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}[hit[1].lower()]
    many = 2 if hit[0].lower().startswith("two") else 1
    return f"{_plain((Decimal(100 * many) / parts).quantize(Decimal(1)))}%"


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(rf"\b(an?|one|two|three|four|five|six|\d+) ({_ENGLISH})s? and a half\b", re.I),
        _and_half,
    ),
    (re.compile(rf"\b(\d+) and a half(?= (?:{_ENGLISH})s)", re.I), r"\1.5"),
    (re.compile(r"\b(?:(two|three|2|3) quarters|(?:a |one )?quarter)[ -](?:of an )?hours?\b", re.I),
     _quarters),
    (re.compile(r"\b(?:a |one )?fortnight\b", re.I), "14 days"),
    (
        re.compile(rf"\bhalf an? ({_ENGLISH}|met(?:re|er)|kilo(?:gram)?|lit(?:re|er))\b", re.I),
        r"0.5 \1s",
    ),
    (re.compile(rf"\ba couple of (?=(?:\w+ )?(?:{_ENGLISH})s)", re.I), "2 "),
    (re.compile(r"\ba decade\b", re.I), "10 years"),
    (re.compile(rf"(?<![{_DIGIT}十\d])([{_DIGIT}])刻钟"),
     lambda hit: f"{_plain(15 * number(hit[1]))}分钟"),
    (
        re.compile(rf"(?<![{_DIGIT}十\d])([{_DIGIT}\d]+)个半(小时|钟头|月|星期|礼拜)"),
        lambda hit: f"{_plain(number(hit[1]) + Decimal('0.5'))}个{hit[2]}",
    ),
    (
        re.compile(rf"(?<![{_DIGIT}十百\d])([{_DIGIT}])([{_DIGIT}])(?=个?(?:工作日|{_HAN}|月))"),
        lambda hit: f"{_plain(number(hit[1]))}-{_plain(number(hit[2]))}",
    ),
    (re.compile(r"一?个季度"), "3个月"),
    (re.compile(r"(?<=[只仅])([^,，。；;]{0,6}?)一(?=[台个次件张名位本份款套])"), r"\g<1>1"),
    (re.compile(r"\bonly one (?=[a-z])", re.I), "only 1 "),
    (re.compile(rf"([{_DIGIT}十])分之([{_DIGIT}])"), _share),
    (re.compile(r"(?<=的)一半|(?<=[价款额])一半"), "50%"),
    (re.compile(rf"\b(?:a|one|two) (half|third|quarter|fifth|tenth)s?(?= (?:off|of) {_SUM})", re.I),
     _part),
    (re.compile(rf"\bhalf(?= (?:off|of)? ?{_SUM})", re.I), "50%"),
)  # fmt: skip


def plainly(text: str) -> str:
    """A text whose spelt lengths of time, parts of a price and single things stand as numbers."""
    for pattern, plain in _RULES:
        text = pattern.sub(plain, text)
    return text
