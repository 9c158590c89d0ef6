"""Units of a shop's quantities in English and Chinese, each as (name, factor to that name)."""

from __future__ import annotations

import re
from decimal import Decimal

# Durations keep minutes, months and working days apart: 30 days are not a month.
_TABLE: dict[str, tuple[str, str, str]] = {
    "minute": ("minute", "1", "minutes|minute|mins|min|分钟"),
    "hour": ("minute", "60", "hours|hour|hrs|hr|个小时|小时|个钟头|钟头|h"),
    "workday": (
        "workday",
        "1",
        "working days|working day|business days|business day|workdays|workday|weekdays"
        "|个工作日|工作日|个工作天|工作天",
    ),
    "calendar_day": (
        "minute",
        "1440",
        "calendar days|calendar day|days|day|个自然日|自然日|天|日",
    ),
    "night": ("night", "1", "nights|night|晚"),
    "week": ("minute", "10080", "weeks|week|个星期|星期|个礼拜|礼拜|周"),
    "month": ("month", "1", "months|month|个月"),
    "year": ("month", "12", "years|year|yrs|周年|年"),
    "age": ("month", "12", "years old|years of age|year-olds|year olds|year-old|year old|周岁|岁"),
    "second": ("second", "1", "seconds|secs|秒钟|秒"),
    "EUR": ("EUR", "1", "euros|euro|eur|€|欧元|欧"),
    "cent": ("EUR", "0.01", "euro cents|cents|cent|欧分"),
    "USD": ("USD", "1", "us dollars|dollars|dollar|usd|us\\$|\\$|美元|美金"),
    "GBP": ("GBP", "1", "pounds sterling|gbp|£|英镑"),
    "CNY": ("CNY", "1", "yuan|rmb|cny|¥|人民币|元|块钱|块"),
    "JPY": ("JPY", "1", "yen|jpy|日元"),
    "NOK": ("NOK", "1", "nok|norwegian kroner|挪威克朗"),
    "percent": ("percent", "1", "%|percent|per cent|个百分点"),
    "mm": ("mm", "1", "millimetres|millimeters|mm|毫米"),
    "cm": ("mm", "10", "centimetres|centimeters|centimetre|cm|厘米|公分"),
    "m": ("mm", "1000", "metres|meters|metre|meter|m|米"),
    "inch": ("inch", "1", 'inches|inch|"|英寸|寸'),
    "km": ("km", "1", "kilometres|kilometers|km|公里|千米"),
    "m2": ("m2", "1", "square metres|square meters|m2|平方米|平米"),
    "kg": ("g", "1000", "kilograms|kilogram|kilos|kilo|kg|公斤|千克"),
    "jin": ("g", "500", "斤"),
    "mg": ("g", "0.001", "milligrams|mg|毫克"),
    "g": ("g", "1", "grams|gram|g|克"),
    "l": ("ml", "1000", "litres|liters|litre|liter|l|升"),
    "cl": ("ml", "10", "cl|厘升"),
    "ml": ("ml", "1", "millilitres|milliliters|ml|毫升"),
    "celsius": (
        "celsius",
        "1",
        "degrees celsius|degrees c|degrees|°c|°|摄氏度|度",
    ),
    "watt": ("watt", "1", "watts|watt|w|瓦特|瓦"),
    "volt": ("volt", "1", "volts|volt|v|伏"),
    "lumen": ("lumen", "1", "lumens|lumen|lm|流明"),
    "kelvin": ("kelvin", "1", "kelvin|k|开尔文"),
    "gsm": ("gsm", "1", "gsm|g/m2"),
    "star": ("star", "1", "stars|star|颗星|星"),
    "point": ("point", "1", "loyalty points|points|point|积分|分"),
}
_PREFIX = {
    "€": "EUR",
    "eur": "EUR",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "£": "GBP",
    "gbp": "GBP",
}
_PREFIX |= {"¥": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY", "nok": "NOK"}

CURRENCIES = frozenset(_PREFIX.values()) | {"JPY"}
DURATIONS = frozenset({"minute", "workday", "month"})

_BY_SPELLING = {
    spelling.replace("\\", ""): (name, Decimal(factor))
    for name, factor, spellings in _TABLE.values()
    for spelling in spellings.split("|")
}
_LATIN = sorted((s for s in _BY_SPELLING if s[0].isascii() and s[0].isalpha()), key=len)[::-1]
_OTHER = sorted((s for s in _BY_SPELLING if s not in _LATIN), key=len)[::-1]
UNIT = (
    r"(?:(?:"
    + "|".join(re.escape(s).replace(r"\ ", "[ -]") for s in _LATIN)
    + r")(?![A-Za-z])|"
    + "|".join(map(re.escape, _OTHER))
    + ")"
)
PREFIX = "(?:" + "|".join(re.escape(p) for p in sorted(_PREFIX, key=len, reverse=True)) + ")"
MEASURES = (
    "名期个件只套种款把张条盏次位箱盒包瓶支本双对片块份杯层项页枚根座台副袋扇人组档成处家倍步"
)


def unit(spelling: str) -> tuple[str, Decimal]:
    """The unit and the factor to it of one spelling, e.g. "weeks" -> ("minute", 10080)."""
    lower = spelling.lower().strip()
    return _BY_SPELLING.get(lower) or _BY_SPELLING[lower.replace("-", " ")]


def prefix_unit(spelling: str) -> str:
    """The currency of a sign written before its amount."""
    return _PREFIX[spelling.lower()]
