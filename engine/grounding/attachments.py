"""What a claim may not come loose from: "free" its threshold, a material its part, a length its
name, a no what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.grounding.quantities import Quantity
from engine.grounding.reading import Reading, Source, Token
from engine.grounding.units import CURRENCIES, DURATIONS
from engine.types import SourceKind

YES_OR_NO = "yes|no|none|是|否|无|有|没有|可|不可"
"""Values of a product's data that answer a question by themselves."""
NEAR_BY = 40
"""Characters from what is not included to the words that say so."""
MOST_APART = 4
"""Words from a part to the material that a source says it is of."""
_OF = re.compile(
    r"^\s*(?:(?:is |are )?(?:made )?(?:of|in|from)|is|are|是|为|用|采用|由)?\s*$", re.I
)
_BEFORE = re.compile(r"^[\s-]*(?:的|制|制的|质)?\s*$")
_PROSE = re.compile(r"[.!?。！？]\s*$")
"""How prose ends; "height: 48 cm" does not."""
_YES_OR_NO = re.compile(
    r"^(?P<name>[^,.;，。；]{1,40}?)[\s:：]+(?P<value>yes|no|none|是|否|无|有|没有)(?=$|[\s,，;；])",
    re.I,
)
_INCLUDES = re.compile(
    r"\b(?:comes? with|includ\w+|in the box|supplied|(?:is|are) delivered with|ships? with)\b"
    r"|附(?:带|赠)?|包含|内含|配有|带有|自带|随箱",
    re.I,
)
_NOT_INCLUDED = re.compile(
    r"\b(?:none|not|no \w+)\b[^.;]{0,20}\b(?:in the box|included|supplied)\b"
    r"|\b(?:sold|bought) separately\b|\bwithout (?:a |the )?(?:bulb|batter\w+)\b"
    r"|不(?:含|附|包含|带)|另(?:购|买|售|配)|需?自备|盒内无|未附",
    re.I,
)
_BEST = re.compile(
    r"(?<!at )\bmost (?!\d)\w|\bthe (?:best|finest|greatest)\b|favou?rite"
    r"|最(?:常|受|畅|热|佳|优|流|棒)",
    re.I,
)
_LENGTH = re.compile(
    r"\b(?:tall|high|wide|deep|long|across|thick|height|width|length|depth|diameter|size[sd]?"
    r"|measur\w+|dimensions?|x|by)\b|[高宽长深厚]|直径|尺寸|大小|码",
    re.I,
)

_DEED = re.compile("退款|退货|退回|换货|发货|寄出|送达|送到|到账|入账|补发")
_DONE_WITHIN = re.compile(
    r"(?:之?内|以内)?(?:我们)?(?:再|就|会|将|可以|可|能|为您|给您|安排|完成|办理|申请)*"
    rf"(?P<deed>{_DEED.pattern})"
)
"""What is done, right after a time: "5 个工作日" + "内退款"."""
_CLAUSE_END = re.compile("[，。；！？,;]")
_SAME_DEED = {"送到": "送达", "入账": "到账", "退回": "退货", "寄出": "发货"}


def loose(reading: Reading, sources: Sequence[Source]) -> str:
    """The first word or value of a sentence that has lost what its sources bind it to, or ""."""
    return (
        _free(reading, sources)
        or _material(reading, sources)
        or _length(reading, sources)
        or _answered(reading, sources)
        or _superlative(reading, sources)
        or _included(reading, sources)
        or _deed(reading, sources)
    )


def _deed(reading: Reading, sources: Sequence[Source]) -> str:
    """Who gets money back within five days need not send goods back within five."""
    for time, after in _times(reading):
        done = _DONE_WITHIN.match(after)
        sentences = (sentence for source in sources for sentence in source.sentences)
        told = [rest for one in sentences for other, rest in _times(one) if other == time]
        if done is None or not any(_DEED.search(rest) for rest in told):
            continue
        deed = _SAME_DEED.get(done["deed"], done["deed"])
        words = [deed, *(word for word, same in _SAME_DEED.items() if same == deed)]
        if not any(word in rest for word in words for rest in told):
            return done["deed"]
    return ""


def _times(reading: Reading) -> Iterator[tuple[str, str]]:
    """Every duration of a sentence, as one comparable word, and what follows in its clause."""
    for quantity in reading.quantities:
        if quantity.unit in DURATIONS:
            yield quantity.key, _CLAUSE_END.split(reading.text[quantity.end :].lstrip(), 1)[0]


def _free(reading: Reading, sources: Sequence[Source]) -> str:
    """ "Free from 60 euros in Germany" is not "free", and not free in Norway."""
    said = _free_word(reading)
    nearest = _nearest_free(reading, sources) if said else []
    if said is None or not nearest or _money(reading):
        return ""
    if all(_threshold(one) for one in nearest):
        return said.word
    own = _places(reading)
    theirs = [_places(one) for one in nearest]
    return said.word if own and all(t and not own <= t for t in theirs) else ""


def _free_word(reading: Reading) -> Token | None:
    denied = {t.clause for t in reading.tokens if t.kind == "neg"}
    free = (t for t in reading.tokens if t.concept == "free" and t.sign > 0)
    return next((t for t in free if t.clause not in denied), None)


def _nearest_free(reading: Reading, sources: Sequence[Source]) -> list[Reading]:
    """The source sentences that say something is free, of those the ones with most words shared."""
    said = {t.concept for t in reading.tokens} - {"free"}
    found: list[tuple[int, Reading]] = []
    for source in sources:
        title = {t.concept for t in source.title.tokens}
        for index, one in enumerate(source.sentences):
            if _free_word(one) is None:
                continue
            around = source.sentences[max(0, index - 1) : index + 1]
            words = title | {t.concept for r in around for t in r.tokens}
            found.append((len(said & words), one))
    most = max((shared for shared, _ in found), default=0)
    return [one for shared, one in found if shared == most]


def _money(reading: Reading) -> list[Quantity]:
    return [q for q in reading.quantities if q.unit in CURRENCIES]


def _threshold(reading: Reading) -> bool:
    """Whether money bounds what is free: "free from 60 euros", "满60欧元免运费"."""
    return any(q.bound == "low" for q in _money(reading))


def _places(reading: Reading) -> frozenset[str]:
    return frozenset(t.concept for t in reading.tokens if t.kind == "place")


def _material(reading: Reading, sources: Sequence[Source]) -> str:
    """A base is not of ash because the arm is."""
    titles = {t.concept for source in sources for t in source.title.tokens}
    for part, material in _parts(reading):
        if part.concept in titles or part.concept == material.concept:
            continue
        sentences = [r for s in sources for r in s.sentences]
        told = [r for r in sentences if any(t.concept == part.concept for t in r.tokens)]
        if told and not any(_joined(part, material, one) for one in told):
            return f"{part.word} of {material.word}"
    return ""


def _parts(reading: Reading) -> Iterator[tuple[Token, Token]]:
    """(part, material) wherever a sentence says that a part is of a material."""
    ordered = sorted(reading.tokens, key=lambda t: t.start)
    for first, second in pairwise(ordered):
        between = reading.text[first.end : second.start]
        if second.kind == "material" and _is_part(first) and _OF.match(between) and between.strip():
            yield first, second
        if first.kind == "material" and _is_part(second) and _BEFORE.match(between):
            yield second, first


def _is_part(token: Token) -> bool:
    return token.kind in ("plain", "word", "ware")


def _joined(part: Token, material: Token, reading: Reading) -> bool:
    """Whether a sentence has both near each other, with no other material between them."""
    ordered = sorted(reading.tokens, key=lambda t: t.start)
    parts = [i for i, t in enumerate(ordered) if t.concept == part.concept]
    materials = [i for i, t in enumerate(ordered) if t.concept == material.concept]
    for i in parts:
        for j in materials:
            between = ordered[min(i, j) + 1 : max(i, j)]
            if abs(i - j) <= MOST_APART and not any(t.kind == "material" for t in between):
                return True
    return False


def _answered(reading: Reading, sources: Sequence[Source]) -> str:
    """What the data answer with no ("dimmable: no") is not said as if it were yes."""
    said = {t.concept: t.clause for t in reading.tokens}
    denied = {t.clause for t in reading.tokens if t.kind == "neg" or t.sign < 0}
    for source in sources:
        for one in source.sentences if source.passage.kind == SourceKind.PRODUCT else ():
            found = _YES_OR_NO.match(one.text)
            name = {t.concept for t in one.tokens if found and t.end <= found.end("name")}
            if found is None or not name or not name <= said.keys():
                continue
            if _is_no(found["value"]) != bool({said[concept] for concept in name} & denied):
                return found["name"]
    return ""


def _superlative(reading: Reading, sources: Sequence[Source]) -> str:
    """ "The most popular" is praise of one's own where no source has a superlative."""
    found = _BEST.search(reading.text)
    told = (one.text for s in sources for one in (s.title, *s.sentences))
    return found.group() if found and not any(_BEST.search(text) for text in told) else ""


def _included(reading: Reading, sources: Sequence[Source]) -> str:
    """A bulb of which the source says "none in the box" does not come with the lamp."""
    found = _INCLUDES.search(reading.text)
    if found is None or _NOT_INCLUDED.search(reading.text) or _denies(reading):
        return ""
    told = [one for source in sources for one in source.sentences]
    things = {t.concept: t for t in reading.tokens if _is_part(t)}
    for one in told:
        if _INCLUDES.search(one.text) and not _NOT_INCLUDED.search(one.text):
            things = {c: t for c, t in things.items() if c not in {x.concept for x in one.tokens}}
    for one in told:
        if denied := _NOT_INCLUDED.search(one.text):
            around = {t.concept for t in one.tokens if abs(t.start - denied.start()) <= NEAR_BY}
            if both := things.keys() & around:
                return things[min(both)].word
    return ""


def _denies(reading: Reading) -> bool:
    return any(t.kind == "neg" or t.sign < 0 for t in reading.tokens)


def _is_no(value: str) -> bool:
    return value.lower() in ("no", "none", "否", "无", "没有", "不可")


def _length(reading: Reading, sources: Sequence[Source]) -> str:
    """What is "height: 48 cm" in the data is no 48 cm by which a lamp tilts."""
    said = {t.concept for t in reading.tokens}
    for quantity in reading.quantities:
        if quantity.unit not in ("mm", "inch") or _LENGTH.search(reading.text):
            continue
        names = [n for s in sources for r in s.sentences for n in _names_of(quantity, r, s)]
        if names and not any(name is None or said & name for name in names):
            return quantity.text
    return ""


def _names_of(
    quantity: Quantity, reading: Reading, source: Source
) -> Iterator[frozenset[str] | None]:
    """For every time a sentence has a length: the words of its name, None where it is prose."""
    named = source.passage.kind == SourceKind.PRODUCT and not _PROSE.search(reading.text)
    for one in reading.quantities:
        if (one.unit, one.low, one.high) == (quantity.unit, quantity.low, quantity.high):
            before = frozenset(t.concept for t in reading.tokens if t.start < one.start)
            yield before if named else None
