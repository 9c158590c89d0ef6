"""Attribute lists of products, "pockets: 9; dishwasher: no", as phrases the rules can read."""

from __future__ import annotations

import re

_ONE = re.compile(r"([^:：;；]{1,40})[:：]\s*([^;；]+)")
_LIST = re.compile(rf"{_ONE.pattern}(?:[;；]\s*{_ONE.pattern})+")
_FIRST = re.compile(
    r"(?:no|none|not"
    r"|[\d.]+(?:\s*[-–~到至]\s*[\d.]+)?)\W*",
    re.I,
)


_DENIED = re.compile(r"(?:无|没有|否|不|不可|不能|不支持)\W*")


def attributes(sentence: str) -> list[str]:
    """The attributes of a list one by one, "9 pockets", "no dishwasher"; else the sentence."""
    if not _LIST.fullmatch(sentence):
        return [sentence]
    return [phrase(name.strip(), value.strip()) for name, value in _ONE.findall(sentence)]


def phrase(name: str, value: str) -> str:
    """One attribute as a phrase: "9 pockets", "no dishwasher", "height 48 cm"."""
    if _DENIED.fullmatch(value):
        return f"没有{name}"
    if _FIRST.fullmatch(value):
        return f"{value} {name}"
    return f"{name} {value}"
