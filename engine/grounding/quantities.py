"""Quantities of a text: value or range, unit, and whether it is a lower or an upper bound."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.grounding.calendar import dates, times, weekdays
from engine.grounding.marks import blank, marks
from engine.grounding.numbers import DIGITS, HAN_NUMBER, NUMBER, ORDINALS, number
from engine.grounding.units import MEASURES, PREFIX, UNIT, prefix_unit, unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity. `bound`: "low" (at least), "high" (at most) or "". `unit` "count" has nouns."""

    low: Decimal
    high: Decimal
    unit: str
    bound: str
    start: int
    end: int
    text: str
    nouns: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Value and unit as one comparable word."""
        low = f"{self.low.normalize():f}"
        return low + ("" if self.low == self.high else f"-{self.high.normalize():f}") + self.unit


_LOW_BEFORE = re.compile(
    r"(?:at least|(?<!no )(?<!not )more than|(?<!not )over|above|from|minimum(?: order)?(?: of)?"
    r"|starting at"
    r"|exceed(?:s|ing)?|(?:no|not) less than|beyond|after|since|older than|longer than|upwards of"
    r"|(?:至少|最少|起码)[\u4e00-\u9fff]{1,3}|至少|(?<!不)超过|(?<!未)(?<!不)满|(?<!不)高于|不少于|不低于|(?<!不)大于|多于|达到?|最低"
    r"|最少|起码|从|自|早于的)"
    r"[\s:]*(?:is |of |the |a )?$",
    re.I,
)
_HIGH_BEFORE = re.compile(
    r"(?:up to|at most|(?:no|not) more than|(?<!no )(?<!not )less than|under|below|within|before|by"
    r"|until|till|maximum(?: of)?|no later than|shorter than|fewer than|inside|in under"
    r"|cheaper than"
    r"|(?:最多|至多|最大|最长)[\u4e00-\u9fff]{1,3}|最大|不超过|最多|(?<!不)低于|(?<!不)少于|(?<!不)小于|不高于|不足|未满|不到|不满|最高|最长|最晚"
    r"|至多|截至)"
    r"[\s:]*(?:is |of |the |a )?$",
    re.I,
)
_LOW_AFTER = re.compile(
    r"^\s*(?:or more|and (?:over|up|above|older|more)|or (?:over|above|older|longer|later)|\+"
    r"|plus\b|upwards"
    r"|onwards|(?:及|或)?以上|起(?!算)|开始|之后|以后|后)",
    re.I,
)
_HIGH_AFTER = re.compile(
    r"^\s*(?:or (?:less|under|fewer|below|younger|earlier)|and (?:under|below|younger|less)|at most"
    r"|at the latest|or sooner|maximum|max\b|(?:及|或)?以下|以内|之内|内|前|之前|以前|截止)",
    re.I,
)
_SIZES = re.compile(
    rf"(\d+(?:[.,]\d+)?)\s*(cm|mm|m|厘米|毫米|米)?\s*(?:x|by|乘)\s*(\d+(?:[.,]\d+)?)"
    rf"(?:\s*(?:cm|mm|m|厘米|毫米|米)?\s*(?:x|by|乘)\s*(\d+(?:[.,]\d+)?))?\s*({UNIT})?",
    re.I,
)
_FOLD = re.compile(r"(?<![\d.])([1-9]\d?(?:\.\d)?|[一二三四五六七八九]{1,2})\s?折")
_ORDINAL = re.compile(
    r"(?<![\w.])(\d+)(?:st|nd|rd|th)\b|(?<=the )(second|third|fourth|fifth)\b"
    r"|第([\d一二三四五六七八九十]+)",
    re.I,
)
_PLAIN = re.compile(
    rf"(?P<pre>{PREFIX}(?=\s*\d)\s*)?(?P<a>{NUMBER})"
    rf"(?:\s*(?P<u0>{UNIT})?\s*(?:-|\bto\b|至"
    rf"|到)\s*(?:{PREFIX}\s*)?(?P<b>{NUMBER})(?=\s*-?\s*{UNIT}|\s*[{MEASURES}]|(?!\w|\.\d)))?"
    rf"(?:(?:\s+(?:more|full|whole|further|extra|additional|other))?\s*-?\s*(?P<u>{UNIT})"
    rf"|\s*(?P<m>[{MEASURES}]))?(?P<half>半(?!\w))?",
    re.I,
)
_BETWEEN = re.compile(
    rf"\b(?:between (?:{PREFIX} ?)?{NUMBER}(?: {UNIT})? (and)|\d+ (or)) (?={PREFIX}? ?\d)", re.I
)
_LIST = re.compile(
    rf"(?<![€$£¥\d.,])((?:{DIGITS})(?:(?:、|, | ?/ ?)(?:{DIGITS}))*)(?:\s*[和或]\s*| and | or |、"
    rf"|/)(?={DIGITS})(?:{DIGITS})\s*({UNIT})"
)
_AGE = re.compile(
    r"(?:\bage[ds]?|\b(?:children|kids|toddlers)(?: aged)?(?: (?:under|over|from|of|above|below))?"
    r"|\bthe age of)\s*(?:from |over |under )?$",
    re.I,
)
_NO_NOUN = re.compile(r"\s*(?:(?:to|in|for|and|or|with|at)\b|[,;.)，；。]|$)", re.I)
_STOP = re.compile(r"[.!?。！？](?!\d)")
_OWN_UNITS = frozenset(
    {"clock", "date", "monthname", "weekday", "size", "count", "ordinal", "fraction", "star"}
    | {"yearname"}
)
_ARTICLE = re.compile(
    r"(?<!\w)an?(?: whole| full| single)? (minute|hour|week|month|year)(?:'s)?\b(?! ago)", re.I
)
_IDIOMS = re.compile(
    r"零[件食钱售]|[某下上同]一(?:个|天)|第[一二](?:天|次)|一(?=[般些起定样直切共并旦])|十分(?!钟)|统一|唯一"
    r"|万一|三明治|一点(?!钟|半)|之一|千万|二手|一半|百分之(?=[\d一二三四五六七八九十])"
    r"|per (?:day|week|month|year)|(?:times|hours|days) a (?:day|week|year)|7-days|\bone of\b"
    r"|\bno one\b|24/7",
    re.I,
)
_HALF = re.compile(
    r"\bhalf an? (hour|year|day|month|kilo|litre)\b|(?<!\w)一个半(小时|月|星期)", re.I
)
_SHARES = re.compile(
    r"\b(half)(?: of)? (?:the |its |your )?(?:price|amount|cost|money)|半价|一半的?(?:价|货款|金额)"
    r"|\b(?:full|entire|whole) (?:price|amount)\b|全额|全款",
    re.I,
)
_PER_CENT_HAN = re.compile(rf"百分之(\d+(?:\.\d+)?|{HAN_NUMBER})")


def _bound(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 24) : start], text[end : end + 14]
    if _HIGH_BEFORE.search(before):
        return "high"
    if _LOW_BEFORE.search(before):
        return "low"
    if _HIGH_AFTER.search(after):
        return "high"
    return "low" if _LOW_AFTER.search(after) else ""


class _Finder:
    """Takes quantities off a text, the most particular spellings first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left = text
        self.found: list[Quantity] = []
        for mark in marks(text):
            self.left = blank(self.left, mark.start, mark.end)

    def add(
        self,
        start: int,
        end: int,
        low: Decimal,
        high: Decimal,
        name: str,
        bound: str,
        nouns: frozenset[str] = frozenset(),
    ) -> None:
        if "\x00" in self.left[start:end] or name == "":
            return
        spelling = self.text[start:end].strip()
        self.found.append(Quantity(low, high, name, bound, start, end, spelling, nouns))

    def take(self, start: int, end: int) -> None:
        self.left = blank(self.left, start, end)

    def calendar(self) -> None:
        for start, end, opens, closes in list(times(self.left)):
            bound = "low" if closes is not None else _bound(self.text, start, end)
            self.add(start, end, Decimal(opens), Decimal(opens), "clock", bound)
            if closes is not None:
                self.add(start, end, Decimal(closes), Decimal(closes), "clock", "high")
            self.take(start, end)
        for source in (dates, weekdays):
            for start, end, low, high, name in list(source(self.left)):
                self.add(start, end, low, high, name, _bound(self.text, start, end))
                self.take(start, end)

    def sizes(self) -> None:
        """Lengths of "140x200 cm", and the pair itself as one value of unit "size"."""
        for hit in list(_SIZES.finditer(self.left)):
            name, factor = unit(hit[5] or hit[2] or "cm")
            pair = number(hit[1]) * factor * 100000 + number(hit[3]) * factor
            self.add(*hit.span(), pair, pair, "size", "")
            for part in (hit[1], hit[3], hit[4]):
                if part:
                    value = number(part) * factor
                    self.add(*hit.span(), value, value, name, "")
            self.take(*hit.span())

    def special(self) -> None:
        for hit in list(_FOLD.finditer(self.left)):
            tenths = number("".join(hit[1])) if not hit[1].isdigit() else Decimal(hit[1])
            off = 100 - tenths * (10 if tenths < 10 else 1)
            self.add(*hit.span(), off, off, "percent", "")
            self.take(*hit.span())
        for hit in list(_HALF.finditer(self.left)):
            name, factor = unit(hit[1] or hit[2])
            value = factor / 2 if hit[1] else factor * 3 / 2
            self.add(*hit.span(), value, value, name, _bound(self.text, *hit.span()))
            self.take(*hit.span())
        for hit in list(_SHARES.finditer(self.left)):
            share = Decimal(50 if "半" in hit.group() or hit[1] else 100)
            self.add(*hit.span(), share, share, "percent", "")
            self.take(*hit.span())
        for hit in list(_PER_CENT_HAN.finditer(self.left)):
            self.add(*hit.span(), number(hit[1]), number(hit[1]), "percent", "")
            self.take(*hit.span())
        for hit in list(_ORDINAL.finditer(self.left)):
            written = hit[1] or hit[3]
            value = number(written) if written else Decimal(ORDINALS[hit[2].lower()])
            self.add(*hit.span(), value, value, "ordinal", "")
            self.take(*hit.span())

    def plain(self) -> None:
        for hit in _BETWEEN.finditer(self.left):
            side = 1 if hit[1] else 2
            plain = "-".ljust(hit.end(side) - hit.start(side))
            self.left = self.left[: hit.start(side)] + plain + self.left[hit.end(side) :]
        for hit in list(_LIST.finditer(self.left)):
            name, factor = unit(hit[2])
            for part in re.finditer(NUMBER, hit[1], re.I):
                value = number(part.group()) * factor
                start = hit.start(1) + part.start()
                self.add(start, start + len(part.group()), value, value, name, "")
            self.take(hit.start(1), hit.end(1))
        for hit in list(_IDIOMS.finditer(self.left)):
            self.take(*hit.span())
        for hit in list(_PLAIN.finditer(self.left)):
            self._plain(hit)
        for hit in list(_ARTICLE.finditer(self.left)):
            name, factor = unit(hit[1])
            self.add(*hit.span(), factor, factor, name, _bound(self.text, *hit.span()))

    def _plain(self, hit: re.Match[str]) -> None:
        group = hit.groupdict()
        a, b = group["a"], group["b"]
        name, factor = _named(group)
        if not a[0].isdigit() and _idle_word(a, name, group["m"]):
            return
        if name == "count" and _AGE.search(self.text[max(0, hit.start() - 30) : hit.start()]):
            name, factor = "month", Decimal(12)
        low = number(a) * factor
        if group["half"]:
            low += factor / 2
        high = number(b) * factor if b else low
        if group["u0"] and group["u"] and group["u0"] != group["u"]:
            low = number(a) * unit(group["u0"])[1]
        low, high = min(low, high), max(low, high)
        end = hit.end() if not hit.group()[-1:].isspace() else hit.end() - 1
        measure = frozenset({group["m"]} if group["m"] and group["m"] not in "个种款件" else ())
        self.add(hit.start(), end, low, high, name, _bound(self.text, hit.start(), end), measure)
        self.take(hit.start(), end)


def _named(group: dict[str, str | None]) -> tuple[str, Decimal]:
    if group["pre"]:
        return prefix_unit(group["pre"].strip()), Decimal(1)
    if group["u"] or group["u0"]:
        name, factor = unit(group["u"] or group["u0"] or "")
        a = group["a"] or ""
        if group["u"] == "年" and len(a) == 4:
            return "yearname", Decimal(1)
        return name, factor
    if (group["a"] or "").lower() in ("half", "半"):
        return "fraction", Decimal(1)
    return "count", Decimal(1)


def _idle_word(written: str, name: str, measure: str | None) -> bool:
    """Whether a spelled number counts nothing: "one" as a pronoun, 一 as an article."""
    lone = written.lower() in ("one", "a one", "一", "半", "half")
    if written[0].isascii():
        return lone and name in ("count", "fraction")
    return name == "fraction" or (name == "count" and (lone or measure is None))


def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a folded text, in order."""
    finder = _Finder(text)
    finder.calendar()
    finder.sizes()
    finder.special()
    finder.plain()
    return tuple(_elliptic(text, sorted(finder.found, key=lambda q: (q.start, q.low))))


def _elliptic(text: str, found: list[Quantity]) -> list[Quantity]:
    """Bare numbers given the unit said just before: "2 working days here, 3 to Belgium"."""
    for i in range(1, len(found)):
        q, last = found[i], found[i - 1]
        bare = q.unit == "count" and _NO_NOUN.match(text[q.end :]) and q.text[-1].isdigit()
        if bare and last.unit not in _OWN_UNITS and not _STOP.search(text[last.end : q.start]):
            found[i] = replace(
                q, unit=last.unit, low=q.low * _factor(last), high=q.high * _factor(last)
            )
    return found


def _factor(quantity: Quantity) -> Decimal:
    """What one written unit of a quantity is worth in its normal unit."""
    spelt = re.search(rf"{UNIT}$", quantity.text, re.I)
    return unit(spelt.group())[1] if spelt else Decimal(1)
