"""Which products to show, in which order, and the true reason for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.recommend.co_occurrence import CoOccurrence
from engine.retrieval.products import ProductsFound
from engine.routing.constraints import Constraints
from engine.types import Product, Session, Shop

SHOWN = 3
WORDS, HISTORY, POPULAR = 1.0, 0.6, 0.25
SAME_CATEGORY_PENALTY = 0.12


class ReasonKind(StrEnum):
    """Why a product is shown; the words for each are in replies.yaml under "reason_…"."""

    MATCHES = "matches"
    BOUGHT = "bought"
    POPULAR = "popular"
    SIMILAR = "similar"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason with what fills its words: the shopper's words, or a product's id."""

    kind: ReasonKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A product to show, its blended score and its reason."""

    product: str
    score: float
    reason: Reason


class Recommender:
    """Blends the shopper's words, their history and popularity; hard filters come first."""

    def __init__(self, products: Mapping[str, Product], shop: Shop, learned: CoOccurrence) -> None:
        self._products = products
        self._shop = shop
        self._learned = learned

    def recommend(
        self, found: ProductsFound, session: Session, constraints: Constraints, *, words: bool
    ) -> tuple[Pick, ...]:
        """The best SHOWN products in stock that meet all constraints.

        `words`: whether the message says what is wanted; else history and popularity decide.
        """
        history = [*session.viewed]
        affinity = self._learned.scores(history)
        top = max((m.score for m in found.matches), default=1.0)
        scored: list[Pick] = []
        for match in found.matches:
            if not self._may_show(match.product, session, constraints):
                continue
            close = affinity.get(match.product, 0.0)
            popular = self._learned.popularity.get(match.product, 0.0)
            said = match.score / max(top, 1e-6) if words else 0.0
            score = WORDS * said + HISTORY * min(close, 1.0) + POPULAR * popular * (not words)
            scored.append(
                Pick(
                    match.product, score, self._reason(match.product, history, words, found, close)
                )
            )
        return self._diverse(sorted(scored, key=lambda pick: -pick.score))

    def cheapest(
        self, found: ProductsFound, session: Session, constraints: Constraints
    ) -> tuple[Pick, ...]:
        """The one of lowest price among those found, in stock, that meets all constraints."""
        prices = {
            match: variant.price.amount
            for match in found.matches
            if self._may_show(match.product, session, constraints)
            and (variant := constraints.variant_of(self._products[match.product]))
        }
        best = min(prices, key=lambda match: prices[match], default=None)
        reason = Reason(ReasonKind.MATCHES, found.kinds[0] if found.kinds else "")
        return (Pick(best.product, best.score, reason),) if best else ()

    def _may_show(self, product: str, session: Session, constraints: Constraints) -> bool:
        variant = constraints.variant_of(self._products[product])
        return variant is not None and variant.stock > 0 and product not in session.disliked

    def _reason(
        self,
        product: str,
        history: Sequence[str],
        words: bool,
        found: ProductsFound,
        close: float,
    ) -> Reason:
        if words:
            return Reason(ReasonKind.MATCHES, found.kinds[0] if found.kinds else "")
        because = self._learned.because(product, history)
        if because and close > self._learned.popularity.get(product, 0.0) * POPULAR:
            return Reason(ReasonKind.SIMILAR, because)
        return Reason(ReasonKind.POPULAR)

    def _diverse(self, ranked: Sequence[Pick]) -> tuple[Pick, ...]:
        chosen: list[Pick] = []
        left = list(ranked[:30])
        while left and len(chosen) < SHOWN:
            shown = [self._products[p.product].names.get("en", "").split()[-1:] for p in chosen]
            best = max(
                left,
                key=lambda p: (
                    p.score
                    - SAME_CATEGORY_PENALTY
                    * shown.count(self._products[p.product].names.get("en", "").split()[-1:])
                ),
            )
            chosen.append(best)
            left.remove(best)
        return tuple(chosen)
