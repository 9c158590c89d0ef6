"""A measure's words and its unit must agree: nothing weighs 24 cm."""

from __future__ import annotations

import re

from engine.grounding.reading import Reading

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
