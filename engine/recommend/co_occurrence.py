"""Item-to-item similarity and popularity from shoppers' events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from engine.types import Event

EVENT_WEIGHT = {"view_item": 1.0, "add_to_cart": 2.0, "purchase": 4.0}
POPULAR_DAYS = 30
SHRINK = 3.0


@dataclass(frozen=True, slots=True)
class CoOccurrence:
    """Cosine between products over the shoppers who touched both, shrunk where few did.

    Source: item-based collaborative filtering (Sarwar et al., 2001).
    """

    neighbours: Mapping[str, Mapping[str, float]]
    popularity: Mapping[str, float]
    """Share (0..1) of the most popular product's weight in the last 30 days."""

    def scores(self, history: Sequence[str]) -> dict[str, float]:
        """Affinity of products to a history, oldest first; later items count more."""
        found: dict[str, float] = defaultdict(float)
        for age, product in enumerate(reversed(history)):
            for other, closeness in self.neighbours.get(product, {}).items():
                found[other] += closeness / (1 + age)
        return dict(found)

    def because(self, product: str, history: Sequence[str]) -> str | None:
        """The item of the history without which `product` would lose most, if any."""
        closeness = {item: self.neighbours.get(item, {}).get(product, 0.0) for item in history}
        best = max(closeness, key=lambda item: closeness[item], default=None)
        return best if best is not None and closeness[best] > 0 else None


def co_occurrence(events: Iterable[Event], *, now: datetime | None = None) -> CoOccurrence:
    """Learn neighbours and popularity; without events, both are empty."""
    touched: dict[str, dict[str, float]] = defaultdict(dict)
    seen = sorted(events, key=lambda event: event.at)
    for event in seen:
        weight = EVENT_WEIGHT.get(event.name, 0.0)
        mine = touched[event.shopper]
        mine[event.product] = max(mine.get(event.product, 0.0), weight)
    return CoOccurrence(_neighbours(touched), _popularity(seen, now))


def _neighbours(touched: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    together: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    norm: dict[str, float] = defaultdict(float)
    shoppers: Counter[tuple[str, str]] = Counter()
    for products in touched.values():
        for a, weight in products.items():
            norm[a] += weight * weight
            for b, other in products.items():
                if a != b:
                    together[a][b] += weight * other
                    shoppers[a, b] += 1
    return {
        a: {
            b: dot / sqrt(norm[a] * norm[b]) * shoppers[a, b] / (shoppers[a, b] + SHRINK)
            for b, dot in others.items()
        }
        for a, others in together.items()
    }


def _popularity(events: Sequence[Event], now: datetime | None) -> dict[str, float]:
    if not events:
        return {}
    start = (now or events[-1].at) - timedelta(days=POPULAR_DAYS)
    weights: dict[str, float] = defaultdict(float)
    for event in events:
        if event.at >= start:
            weights[event.product] += EVENT_WEIGHT.get(event.name, 0.0)
    most = max(weights.values(), default=1.0) or 1.0
    return {product: weight / most for product, weight in weights.items()}
