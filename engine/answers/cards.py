"""Products as shown: cards, and price and stock sentences, all from the catalogue by code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.recommend.picks import Reason, ReasonKind
from engine.routing.colours import colour_words
from engine.routing.cues import read_data
from engine.types import (
    ActionKind,
    Button,
    Money,
    Product,
    ProductCard,
    Shop,
    Variant,
)
from knowledge_base.shop_file import Replies

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥"}
OF_A_PRODUCT = (ReasonKind.BOUGHT, ReasonKind.VIEWED, ReasonKind.SIMILAR)
TAUGHT = (ReasonKind.BOUGHT, ReasonKind.VIEWED)
"""Reasons that name a thing the shopper did, and may take back."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES_ZH = {"EUR": "欧元", "USD": "美元", "GBP": "英镑", "CNY": "元"}


def shown_price(money: Money, language: str) -> str:
    """An amount as people write it: "€49.00", "49.00 欧元"."""
    amount = f"{money.amount:.2f}"
    if language == "zh":
        return f"{amount} {NAMES_ZH.get(money.currency, money.currency)}"
    sign = SIGNS.get(money.currency)
    return f"{sign}{amount}" if sign else f"{amount} {money.currency}"


def named(name: str, form: str, language: str) -> str:
    """A product's name with its variant's form in brackets, where it has one."""
    if not form:
        return name
    return f"{name}（{form}）" if language == "zh" else f"{name} ({form})"


def shown_colour(colour: str, language: str) -> str:
    """A colour of the catalogue in the shopper's language."""
    if language != "zh":
        return colour
    return next((w for w, name in colour_words().items() if name == colour and not w.isascii()
                 and len(w) > 1), colour)  # fmt: skip


def shown_size(size: str, language: str) -> str:
    """A size of the catalogue in the shopper's language: "48 pieces", "48 件"."""
    if language != "zh":
        return size
    words = read_data("words.yaml")["sizes"]
    return " ".join(words.get(word.lower(), word) for word in size.split())


def shown_time(moment: datetime, language: str) -> str:
    """A day and time as people write them: "2 Nov, 09:30", "11月2日 09:30"."""
    if language == "zh":
        return f"{moment.month}月{moment.day}日 {moment:%H:%M}"
    return f"{moment.day} {MONTHS[moment.month - 1]}, {moment:%H:%M}"


class Cards:
    """Makes cards for one shop's products."""

    def __init__(
        self,
        products: Mapping[str, Product],
        shop: Shop,
        replies: Replies,
        stale: Callable[[], datetime | None] | None = None,
    ) -> None:
        """`stale`: of when price and stock are, where that is too long ago."""
        self._stale = stale
        self._products = products
        self._shop = shop
        self._replies = replies

    def name(self, product: str, language: str) -> str:
        """A product's name in the language, else in any."""
        names = self._products[product].names
        return names.get(language) or next(iter(names.values()))

    def price_and_stock(self, product: str, language: str, variant: Variant | None = None) -> str:
        """The price and stock sentences of a product, or of one of its variants."""
        thing, say = self._products[product], self._replies.text
        several = variant is None and len({v.price.amount for v in thing.variants}) > 1
        price = variant.price if variant else thing.price
        line = say(
            "price_from" if several else "price_line",
            language,
            product=self.name(product, language),
            price=shown_price(price, language),
        )
        stocked = variant.stock > 0 if variant else thing.in_stock
        gap = "" if language == "zh" else " "
        told = line + gap + say("in_stock" if stocked else "out_of_stock", language)
        if (since := self._stale() if self._stale else None) is None:
            return told
        return told + gap + say("as_of", language, time=shown_time(since, language))

    def card(
        self, product: str, language: str, *, variant: Variant | None = None, reason: str = "",
        cause: str = "",
    ) -> ProductCard:  # fmt: skip
        """A product's card; of one variant where the shopper's demands chose it.

        `cause`: the product the shopper touched because of which it is shown, and may forget.
        """
        thing = self._products[product]
        chosen = variant or min(thing.variants, key=lambda v: (v.stock == 0, v.price.amount))
        colour = shown_colour(chosen.colour, language)
        size = shown_size(chosen.size, language)
        form = ", ".join(part for part in (colour, size) if part and variant)
        name = self.name(product, language)
        return ProductCard(
            sku=chosen.sku,
            name=named(name, form, language),
            price=chosen.price,
            in_stock=chosen.stock > 0,
            url=thing.url,
            image=thing.image,
            caption=self.price_and_stock(product, language, variant),
            reason=reason,
            buttons=self._buttons(product, language, cause),
        )

    def reason(self, reason: Reason, language: str, words: str) -> str:
        """A reason in words: the phrase of its kind, filled with what is true of it."""
        say = self._replies.text
        if reason.kind is ReasonKind.MATCHES:
            return say("reason_matches", language, words=words)
        if reason.kind in OF_A_PRODUCT:
            other = self.name(reason.value, language)
            return say(f"reason_{reason.kind}", language, product=other)
        if reason.kind is ReasonKind.CATEGORY:
            labels = self._shop.categories.get(reason.value, {})
            label = labels.get(language, reason.value)
            return say("reason_category", language, category=label)
        return say(f"reason_{reason.kind}", language)

    def _buttons(self, product: str, language: str, cause: str) -> tuple[Button, ...]:
        kinds = (ActionKind.DETAILS, ActionKind.SIMILAR, ActionKind.DISLIKE)
        own = tuple(
            Button(self._replies.text(f"button_{kind}", language), f"{kind}:{product}")
            for kind in kinds
        )
        forget = Button(
            self._replies.text("button_forget", language), f"{ActionKind.FORGET}:{cause}"
        )
        return (*own, forget) if cause else own
