"""What a shopper's words demand of a product: price bounds, colour, size, stock, exclusions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from engine.grounding.numbers import HAN_NUMBER, number
from engine.retrieval.text import normalise
from engine.routing.colours import colour_words, colours_told
from engine.routing.cues import has, read_data
from engine.types import Product, Variant

NUMBER = r"(\d{1,6}(?:[.,]\d{1,2})?)"
AROUND_BELOW, AROUND_ABOVE = Decimal("0.5"), Decimal("0.25")
_HAN_AMOUNT = re.compile(rf"(?:{HAN_NUMBER})(?=\s*(?:多)?(?:欧|歐|块|塊|元|美元|美金|镑|刀))")
_ROUGHLY = re.compile(r"around|about|roughly|大概|大约|差不多|左右|上下|ish")
"""Without one of these a budget is the most to be spent."""
NOT_WANTED = re.compile(
    r"(\bnot|\bno|without|hates?|dislikes?|don't (like|want)|anything but|except|other than"
    r"|除了|不要|不是|不喜欢|讨厌|非)\s*(in )?(an? |the |any )?$"
)

_NONE = re.compile(r"no|none|0|无|没有|不含|否|零")


@dataclass(frozen=True, slots=True)
class Constraints:
    """Hard demands. Prices are in the shop's currency; `foreign`: a currency without a rate."""

    lowest: Decimal | None = None
    highest: Decimal | None = None
    colours: tuple[str, ...] = ()
    not_colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    in_stock: bool = False
    excluded: tuple[str, ...] = ()
    foreign: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is demanded."""
        return self != Constraints()

    def over(self, earlier: Constraints) -> Constraints:
        """These demands, completed by earlier ones where these are silent."""
        return replace(
            self,
            lowest=self.lowest if self.priced else earlier.lowest,
            highest=self.highest if self.priced else earlier.highest,
            colours=self.colours or earlier.colours,
            sizes=self.sizes or earlier.sizes,
            not_colours=tuple(dict.fromkeys((*self.not_colours, *earlier.not_colours))),
            excluded=tuple(dict.fromkeys((*self.excluded, *earlier.excluded))),
            in_stock=self.in_stock or earlier.in_stock,
        )

    @property
    def priced(self) -> bool:
        """Whether a price is demanded."""
        return self.lowest is not None or self.highest is not None

    def allows_variant(self, variant: Variant) -> bool:
        """Whether one variant meets the demands on price, colour, size and stock."""
        price = variant.price.amount
        return (
            (self.lowest is None or price >= self.lowest)
            and (self.highest is None or price <= self.highest)
            and (not self.colours or variant.colour in self.colours)
            and (variant.colour not in self.not_colours)
            and (not self.sizes or variant.size.lower() in self.sizes)
            and (not self.in_stock or variant.stock > 0)
        )

    def variant_of(self, product: Product) -> Variant | None:
        """The cheapest variant that meets all demands, in stock before sold out; or None."""
        if any(_holds(product, word) for word in self.excluded):
            return None
        demands = self
        if not any(variant.colour for variant in product.variants):
            # A catalogue without a column for colours tells them in names and descriptions.
            if not self._colours_met(product):
                return None
            demands = replace(self, colours=(), not_colours=())
        allowed = [variant for variant in product.variants if demands.allows_variant(variant)]
        return min(allowed, key=lambda v: (v.stock == 0, v.price.amount), default=None)

    def _colours_met(self, product: Product) -> bool:
        """Whether the colours told in a product's texts are what is demanded."""
        if not (self.colours or self.not_colours):
            return True
        told = colours_told(product)
        wanted = not self.colours or bool(told & set(self.colours))
        return wanted and not told & set(self.not_colours)


def _holds(product: Product, word: str) -> bool:
    """Whether the catalogue says that a product has a thing, and not that it is free of it."""
    attributes = (
        f"{name} {value}"
        for pairs in product.attributes.values()
        for name, value in pairs.items()
        if not _NONE.fullmatch(normalise(value))
    )
    text = normalise(" ; ".join((*product.names.values(), *attributes, *product.tags)))
    thing = re.escape(word)
    free_of = rf"{thing}[- ]?free|(?:no|non|without|zero)[- ]?{thing}|(?:无|不含|零|没有){thing}"
    return word in re.sub(free_of, " ", text)


def without_demands(text: str, constraints: Constraints) -> str:
    """The text less its price bounds, and the colours demanded: what is left says the thing."""
    plain = _money_talk().sub(" ", normalise(text))
    for word, name in colour_words().items():
        if name in (*constraints.colours, *constraints.not_colours):
            plain = re.sub(rf"\b{word}\b" if word.isascii() else word, " ", plain)
    return " ".join(plain.split())


@lru_cache(maxsize=1)
def _money_talk() -> re.Pattern[str]:
    """An amount with a word that makes it a bound, or with its currency, or with both."""
    listed = [w for words in read_data("words.yaml")["currencies"].values() for w in words]
    names = "|".join(re.escape(w) for w in sorted(listed, key=len, reverse=True))
    money = rf"(?:(?:{names})\s*{NUMBER}|{NUMBER}\s*(?:{names})(?![a-z]))"
    before = (
        r"(?:under|below|less than|up to|max(?:imum)?|at most|(?:no|not) more than|cheaper than"
        r"|not (?:above|over)|within|around|about|over|above|budget(?: of| is)?"
        r"|不超过|低于|少于|最多|预算|大概)"
    )
    after = r"(?:or less|max|tops|以下|以内|之内|内|左右|上下|以上)"
    return re.compile(
        rf"(?:{before}\s*)?{money}(?:\s*{after})?|{before}\s*{NUMBER}|{NUMBER}\s*{after}"
    )


class ConstraintReader:
    """Reads demands for one shop: its currency and its exchange rates."""

    def __init__(self, currency: str, rates: Mapping[str, Decimal]) -> None:
        self._currency = currency
        self._rates = {**rates, currency: Decimal(1)}
        self._words = {
            word: code
            for code, words in read_data("words.yaml")["currencies"].items()
            for word in words
        }
        names = "|".join(re.escape(w) for w in sorted(self._words, key=len, reverse=True))
        self._money = rf"(?:({names})\s*)?{NUMBER}\s*(?:({names})(?![a-z]))?"
        self._colours = colour_words()

    def read(self, text: str) -> Constraints:
        """The demands a message states; without any, an empty Constraints."""
        plain = _HAN_AMOUNT.sub(lambda found: f"{number(found.group()):f}", normalise(text))
        lowest, highest, foreign = self._bounds(plain)
        colours, not_colours = self._colour_demands(plain)
        return Constraints(
            lowest=lowest,
            highest=highest,
            colours=colours,
            not_colours=not_colours,
            sizes=_sizes(plain),
            in_stock=has("stock", plain) and not has("sold_out", plain),
            excluded=tuple(w for w in _exclusions(plain) if w not in self._colours),
            foreign=foreign,
        )

    def _bounds(self, text: str) -> tuple[Decimal | None, Decimal | None, str]:
        money = self._money
        shapes: tuple[tuple[str, str], ...] = (
            ("range", rf"(?:between|from|在)?\s*{money}\s*(?:and|to|-|–|~|到|至)\s*{money}"),
            (
                "highest",
                r"(?:under|below|less than|up to|max(?:imum)?(?: of)?|at most|no more than|"
                r"cheaper than|within|not (?:over|above|more than)|"
                rf"不超过|不超過|低于|低於|少于|最多|<=?)\s*{money}",
            ),
            ("highest", rf"{money}\s*(?:or less|max|tops|以下|以内|以內|之内|之內|内的|封顶)"),
            (
                "around",
                rf"(?:around|about|roughly|大概|大约|差不多|预算|budget(?: of| is)?)\s*{money}",
            ),
            ("around", rf"{money}\s*(?:左右|上下|ish)"),
            (
                "lowest",
                rf"(?:over|above|more than|at least|min(?:imum)?|高于|超过|至少|>=?)\s*{money}",
            ),
            ("lowest", rf"{money}\s*(?:or more|以上|起)"),
        )  # fmt: skip
        for kind, pattern in shapes:
            found = re.search(pattern, text)
            named = found and any(group in self._words for group in found.groups())
            if found and (named or kind not in ("range", "around") or _budget(found.group(0))):
                return self._as_bounds(kind, found)
        return None, None, ""

    def _as_bounds(
        self, kind: str, found: re.Match[str]
    ) -> tuple[Decimal | None, Decimal | None, str]:
        groups = found.groups()
        named = next((self._words[g] for g in groups if g in self._words), self._currency)
        if named not in self._rates:
            return None, None, named
        rate = self._rates[named]
        amounts = [Decimal(g.replace(",", ".")) * rate for g in groups if g and g[0].isdigit()]
        if kind == "range":
            return min(amounts), max(amounts), ""
        if kind == "around" and not _ROUGHLY.search(found.string, found.start(), found.end() + 4):
            return None, amounts[0], ""
        if kind == "around":
            return amounts[0] * (1 - AROUND_BELOW), amounts[0] * (1 + AROUND_ABOVE), ""
        return (amounts[0], None, "") if kind == "lowest" else (None, amounts[0], "")

    def _colour_demands(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        wanted: dict[str, None] = {}
        refused: dict[str, None] = {}
        for word, name in self._colours.items():
            shape = rf"\b{word}\b" if word.isascii() else re.escape(word)
            if len(word) == 1 and not word.isascii():
                shape = rf"{word}(?=色|的|$|[\s,，。?？吗嗎呢])"
            for found in re.finditer(shape, text):
                before = text[max(0, found.start() - 16) : found.start()]
                not_wanted = NOT_WANTED.search(before)
                (refused if not_wanted else wanted)[name] = None
        kept = tuple(name for name in wanted if name not in refused)
        return kept, tuple(refused)


def _budget(text: str) -> bool:
    return "budget" in text or "预算" in text


def _sizes(text: str) -> tuple[str, ...]:
    shapes = (
        r"\bsize\s+(xxs|xs|s|m|l|xl|xxl|\d{2}(?:-\d{2})?)\b",
        r"\bin (xxs|xs|xl|xxl)\b",
        r"(?<![a-z])(xxs|xs|s|m|l|xl|xxl)\s*(?:码|碼|号|號)",
        r"(\d{2,3}x\d{2,3}(?: cm)?)",
    )
    found = (match.group(1) for shape in shapes for match in re.finditer(shape, text))
    return tuple(dict.fromkeys(size + " cm" if size[-1].isdigit() and "x" in size else size
                               for size in found))  # fmt: skip


def _exclusions(text: str) -> list[str]:
    shapes = (
        r"\b(?:not|without|no|except|but not|free of)\s+(?:any |a |made of |made from )?"
        r"(leather|wool|plastic|cotton|linen|silk|metal|wood|glass|caffeine|feather|down)\b",
        r"(?:不要|不含|除了|没有|无)(皮革|皮质|皮|羊毛|塑料|棉|亚麻|真丝|金属|木|玻璃|羽绒|咖啡因)",
    )
    return [match.group(1) for shape in shapes for match in re.finditer(shape, text)]
