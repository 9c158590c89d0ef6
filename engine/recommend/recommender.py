"""Which products to show, in which order, and the true reason for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.recommend.diversity import diverse
from engine.recommend.histories import Floats, Ints
from engine.recommend.learned import Asked, Learned
from engine.recommend.parts import CONTENT
from engine.recommend.picks import Pick, Reason, ReasonKind
from engine.recommend.reasons import Causes, likely_causes, reason_of
from engine.recommend.shelf import Shelf
from engine.retrieval.products import ProductsFound
from engine.routing.constraints import Constraints
from engine.types import Product, Session, Shop, Touch

SHOWN = 3
LOOKED_THROUGH = 30
"""Products, best first, among which the shown ones are chosen to differ."""
READ_THROUGH = 2000
"""Products at most that are read one by one for what colours, sizes and words demand."""
TASTE = 0.25
"""By how much the thing a shopper is likeliest to want is raised among what the words mean: never
above what the words mean clearly better."""
POPULAR_AMONG = 50
"""A product is called popular when it is among so many."""
NEW_LIKENESS = 0.5
"""A new product takes the last place where it is at least so like the shopper's things as the
product most like them."""


class Recommender:
    """Blends the shopper's words, their history and popularity; hard filters come first."""

    def __init__(
        self, products: Mapping[str, Product], shop: Shop, learned: Learned, version: str = ""
    ) -> None:
        """`version`: of the trained recommender that `learned` is, if it is one."""
        self.version = version
        self._products = products
        self._shop = shop
        self._learned = learned
        self._shelf = Shelf(products, learned.products)
        order = np.argsort(-learned.popular, kind="stable")[:POPULAR_AMONG]
        self._popular = frozenset(int(i) for i in order if learned.popular[i] > 0)

    def recommend(
        self, found: ProductsFound, session: Session, constraints: Constraints, *, words: bool
    ) -> tuple[Pick, ...]:
        """The best SHOWN products in stock that meet all constraints.

        `words`: whether the message says what is wanted; else history and popularity decide.
        """
        heard = {self._learned.number[match.product]: match.score for match in found.matches}
        if not words:
            picks = self.for_shopper(session, constraints)
            if picks and picks[0].score > 0:
                return picks
        # Nothing is known of this shopper or any other: what is nearest to the message.
        among = self._allowed(session, constraints, np.array(list(heard), dtype=np.int64))
        if not len(among):
            return ()
        said = np.array([max(heard[int(number)], 0.0) for number in among])
        # Of a shopper nobody knows, what others like says nothing about their words.
        known = any(touch.product in self._learned.number for touch in session.taste)
        taste = self._learned.ask(session.taste).shares(among)[0] * known
        reason = Reason(ReasonKind.MATCHES, found.kinds[0] if found.kinds else "")
        places = self._listed(among, _of_best(said) * (1 + TASTE * _of_best(taste)), SHOWN)
        return tuple(self._pick(among, place, float(said[place]), reason) for place in places)

    def for_shopper(
        self, session: Session, constraints: Constraints, count: int = SHOWN
    ) -> tuple[Pick, ...]:
        """The best `count` for a shopper by what they did, and by what others do."""
        tried = likely_causes(session.taste)
        asked = self._learned.ask(session.taste, tried)
        among = self._allowed(session, constraints, asked.likely())
        if len(among) < count:
            # Demands that few of the likely ones meet: the whole catalogue, popular ones first.
            order = np.argsort(-self._learned.popular, kind="stable")
            among = self._allowed(session, constraints, order)[:READ_THROUGH]
        if not len(among):
            return ()
        causes = Causes.of(asked, tried, among)
        places = self._listed(among, _of_best(causes.whole), count)
        places = self._with_new(asked, causes, places)
        return tuple(
            self._pick(among, place, float(causes.whole[place]), reason)
            for place in places
            for reason in (self._reason(causes, place, session.taste),)
        )

    def cheapest(
        self, found: ProductsFound, session: Session, constraints: Constraints
    ) -> tuple[Pick, ...]:
        """The one of lowest price among those found, in stock, that meets all constraints."""
        prices = {
            match: variant.price.amount
            for match in found.matches
            if match.product not in session.disliked
            and (variant := constraints.variant_of(self._products[match.product]))
            and variant.stock > 0
        }
        best = min(prices, key=lambda match: prices[match], default=None)
        reason = Reason(ReasonKind.MATCHES, found.kinds[0] if found.kinds else "")
        return (Pick(best.product, best.score, reason),) if best else ()

    def _allowed(self, session: Session, constraints: Constraints, numbers: Ints) -> Ints:
        """The hard filters: stock, demands, what is not liked, what is had already."""
        left_out = {*session.disliked, *self._had(session.history)}
        out = [self._learned.number[p] for p in left_out if p in self._learned.number]
        kept = numbers[~np.isin(numbers, out)] if out else numbers
        return self._shelf.allowed(constraints, kept, READ_THROUGH)

    def _had(self, history: Sequence[Touch]) -> frozenset[str]:
        """What a shopper bought and does not use up."""
        bought = {touch.product for touch in history if touch.name == "purchase"}
        return frozenset(
            p for p in bought
            if p in self._products and self._products[p].category not in self._shop.consumables
        )  # fmt: skip

    def _listed(self, among: Ints, scores: Floats, count: int) -> list[int]:
        """The places of a list of products that differ, best first."""
        order = np.argsort(-scores, kind="stable")[: max(LOOKED_THROUGH, 2 * count)].tolist()
        ends = {place: self._thing(int(among[place])) for place in order}
        return diverse(order, scores, lambda one, other: float(ends[one] == ends[other]), count)

    def _with_new(self, asked: Asked, causes: Causes, places: list[int]) -> list[int]:
        """The last place goes to a product nobody has touched yet, where it fits the shopper."""
        new = np.flatnonzero(self._learned.seen[causes.among] == 0)
        if not len(new) or len(places) < SHOWN or set(places) & set(new.tolist()):
            return places
        alike = asked.part_shares(CONTENT, causes.among)
        best = int(new[np.argmax(alike[new])])
        fits = alike[best] > 0 and alike[best] >= NEW_LIKENESS * alike.max()
        return [*places[:-1], best] if fits else places

    def _reason(self, causes: Causes, place: int, history: Sequence[Touch]) -> Reason:
        number = int(causes.among[place])
        if cause := causes.cause(place):
            return reason_of(cause, history)
        if number in self._popular:
            return Reason(ReasonKind.POPULAR)
        if not self._learned.seen[number]:
            return Reason(ReasonKind.NEW)
        category = self._products[self._learned.products[number]].category
        return Reason(ReasonKind.CATEGORY, category)

    def _pick(self, among: Ints, place: int, score: float, reason: Reason) -> Pick:
        return Pick(self._learned.products[int(among[place])], score, reason)

    def _thing(self, number: int) -> str:
        """What a product is, as its name ends: "lamp"."""
        name = self._products[self._learned.products[number]].names.get("en", "")
        return name.split()[-1].lower() if name.split() else str(number)


def _of_best(scores: Floats) -> Floats:
    """As shares of the best one."""
    best = float(scores.max(initial=0.0))
    return scores / best if best > 0 else scores
