"""How long a recommendation takes in a catalogue of any size, and what its index loses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import torch
from scipy import sparse

from engine.progress import Steps
from engine.recommend.attention import BehaviourModel, Shape
from engine.recommend.behaviour import Behaviour
from engine.recommend.histories import Floats, Ints
from engine.recommend.learned import Learned
from engine.recommend.parts import (
    CONTENT,
    NEIGHBOURS,
    POPULARITY,
    TRANSFORMER,
    Attention,
    Blend,
    Neighbours,
    Popularity,
    RankingPart,
)
from engine.recommend.recommender import Recommender
from engine.recommend.trend import prior_of
from engine.routing.constraints import Constraints
from engine.types import Money, Product, Session, Shop, Touch, Variant

WIDTH, EVENTS = 64, 30
GROUPS = 1_000
"""Kinds of products: those of one kind have vectors near each other, as trained ones have."""
SPREAD = 0.6
"""How far a product lies from the middle of its kind, where kinds lie 1 apart from the origin."""
NEAR = 50
START = datetime(2026, 1, 1, tzinfo=UTC)


class MadeProducts(Mapping[str, Product]):
    """A catalogue of any size, each product made when it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __getitem__(self, name: str) -> Product:
        number = int(name)
        price = Money(Decimal(5 + number * 7919 % 19_500) / 100, "EUR")
        variant = Variant(f"S{number}", "", "", price, number % 10)
        names = {"en": f"Product {number} thing{number % GROUPS}"}
        return Product(name, names, "", f"c{number % 20}", (variant,))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return map(str, range(self._count))


@dataclass(frozen=True, slots=True)
class World:
    """A made-up shop: its recommender, what was learned, and shoppers who keep to few kinds."""

    recommender: Recommender
    learned: Learned
    shoppers: tuple[Session, ...]


def bench_recommend(products: int, requests: int, step: Steps, seed: int = 0) -> dict[str, Any]:
    """Milliseconds of whole recommendations with their reasons, on one thread, and recall@10.

    Recall: of the ten best by the behaviour model over all products, how many the index found.
    Every other request has a price limit. `cpu_ms` is what the process itself worked: on a
    machine that others use as well, its time by the clock is longer.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        began = time.perf_counter()
        world = made_world(products, requests, seed)
        built = time.perf_counter() - began
        taken: list[float] = []
        worked: list[float] = []
        for number, session in enumerate(world.shoppers):
            limit = Constraints(highest=Decimal(80)) if number % 2 else Constraints()
            began, busy = time.perf_counter(), time.process_time()
            world.recommender.for_shopper(session, limit)
            taken.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - busy))
            step(number + 1, requests)
        recall = float(np.mean([_recall(world.learned, s) for s in world.shoppers[:100]]))
    finally:
        torch.set_num_threads(threads)
    return {
        "products": products, "requests": requests, "events": EVENTS, "ms": _percentiles(taken),
        "cpu_ms": _percentiles(worked), "recall_at_10": round(recall, 4),
        "build_seconds": round(built, 1),
    }  # fmt: skip


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    """After the first tenth, which warms up."""
    found = np.percentile(values[len(values) // 10 :], [50, 95, 99])
    return {f"p{rank}": round(float(v), 2) for rank, v in zip((50, 95, 99), found, strict=True)}


def made_world(products: int, shoppers: int, seed: int) -> World:
    """A catalogue with a model, neighbours and popularity; the same for the same seed."""
    random = np.random.default_rng(seed)
    kind = np.arange(products) % GROUPS
    popular: Floats = 1.0 / (1.0 + random.permutation(products).astype(float))
    popular = popular / popular.sum()
    behaviour = _model(kind, popular, random)
    near = _near(products, random)
    parts: dict[str, RankingPart] = {
        TRANSFORMER: Attention(behaviour),
        NEIGHBOURS: Neighbours.named(NEIGHBOURS, near),
        POPULARITY: Popularity(torch.from_numpy(popular).float()),
        CONTENT: Neighbours.named(CONTENT, near),
    }
    weights = {TRANSFORMER: 0.6, NEIGHBOURS: 0.3, POPULARITY: 0.05, CONTENT: 0.05}
    made = MadeProducts(products)
    learned = Learned(tuple(made), Blend(parts, weights), np.ones(products), popular)
    shop = Shop({"en": "Shop"}, "EUR", ("en",), "en", "UTC", {})
    sessions = tuple(_shopper(number, products, random) for number in range(shoppers))
    return World(Recommender(made, shop, learned), learned, sessions)


def _model(kind: Ints, popular: Floats, random: np.random.Generator) -> Behaviour:
    middles = random.standard_normal((GROUPS, WIDTH))
    vectors = middles[kind] + SPREAD * random.standard_normal((len(kind), WIDTH))
    torch.manual_seed(0)
    model = BehaviourModel(Shape(len(kind), WIDTH, events=50))
    with torch.no_grad():
        model.learned.copy_(torch.from_numpy(vectors) / WIDTH**0.5)
        model.prior.copy_(torch.from_numpy(prior_of(popular / popular.mean())))
    return Behaviour.of(model)


def _near(products: int, random: np.random.Generator) -> sparse.csr_matrix:
    """Each product's NEAR neighbours, of its own kind."""
    rows = np.repeat(np.arange(products), NEAR)
    steps = random.integers(1, max(products // GROUPS, 2), len(rows)) * GROUPS
    columns = (rows + steps) % products
    values = random.random(len(rows)).astype(np.float32)
    return sparse.csr_matrix((values, (rows, columns)), shape=(products, products))


def _shopper(number: int, products: int, random: np.random.Generator) -> Session:
    kinds = random.integers(0, GROUPS, 3)
    rows = random.integers(0, max(products // GROUPS, 1), EVENTS) * GROUPS
    touched = (rows + kinds[random.integers(0, 3, EVENTS)]) % products
    names = np.where(random.random(EVENTS) < 0.3, "purchase", "view_item")
    history = tuple(
        Touch(str(product), str(name), START + timedelta(hours=9 * place))
        for place, (product, name) in enumerate(zip(touched, names, strict=True))
    )
    return Session(f"c{number}", history=history)


def _recall(learned: Learned, session: Session) -> float:
    part = learned.blend.parts[TRANSFORMER]
    shares = part.shares(learned.numbered(session.history), [0])[0]
    best = torch.topk(shares, 10).indices.numpy()
    return float(np.isin(best, learned.ask(session.history).likely()).mean())
