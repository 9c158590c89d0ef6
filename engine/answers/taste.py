"""What is believed of a shopper's taste, told to them, each piece theirs to delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from engine.answers.cards import Cards
from engine.types import (
    ActionKind,
    Button,
    Part,
    Product,
    Route,
    Session,
    Shop,
    Touch,
    WordedBy,
)
from knowledge_base.shop_file import Replies

TOLD = 8
"""Things told at once, the newest; each has its button."""
LABEL_LENGTH = 60
CATEGORIES = 3
KEYS = {"purchase": "taste_bought", "add_to_cart": "taste_carted", "view_item": "taste_viewed"}


class TasteAnswers:
    """Words what a recommendation goes by, from a shopper's history."""

    def __init__(
        self, products: Mapping[str, Product], shop: Shop, replies: Replies, cards: Cards
    ) -> None:
        self._products = products
        self._shop = shop
        self._replies = replies
        self._cards = cards
        self._zone = ZoneInfo(shop.time_zone)

    def told(self, session: Session, language: str) -> Part:
        """What a recommendation goes by, newest first, with a button to forget each.

        What is no longer sold is not told, as nothing goes by it; it is forgotten with the rest.
        """
        say = self._replies.text
        touches = newest(t for t in session.history if t.product in self._products)
        disliked = [p for p in session.disliked if p in self._products]
        if not touches and not disliked:
            kept = self._buttons((), language) if session.history or session.disliked else ()
            return _part(say("taste_none", language), language, kept)
        lines = [self._line(touch, language) for touch in touches]
        lines += [
            say("taste_disliked", language, product=self._cards.name(product, language))
            for product in disliked
        ]
        if len(lines) > TOLD:
            lines[TOLD:] = [say("taste_more", language, count=len(lines) - TOLD)]
        parts = [say("taste_intro", language), *(f"• {line}" for line in lines)]
        if liked := self._liked(touches, language):
            parts.append(say("taste_categories", language, categories=liked))
        named = [*(touch.product for touch in touches), *disliked][:TOLD]
        return _part("\n".join(parts), language, self._buttons(named, language))

    def forgotten(self, product: str, anew: Part) -> Part:
        """That one product ("": everything) is forgotten, and what is suggested without it."""
        say, language = self._replies.text, anew.language
        sold = product in self._products
        name = self._cards.name(product, language) if sold else product
        key = "taste_forgotten" if product else "taste_forgotten_all"
        told = [say(key, language, product=name)]
        if anew.products:
            told.append(say("taste_anew", language))
        text = ("" if language == "zh" else " ").join(told)
        return replace(anew, text=text, prompt=None, buttons=())

    def _line(self, touch: Touch, language: str) -> str:
        name = self._cards.name(touch.product, language)
        date = touch.at.astimezone(self._zone).date().isoformat()
        return self._replies.text(KEYS[touch.name], language, product=name, date=date)

    def _liked(self, touches: Sequence[Touch], language: str) -> str:
        counts = Counter(self._products[touch.product].category for touch in touches)
        labels = (self._shop.categories[name] for name, _ in counts.most_common(CATEGORIES))
        gap = "、" if language == "zh" else ", "
        return gap.join(label.get(language) or next(iter(label.values())) for label in labels)

    def _buttons(self, products: Sequence[str], language: str) -> tuple[Button, ...]:
        say, name = self._replies.text, self._cards.name
        labels = {
            p: say("button_forget_one", language, product=name(p, language)) for p in products
        }
        one = (
            Button(label[:LABEL_LENGTH], f"{ActionKind.FORGET}:{p}") for p, label in labels.items()
        )
        return (*one, Button(say("button_forget_all", language), f"{ActionKind.FORGET}:"))


def newest(touches: Iterable[Touch]) -> tuple[Touch, ...]:
    """One touch a product, the one that says most (a purchase before a look), newest first."""
    order = list(KEYS)
    most: dict[str, Touch] = {}
    for touch in touches:
        known = most.get(touch.product)
        if known is None or (-order.index(touch.name), touch.at) > (
            -order.index(known.name), known.at,
        ):  # fmt: skip
            most.pop(touch.product, None)
            most[touch.product] = touch
    # Chats tell the time in whole seconds: of two in one, the one that came last goes first.
    return tuple(sorted(most.values(), key=lambda touch: touch.at)[::-1])


def _part(text: str, language: str, buttons: tuple[Button, ...] = ()) -> Part:
    return Part("", Route.SMALLTALK, language, text, WordedBy.TEMPLATE, buttons=buttons)
