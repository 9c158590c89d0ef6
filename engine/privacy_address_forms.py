"""How street and number are written, west of China, and what may follow and precede them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from engine.privacy_address_words import (
    AFTER_STREETS,
    BEFORE_NAMES,
    COUNTRIES,
    ENDING_WORDS,
    ENDINGS,
    INSIDE_NAMES,
    MAYBE_ENDINGS,
    MAYBE_STREETS,
    NO_NAMES,
    STREETS,
    UNITS,
)


class Witness(Enum):
    """What has to stand around a form of street and number for it to be an address."""

    NONE = auto()
    GOES_ON = auto()
    """The sentence goes on as after a street, not with a product's noun."""
    HINT = auto()
    """A unit, postcode or country after it, or "at", "to", … before it."""
    STRONG_GOES_ON = auto()
    """STRONG, but the sentence may go on as after a street."""
    STRONG = auto()
    """A unit, postcode or country after it, or "I live at", "ship to", … before it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write street and number."""

    witness: Witness
    pattern: re.Pattern[str]
    endings: tuple[str, ...] = ("",)
    """How a word before a number must end for the form to be tried at all."""


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


_CAPITAL = "[" + "".join(chr(i) for i in range(0x250) if chr(i).isupper()) + "Α-ΩΆ-Ώ∆А-ЯЁ]"
_NONE = rf"(?!(?i:{_any(NO_NAMES)})\b)"
_REST = r"[^\W_]*(?:['’\-][^\W_]+)*\.?"
_NAME_WORD = rf"{_NONE}{_CAPITAL}{_REST}"
_INSIDE = _any(INSIDE_NAMES)
_NAME = rf"{_NAME_WORD}(?: (?:{_INSIDE} ){{0,2}}{_NAME_WORD}){{0,4}}"
_WORD = rf"{_NONE}[^\W\d_]{_REST}"
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)"

_MEASURE = r"(?:[€$£¥%×]|(?i:eur|usd|gbp|euros?|cm|mm|kg|ml)\b)"
_NUMBER = rf"\d{{1,6}}(?:[\-/]\d{{1,4}})?[A-Za-z]?(?![\w€$£¥%@])(?![.,:]\d)(?! ?{_MEASURE})"
_FREE = r"(?<![\w.,:/€$£¥#\-])(?<![€$£¥#] )"
_LEAD = rf"{_FREE}{_NUMBER},? (?:{_NUMBER},? )?"
_NO_YEAR = r"(?!(?:19|20)\d\d[ \-])"

# A lower-case "via" is how a parcel travels, one before capitals is a carrier's.
_VIA = r"Via\b(?= (?:\w+ )?\w*[a-zà-ÿ])"
_ROAD = rf"(?:(?i:{_any(word for word in BEFORE_NAMES if word != 'via')})(?!\w)|{_VIA})\.?"
_ROAD_OF = rf"{_ROAD} (?:{_INSIDE} ){{0,2}}"

_GAP = r"(?:,?[ \t]{1,4}|,|,?[ \t]{0,3}\n{1,2}[>?\s]{0,8},? ?)"
_UNIT = rf"(?:(?i:{_any(UNITS)})\b\.? ?(?i:no\.? ?)?#?\d{{1,5}}[A-Za-z]?\b|#\d{{1,5}}\b)"

_STREET = rf"{_LEAD}(?:(?:(?:{_WORD}|{_ORDINAL}) ){{1,4}}(?i:{_any(STREETS)})|(?i:broadway))\b\.?"
_ENDED_STREET = (
    rf"{_FREE}(?:{_NUMBER},? )?(?:{_NAME_WORD} ){{0,2}}"
    rf"(?i:[^\W\d_]{{2,}}{_any(ENDINGS)}|{_any(ENDINGS)})\.? {_NUMBER}\.?"
)
_MAYBE_ENDED_STREET = (
    rf"{_FREE}(?:{_NUMBER},? )?(?:{_NAME} )?"
    rf"(?i:[^\W\d_]{{2,}}{_any(MAYBE_ENDINGS)}|{_any(MAYBE_ENDINGS)})\.? {_NUMBER}\.?"
)
_WORD_ENDED_STREET = (
    rf"{_FREE}(?:{_NUMBER},? )?(?:{_WORD} ){{1,3}}(?i:{_any(ENDING_WORDS)})\.? {_NUMBER}\.?"
)
_NUMBERED_ROAD = rf"{_LEAD}(?:bis |ter )?{_ROAD_OF}"
_BOX = (
    rf"{_FREE}(?:{_NUMBER} )?(?i:p\.? ?o\.? ?box|post ?box|postfach|postbus|postboks|psc|"
    rf"bo[iî]te postale|apartado|casilla|unit \d{{4}},? box)\.? (?:no\.? )?\d{{1,6}}\b"
    r"(?:,? (?i:box) \d{1,6}\b)?"
)
_SHIP = r"\b(?i:(?:uss|usns|usnv|uscgc) [^\W\d_]+\s{1,3}[afd]po,? a[aep] \d{5})\b"
_FLAT = rf"{_FREE}(?:Suite|(?i:apt|apartment))\.? ?#?\d{{1,5}}[A-Z]?\b"
_CORNER = (
    r"(?i:(?:the )?corner of )"
    r"(?=[^\n]{0,60}\d|[^\n]{0,30}(?i:street|st|avenue|ave|road)\b)"
    rf"(?:(?:{_WORD}|{_NUMBER}\.?) ){{1,6}}and (?:(?:{_NAME_WORD}|{_NUMBER})(?: |\b)){{1,4}}"
)
_TITLES = _any(word.title() for word in MAYBE_STREETS)

FORMS = tuple(
    Form(witness, re.compile(pattern), *endings)
    for witness, pattern, *endings in (
        (Witness.GOES_ON, _STREET),
        (Witness.NONE, _ENDED_STREET, ENDINGS),
        (Witness.HINT, _WORD_ENDED_STREET, ENDING_WORDS),
        (Witness.GOES_ON, rf"{_NUMBERED_ROAD}{_NAME}(?: {_NUMBER})?"),
        (Witness.HINT, rf"{_NUMBERED_ROAD}{_WORD}"),
        (Witness.NONE, rf"{_FREE}{_ROAD_OF}{_NAME},? (?:n[.º°]? ?)?{_NUMBER}"),
        (Witness.NONE, _BOX),
        (Witness.NONE, _SHIP),
        (Witness.NONE, _FLAT),
        (Witness.NONE, _CORNER),
        (Witness.HINT, rf"{_LEAD}{_NAME} {_TITLES}\b\.?"),
        (Witness.GOES_ON, rf"{_FREE}\d{{3,5}} {_NAME} (?:Drive|Dr|Parkway|Highway)\b\.?"),
        (Witness.HINT, rf"{_NO_YEAR}{_LEAD}(?:{_WORD} ){{1,4}}{_NUMBER}\.?"),
        (Witness.HINT, _MAYBE_ENDED_STREET, MAYBE_ENDINGS),
        (Witness.STRONG, rf"{_LEAD}{_NAME}"),
        (Witness.STRONG, rf"{_FREE}\d{{3,6}} {_NUMBER} (?:{_WORD} ){{0,2}}{_WORD}"),
        (Witness.STRONG, rf"{_FREE}{_NAME} {_NUMBER}\.?"),
        (Witness.STRONG_GOES_ON, rf"{_LEAD}(?:{_WORD} ){{1,3}}(?i:{_any(MAYBE_STREETS)})\b\.?"),
    )
)
"""From the surest form to the one that needs most around it."""

_COUNTRY = rf"(?i:{_any(COUNTRIES)})\b"
_PLACE = rf"{_NAME_WORD}(?: (?:{_INSIDE} ){{0,2}}{_NAME_WORD}){{0,3}}(?: ?\([^()\n]{{1,20}}\))?"
_CODE = (
    r"(?:(?!(?:19|20)\d\d\b)(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3,4})?(?: ?[A-Z]{2}\b)?"
    r"(?!\w|[.,]\d| ?[€$£%])|\d{3} \d{2}\b|\d{2}-\d{3}\b|"
    r"(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{4}\b|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b)"
)
_STATE = rf"(?:{_NONE}[A-Za-z]{{2,3}}|\d{{2}})"
_PARENTHESIS = r"\([^()\n]{1,20}\)"
# Word by word: places of several words, tried apart, would multiply the ways to fail.
_PLACE_WORD = rf"(?:{_NAME_WORD}|{_INSIDE}\b|[A-Z]{{2}}\b|{_STATE}(?={_GAP}\d)|{_PARENTHESIS})"

UNITS_AFTER = re.compile(rf"(?:{_GAP}{_UNIT}){{1,3}}")
PLACES_AFTER = (
    re.compile(rf"{_GAP}{_CODE}\s{{1,3}}{_PLACE}(?:,? {_COUNTRY})?"),
    re.compile(rf"(?:{_GAP}{_PLACE_WORD}){{1,9}}?{_GAP}(?:{_STATE} )?{_CODE}(?:{_GAP}{_COUNTRY})?"),
    re.compile(rf"(?:{_GAP}(?:{_NAME_WORD}|{_INSIDE}\b)){{0,7}}?{_GAP}{_COUNTRY}"),
)
"""Postcode and city, city and postcode, or city and country."""
SMALL_PLACE_AFTER = re.compile(
    rf"(?:{_GAP}(?:{_WORD}|{_PARENTHESIS})){{1,6}}?{_GAP}(?:{_STATE} )?\d{{4,6}}\b"
)
"""City and postcode in small letters."""
CITY_AFTER = re.compile(rf"(?:,[ \t]?|,?[ \t]?\n[>?\s]{{0,8}}){_PLACE}(?=[ \t]*(?:[.,;!?)\n]|$))")

STRONG_BEFORE = re.compile(
    r"(?i:\b(?:address(?:es)?(?: of (?:[^\W\d_][\w.&\-]*,? ){1,6}is(?= ))?|addr|adresse?|"
    r"direcci[oó]n|indirizzo|liv(?:e|es|ed|ing)|resid(?:e|es|ing)|located|stay(?:ing)?|"
    r"deliver(?:ed|y)?|ship(?:ped|ping)?|sen[dt]|post|mail|return|moved?|meet(?:ing)?|office|"
    r"station|house|home|taxi|arrived|drops?|restaurant|shop|store)"
    r"(?: (?:it|this|that|them|me|you|us|my|new|the|order|parcel|package|one|a|off|is|are|to|now|"
    r"linked|credit|card|of|for|our|out|here|they|same|on|(?:north|south|east|west) side)){0,5} ?"
    r"(?:(?:at|in|on|to|is|with|of)|[:\-]|(?<=is))\s{1,8})$"
)
STRONG_AFTER = re.compile(
    r",? (?i:is|as|was) (?i:my|our|the|his|her)? ?(?i:\w{1,12} )?(?i:address|house|home)\b"
)
HINT_BEFORE = re.compile(r"(?i:(?:\b(?:at|in|on|to|is|with)|:|\buser) {0,5})$")
GOES_ON = re.compile(
    rf"[ \t]*(?:$|[.,;:!?)\n\d]|(?i:{_any(AFTER_STREETS)})\b|{_CAPITAL}|[^\x00-\u024f])"
)
ENDS = re.compile(r"[ \t]*(?:$|[.,;!?)\n]|(?i:and|st|street|in case|after|last)\b)")
