"""The ways English says a person's name."""

from __future__ import annotations

import re
from calendar import day_name, month_name
from enum import Enum
from functools import partial

from engine.retrieval.text import stop_words
from engine.routing.said_names import InShop, is_given_name

_LETTER = r"[^\W\d_]"
_WORD = rf"{_LETTER}+(?:['’-](?![sS]\b){_LETTER}+)*"
_CAPITAL = rf"(?=[A-ZÀ-Þ]){_WORD}"
_BETWEEN = r"(?:(?:de la|de|del|la|van|von|der|den|bin|bint|ibn|al|el|da|dos|di|le)\s+)?"
_TITLED = r"(?i:mr|mrs|ms|miss|mx|dr|prof|sir|madam|auntie|uncle)\b\.?\s+"
_TITLE = rf"(?:{_TITLED})?"
NAME = rf"{_TITLE}(?P<name>{_WORD}(?:\s+{_BETWEEN}{_CAPITAL}){{0,3}})"
_KIN = (
    r"(?:(?:best|good|old|dear|close|little|big|older|younger|eldest|oldest|youngest|twin|step"
    r"|half|new|late|lovely)[ -])*"
    r"(?:(?:step|grand|god|great[ -]?grand)[ -]?)?"
    r"(?:friends?|bestie|bff|buddy|mate|pal|colleagues?|co-?workers?|boss|manager|neighbou?rs?"
    r"|husband|wife|hubby|partner|spouse|fianc[eé]e?|boyfriend|girlfriend|bf|gf|mother|father"
    r"|mom|mum|dad|mama|papa|grandma|grandpa|granny|nana|parents?|brothers?|sisters?|sibling|twin"
    r"|cousins?|nieces?|nephews?|aunt|auntie|uncle|sons?|daughters?|child|children|kid"
    r"|roommate|flatmate|housemate|teacher|student|client|customer"
    r"|assistant|secretary|landlord|landlady|guest)(?:-in-law)?"
)  # fmt: skip
_DOES = (
    r"(?:wants?|wanted|wishes|would|asks?|asked|wonders?|is|was|has|had|needs?|needed|likes?|liked"
    r"|loves?|loved|says?|said|tells?|told|thinks?|bought|ordered|got|gave|lives?|can|can't|cannot"
    r"|could|will|won't|may|might|should|does|doesn't|did|didn't|prefers?|hopes?|plans?|turns"
    r"|recommended|suggested|who|whose|and|or|but|to|in|on|for|from|at|by|with|as|about|that|so"
    r"|because|when|if|too|also|here|please|just|i)"
)
_OWNED = (
    r"(?:birthday|wedding|order|parcel|package|address|house|home|place|name|gift|present|account"
    r"|party|graduation|anniversary|room|flat|email|mother|mum|mom|father|dad|friend|sister|brother"
    r"|card|phone|delivery|purchase|basket|cart|behalf|daughter|son|wife|husband)"
)
_ACTS = (
    r"(?:pick|collect|return|use|get|have|order|pay|send|exchange|receive|change|cancel|buy|come"
    r"|join|sign|need|want|know|ask|call|wear|take|bring|swap|redeem|open|create|visit|track|go"
    r"|still|also|apply|choose|book|place|give|claim|be)"
)
_AND = r"(?P<end>(?:\s+(?i:here|speaking|calling)\b)?(?:,?\s+(?i:and)(?=\s+(?i:i|we|my|i'm)\b))?)"
_START = r"(?:^|(?<=[\n.!?,;:]\s)|(?<=\n))"
_HI = r"(?i:hi|hiya|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings)"
_THANKS = (
    r"(?i:(?:kind|best|warm|kindest|warmest)? ?(?:regards|wishes)|regards|best|cheers|sincerely"
    r"|(?:many )?thanks(?: a lot| so much| again| in advance)?|thank you(?: so much| very much)?"
    r"|thx|yours(?: truly| sincerely| faithfully)?|love|xoxo|respectfully|cordially|take care)"
)
_FEASTS_AND_TRAITS = (
    "christmas easter ramadan diwali eid hanukkah thanksgiving halloween valentine valentines"
    " english chinese french german dutch greek swiss czech vegan vegetarian muslim jewish hindu"
    " buddhist catholic new old pregnant allergic left sorry sure interested happy glad afraid"
    " curious worried ready sick wrong misspelled misspelt spelled incorrect missing not"
)
_NEVER = frozenset(_FEASTS_AND_TRAITS.split()) | {
    name.lower() for name in (*month_name, *day_name) if name
}
_MADE_OF = re.compile(r"(?:ese|ish|[aeiou]ans?|ing|ful|ous|able)$")
"""Endings of words for where somebody comes from, and of what they do."""


class Trust(Enum):
    """What a shape needs before it is believed that a name is said."""

    WORD = "any word"
    CAPITAL = "a capital"
    LISTED = "a listed name that no thing of the shop has"


_SHAPES: tuple[tuple[re.Pattern[str], str, Trust], ...] = tuple(
    (re.compile(shape), kept, trust)
    for shape, kept, trust in (
        (rf"\b(?i:my (?:full |first |given )?(?:name is|name['’]s))\s+{NAME}{_AND}",
         "", Trust.WORD),
        (rf"{_START}(?i:(?:the )?(?:name is|name['’]s))\s+{NAME}{_AND}", "", Trust.CAPITAL),
        (rf"\b(?i:(?:you can |please |just )?call me|i am called|i go by)\s+{NAME}{_AND}",
         "", Trust.CAPITAL),
        (rf"\b(?i:i'm|i’m|i am|im)\s+{NAME}{_AND}", "", Trust.CAPITAL),
        (rf"\b(?i:(?:this|it) is|it's|here is)\s+{NAME}{_AND}",
         "", Trust.CAPITAL),
        (rf"{_START}(?i:(?:this|it) is|it's|here is)\s+{NAME}", "", Trust.LISTED),
        (rf"{_START}{NAME}(?P<end>\s+(?i:here|speaking))"
         r"(?=\s*(?:[,.!;:–—-]|$|again|from))",
         "", Trust.CAPITAL),
        (rf"\b(?P<kin>(?i:(?:my|our|his|her|their)\s+{_KIN}(?:\s+of mine)?))"
         rf"(?:,?\s+(?i:named|called|is called))?\s+{NAME}(?:\s+and\s+(?P<more>{_CAPITAL}))?",
         r"\g<kin>", Trust.CAPITAL),
        (rf"\b(?P<kin>(?i:(?:a|your|the|two|some)\s+{_KIN}(?:\s+of (?:mine|ours|yours))?))"
         rf"(?:,?\s+(?i:named|called))\s+{NAME}", r"\g<kin>", Trust.CAPITAL),
        (rf"\b(?P<kin>(?i:(?:my|our|your|the|a)\s+{_KIN}(?:\s+of mine)?)),?\s+{NAME}",
         r"\g<kin>", Trust.LISTED),
        (rf"{_START}{NAME},\s+(?P<kin>(?i:(?:my|our)\s+{_KIN}))\b(?P<end>,?)", r"\g<kin>",
         Trust.LISTED),
        (rf"(?P<kin>(?:^|(?<=[\n.!?,;])\s*){_HI}),?\s+{NAME}(?=\s*[,.!:;\n–—-]|\s*$|\s+[a-z])",
         r"\g<kin>", Trust.LISTED),
        (rf"(?P<kin>(?:^|(?<=[\n.!?,;])\s*){_THANKS}\s*[,.!]?\s*[\n–—-]\s*){NAME}\s*[.!]?\s*$",
         r"\g<kin>", Trust.CAPITAL),
        (rf"(?P<kin>(?:^|(?<=[\n.!?,;])\s*){_THANKS},)\s*{NAME}\s*[.!]?\s*$",
         r"\g<kin>", Trust.CAPITAL),
        (rf"(?P<kin>(?:^|(?<=[\n.!?,;])\s*){_THANKS})\s+{NAME}\s*[.!]?\s*$",
         r"\g<kin>", Trust.LISTED),
        (rf"(?<=[.!?])\s*[–—~-]+\s*{NAME}\s*[.!]?\s*$", "", Trust.CAPITAL),
        (rf"\n\s*{NAME}\s*[.!]?\s*$", "", Trust.LISTED),
        (rf",\s*{NAME}(?=\s*[.!?]?\s*$)", "", Trust.LISTED),
        (rf"\b(?P<kin>(?i:for|with))\s+{NAME}(?=\s*(?:[^\w\s]|$)|\s+(?i:{_DOES})\b)",
         r"\g<kin> someone", Trust.LISTED),
        (rf"\b{NAME}(?=['’]s\s+(?:\w+\s+)?(?i:{_OWNED})\b)", "someone", Trust.LISTED),
        (rf"\b(?P<kin>(?i:can|could|does|did|should|may|will|would))\s+{NAME}(?=\s+(?i:{_ACTS})\b)",
         r"\g<kin> someone", Trust.LISTED),
        (rf"{_START}{_TITLED}{NAME}(?=\s+(?i:{_DOES})\b)", "someone",
         Trust.CAPITAL),
        (rf"(?:{_START}|(?<=\band\s)|(?<=\bthat\s)|(?<=\bbecause\s)|(?<=\bif\s)|(?<=\bbut\s))"
         rf"{NAME}(?=\s+(?i:{_DOES})\b)", "someone", Trust.LISTED),
    )
)  # fmt: skip
_ENDS = re.compile(r"\s*(?:[,.!;:\n]|$)|\s+and\b")
_GOES_ON = re.compile(rf"\s*(?:[^\w\s]|$)|\s+(?i:{_DOES})\b|\s+\d")


def without_english(text: str, in_shop: InShop) -> str:
    """A text without the names that English shapes introduce."""
    for shape, kept, trust in _SHAPES:
        text = shape.sub(partial(_left_out, kept=kept, trust=trust, in_shop=in_shop), text)
    return text


def _left_out(found: re.Match[str], *, kept: str, trust: Trust, in_shop: InShop) -> str:
    """What stands for one find; the find itself where no name is said."""
    name = _own_words(found["name"])
    rest = found["name"][len(name) :]
    after = rest or found.string[found.end("name") :]
    if not name or not _is_name(name, after, trust, in_shop):
        return found.group(0)
    tail = found.string[found.end("name") : found.end()] if rest else _tail(found)
    return found.expand(kept) + rest + tail


def _tail(found: re.Match[str]) -> str:
    """What the shape took along after the name and is no part of it."""
    groups = found.groupdict()
    last = "name"
    if groups.get("more") and is_given_name(groups["more"]):
        last = "more"
    elif groups.get("end"):
        last = "end"
    if groups.get("kin") and found.start("kin") > found.end(last):
        last = "kin"
    return found.string[found.end(last) : found.end()]


def _own_words(said: str) -> str:
    """The words of a find before the first that begins what is asked ("Anna Do you")."""
    kept = re.match(_WORD, said)
    if kept is None or kept.group(0).lower() in stop_words("en"):
        return ""
    for more in re.finditer(rf"\s+({_WORD})", said):
        if more[1].lower() in stop_words("en") or more[1].lower() in _NEVER:
            return said[: more.start()]
    return said


def _is_name(name: str, after: str, trust: Trust, in_shop: InShop) -> bool:
    first = re.split(r"\s", name)[0]
    if is_given_name(first):
        return trust is not Trust.LISTED or not in_shop(first.lower())
    word = first.lower()
    if trust is Trust.LISTED or word in _NEVER or len(word) < 2:
        return False
    if trust is Trust.WORD and not first[0].isupper():
        return bool(_ENDS.match(after))
    goes_on = bool(_GOES_ON.match(after)) or trust is Trust.WORD
    return first[0].isupper() and not name.isupper() and goes_on and not _MADE_OF.search(word)
