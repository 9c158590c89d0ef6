"""A measure's words, its unit and its source agree: nothing weighs 24 cm, a height is no width."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading, Source

_KINDS = {"mm": "length", "inch": "length", "g": "weight", "gsm": "weight", "ml": "volume"}
_BEFORE = {
    "weight": re.compile(
        r"(?:\bweigh(?:s|ing|t)?(?: is| of)?|重量?|净重)"
        r"(?: only| about| around)?[\s:：是为约仅只有]*$"
    ),
    "length": re.compile(
        r"(?:\b(?:height|width|length|depth|diameter|thickness)(?: is| of)?"
        r"|高度?|宽度?|长度?|深度|直径|厚度?)(?: only| about| around)?[\s:：是为约仅只有]*$"
    ),
}
_AFTER = {
    "weight": re.compile(r"\s*(?:in weight|heavy)\b|\s*重(?![新要量])"),
    "length": re.compile(
        r"\s*(?:in (?:height|width|length|depth|diameter)|tall|high|wide|deep)\b"
        r"|\s*[高宽深厚](?![度温级达])"
    ),
}


def wrong_unit(reading: Reading) -> str:
    """The first quantity said to be a weight or a length whose unit measures another, or ""."""
    text = reading.text.lower()
    for quantity in reading.quantities:
        kind = _KINDS.get(quantity.unit)
        if kind is None:
            continue
        before, after = text[: quantity.start], text[quantity.end :]
        for said in _BEFORE:
            meant = _BEFORE[said].search(before) or _AFTER[said].match(after)
            if meant and said != kind:
                return quantity.text
    return ""


_WAYS = {
    "height": ("height|tall|high", "height", "tall|high", "高"),
    "width": ("width|wide|diameter|across", "width|diameter", "wide|across", "宽|直径"),
    "length": ("length|long", "length", "long", "长"),
    "depth": ("depth|deep", "depth", "deep", "深"),
    "thickness": ("thickness|thick", "thickness", "thick", "厚"),
}
"""By way to measure a thing: what is said before a length, "in …" after it, alone after it, in
Chinese. What is round is as wide as its diameter."""
_WAY_BEFORE = {
    way: re.compile(rf"(?:\b(?:{before})(?: is| of)?|(?:{zh})度?)[\s:：是为约仅只有]*$")
    for way, (before, _, _, zh) in _WAYS.items()
}
_WAY_AFTER = {
    way: re.compile(rf"\s*(?:in (?:{noun})|{alone})\b|\s*(?:{zh})(?![度温级达])")
    for way, (_, noun, alone, zh) in _WAYS.items()
}


def wrong_way(reading: Reading, sources: Sequence[Source]) -> str:
    """The first length said of another way to measure the thing than in every source, or ""."""
    for quantity in reading.quantities:
        said = _way(quantity, reading)
        if said is None:
            continue
        known = [
            _way(one, sentence)
            for source in sources
            for sentence in source.sentences
            for one in sentence.quantities
            if one.key == quantity.key
        ]
        if known and all(way is not None and way != said for way in known):
            return quantity.text
    return ""


def _way(quantity: Quantity, reading: Reading) -> str | None:
    """What a length measures, where the words right before it, else right after it, say so."""
    if _KINDS.get(quantity.unit) != "length":
        return None
    text = reading.text.lower()
    before, after = text[: quantity.start], text[quantity.end :]
    named = (way for way, pattern in _WAY_BEFORE.items() if pattern.search(before))
    told = (way for way, pattern in _WAY_AFTER.items() if pattern.match(after))
    return next(named, None) or next(told, None)
