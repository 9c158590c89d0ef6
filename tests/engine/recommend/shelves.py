"""Made-up shops: catalogues of any make, and shoppers who looked and bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import torch

from engine.recommend.histories import from_events
from engine.recommend.learned import Learned
from engine.recommend.recommender import Recommender
from engine.recommend.shop import untaught
from engine.retrieval.products import ProductsFound
from engine.types import Event, Money, Product, Session, Shop, Touch, Variant

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
THINGS = ("lamp", "vase", "throw", "teapot", "pen", "tea")
COLOURS = ("blue", "green", "white", "")
KINDS = ("view_item", "add_to_cart", "purchase")
NOTHING_FOUND = ProductsFound((), (), 0.0)


def made_shop() -> Shop:
    """A shop where tea is used up and bought again."""
    categories = {"home": {"en": "Home"}, "tea": {"en": "Tea"}}
    return Shop({"en": "Shop"}, "EUR", ("en",), "en", "UTC", categories, consumables=("tea",))


def made_products(random: np.random.Generator, count: int = 60) -> dict[str, Product]:
    """Products with one to three variants, some out of stock."""
    found = {}
    for number in range(count):
        thing = THINGS[number % len(THINGS)]
        variants = tuple(
            Variant(
                f"S{number}-{v}", str(random.choice(COLOURS)), "",
                Money(Decimal(int(random.integers(100, 9_000))) / 100, "EUR"),
                int(random.integers(0, 3)),
            )
            for v in range(int(random.integers(1, 4)))
        )  # fmt: skip
        name = f"p{number}"
        category = "tea" if thing == "tea" else "home"
        found[name] = Product(name, {"en": f"Fine {thing}"}, "", category, variants)
    return found


def made_events(
    random: np.random.Generator, products: Sequence[str], shoppers: int = 80
) -> list[Event]:
    """Shoppers who keep to a part of the catalogue, over two months."""
    events = []
    for shopper in range(shoppers):
        start = int(random.integers(0, len(products)))
        for visit in range(int(random.integers(2, 9))):
            product = products[(start + int(random.integers(0, 8))) % len(products)]
            at = NOON - timedelta(days=60) + timedelta(days=6 * visit, minutes=shopper)
            events.append(Event(f"s{shopper}", at, str(random.choice(KINDS)), product))
    return events


def made_recommender(
    seed: int, count: int = 60
) -> tuple[Recommender, Learned, dict[str, Product], list[Event]]:
    """A shop that has trained nothing yet; the last five products are new."""
    random = np.random.default_rng(seed)
    products = made_products(random, count)
    names = list(products)
    events = made_events(random, names[:-5])
    content = torch.from_numpy(random.standard_normal((count, 16)).astype(np.float32))
    learned = untaught(from_events(events, names), content)
    return Recommender(products, made_shop(), learned), learned, products, events


def session_of(events: Sequence[Event], shopper: str) -> Session:
    """A conversation of one of these shoppers."""
    mine = (Touch(e.product, e.name, e.at) for e in events if e.shopper == shopper)
    return Session("c", shopper=shopper, history=tuple(mine))
