"""What is believed of a shopper's taste, told to them, each piece theirs to delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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

    def told(self, session: Session, language: str) -> Part:
        """Everything a recommendation would use, newest first, with a button to forget each."""
        say = self._replies.text
        touches = newest(t for t in session.history if t.product in self._products)
        disliked = [p for p in session.disliked if p in self._products]
        if not touches and not disliked:
            return _part(say("taste_none", language), language)
        lines = [self._line(touch, language) for touch in touches]
        lines += [
            say("taste_disliked", language, product=self._cards.name(product, language))
            for product in disliked
        ]
        told = "\n".join(f"• {line}" for line in lines[:TOLD])
        parts = [say("taste_intro", language), told]
        if liked := self._liked(touches, language):
            parts.append(say("taste_categories", language, categories=liked))
        named = [*(touch.product for touch in touches), *disliked][:TOLD]
        return _part("\n".join(parts), language, self._buttons(named, language))

    def name(self, product: str, language: str) -> str:
        """What a product is called."""
        return self._cards.name(product, language)

    def _line(self, touch: Touch, language: str) -> str:
        name = self._cards.name(touch.product, language)
        return self._replies.text(
            KEYS[touch.name], language, product=name, date=touch.at.date().isoformat()
        )

    def _liked(self, touches: Sequence[Touch], language: str) -> str:
        counts = Counter(self._products[touch.product].category for touch in touches)
        labels = (self._shop.categories[name] for name, _ in counts.most_common(CATEGORIES))
        gap = "、" if language == "zh" else ", "
        return gap.join(label.get(language) or next(iter(label.values())) for label in labels)

    def _buttons(self, products: Sequence[str], language: str) -> tuple[Button, ...]:
        say = self._replies.text
        one = tuple(
            Button(
                say("button_forget_one", language, product=self.name(p, language))[:LABEL_LENGTH],
                f"{ActionKind.FORGET}:{p}",
            )
            for p in dict.fromkeys(products)
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
            most[touch.product] = touch
    return tuple(sorted(most.values(), key=lambda touch: touch.at, reverse=True))


def _part(text: str, language: str, buttons: tuple[Button, ...] = ()) -> Part:
    return Part("", Route.RECOMMEND, language, text, WordedBy.TEMPLATE, buttons=buttons)
