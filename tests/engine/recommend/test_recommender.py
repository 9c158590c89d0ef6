"""What may be shown, in every state of shop and shopper, and why it is said to be shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from engine.recommend.diversity import diverse
from engine.recommend.histories import from_events
from engine.recommend.learned import Learned
from engine.recommend.picks import ReasonKind
from engine.recommend.reasons import LISTED, MARGIN_LOST
from engine.recommend.recommender import SHOWN, Recommender
from engine.recommend.shop import untaught
from engine.retrieval.products import Match, ProductsFound
from engine.routing.constraints import Constraints
from engine.types import Session, Touch
from tests.engine.recommend.shelves import (
    COLOURS,
    KINDS,
    NOON,
    NOTHING_FOUND,
    made_products,
    made_recommender,
    made_shop,
    session_of,
)

WORLDS = 5
REQUESTS = 1_500
"""Of all worlds together. 10,000 were asked on 2026-11-30: none broke a law."""


def _fuzzed(random: np.random.Generator, names: list[str]) -> tuple[Session, Constraints]:
    strange = [*names, "no-such-product"]
    history = tuple(
        Touch(str(random.choice(strange)), str(random.choice([*KINDS, "refund"])), NOON)
        for _ in range(int(random.integers(0, 8)))
    )
    disliked = tuple(map(str, random.choice(strange, int(random.integers(0, 6)))))
    low, high = sorted(Decimal(int(n)) for n in random.integers(1, 90, 2))
    draw = random.random(6)
    return Session("c", history=history, disliked=disliked), Constraints(
        lowest=low if draw[0] < 0.2 else None,
        highest=high if draw[1] < 0.6 else None,
        colours=(str(random.choice(COLOURS[:3])),) if draw[2] < 0.2 else (),
        not_colours=(str(random.choice(COLOURS[:3])),) if draw[3] < 0.2 else (),
        excluded=("lamp",) if draw[4] < 0.2 else (),
        in_stock=bool(draw[5] < 0.5),
    )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_nothing_sold_out_overpriced_excluded_had_or_invented_is_shown(seed: int) -> None:
    recommender, _, products, _ = made_recommender(seed)
    random, names, shown = np.random.default_rng(100 + seed), list(products), 0
    for _ in range(REQUESTS // WORLDS):
        session, constraints = _fuzzed(random, names)
        words = bool(random.random() < 0.5)
        matches = [Match(str(p), float(random.random()), 0.0, 0.0)
                   for p in random.choice(names, 20, replace=False)]  # fmt: skip
        found = ProductsFound(tuple(matches), ("lamp",), 0.5) if words else NOTHING_FOUND
        picks = recommender.recommend(found, session, constraints, words=words)
        shown += len(picks)
        assert len({pick.product for pick in picks}) == len(picks) <= SHOWN
        for pick in picks:
            product = products[pick.product]
            variant = constraints.variant_of(product)
            assert variant is not None and variant.stock > 0
            assert constraints.allows_variant(variant) or not variant.colour
            assert pick.product not in session.disliked
            bought = any(t == Touch(pick.product, "purchase", t.at) for t in session.history)
            assert not bought or product.category == "tea"
    assert shown > REQUESTS // WORLDS, (
        "the requests leave too little to show for this to mean anything"
    )


def _listed(
    learned: Learned, history: tuple[Touch, ...], among: np.ndarray
) -> tuple[list[int], float, np.ndarray]:
    shares = learned.ask(history).shares(among)[0]
    order = np.argsort(-shares, kind="stable")
    return order[:LISTED].tolist(), float(shares[order[LISTED]]), shares


def test_without_what_it_is_said_to_be_shown_for_it_loses_its_place_or_a_fifth_of_its_lead() -> (
    None
):
    checked = said = 0
    for seed in range(WORLDS):
        recommender, learned, products, events = made_recommender(seed)
        for shopper in sorted({event.shopper for event in events}):
            session = session_of(events, shopper)
            picks = recommender.for_shopper(session, Constraints())
            reasons = [p for p in picks if p.reason.kind in (ReasonKind.BOUGHT, ReasonKind.VIEWED)]
            checked, said = checked + 1, said + bool(reasons)
            among = recommender._allowed(session, Constraints(), np.arange(len(products)))
            _, eleventh, whole = _listed(learned, session.history, among)
            for pick in reasons:
                rest = tuple(t for t in session.history if t.product != pick.reason.value)
                assert len(rest) < len(session.history), "a reason that is not in the history"
                place = int(np.flatnonzero(among == learned.number[pick.product])[0])
                listed, last, without = _listed(learned, rest, among)
                kept = (without[place] - last) / (whole[place] - eleventh)
                assert place not in listed or 1 - kept >= MARGIN_LOST - 1e-9
    assert said >= 0.6 * checked


def test_bought_is_only_said_of_what_was_bought() -> None:
    recommender, _, _, events = made_recommender(1)
    for shopper in sorted({event.shopper for event in events}):
        session = session_of(events, shopper)
        for pick in recommender.for_shopper(session, Constraints()):
            bought = {t.product for t in session.history if t.name == "purchase"}
            assert (pick.reason.kind is ReasonKind.BOUGHT) <= (pick.reason.value in bought)


def test_what_is_forgotten_changes_the_list_as_if_it_had_never_been() -> None:
    recommender, _, _, events = made_recommender(2)
    session = session_of(events, "s3")
    gone = session.history[0].product
    forgot = replace(session, history=tuple(t for t in session.history if t.product != gone))
    never = session_of([e for e in events if (e.shopper, e.product) != ("s3", gone)], "s3")
    assert recommender.for_shopper(forgot, Constraints()) == recommender.for_shopper(
        never, Constraints()
    )


def test_a_shop_without_any_events_shows_what_is_nearest_to_the_words() -> None:
    products = made_products(np.random.default_rng(0))
    learned = untaught(from_events([], list(products)), None)
    recommender = Recommender(products, made_shop(), learned)
    stocked = [p for p in products.values() if p.in_stock][:4]
    found = ProductsFound(
        tuple(Match(p.id, 1.0 - i / 10, 0.0, 0.0) for i, p in enumerate(stocked)), (), 0.0
    )
    picks = recommender.recommend(found, Session("c"), Constraints(), words=False)
    assert picks[0].product == stocked[0].id
    assert recommender.recommend(NOTHING_FOUND, Session("c"), Constraints(), words=True) == ()


def test_one_look_already_changes_what_is_shown() -> None:
    recommender, _, products, events = made_recommender(3)
    nobody = recommender.for_shopper(Session("c"), Constraints())
    assert all(pick.reason.kind is ReasonKind.POPULAR for pick in nobody)
    seen = next(e.product for e in events if products[e.product].in_stock)
    looked = Session("c", history=(Touch(seen, "view_item", NOON),))
    assert recommender.for_shopper(looked, Constraints()) != nobody


def test_a_new_product_like_the_shoppers_things_gets_a_place() -> None:
    recommender, _learned, products, events = made_recommender(4)
    new = set(list(products)[-5:])
    shown = [
        pick
        for shopper in sorted({event.shopper for event in events})
        for pick in recommender.for_shopper(session_of(events, shopper), Constraints())
    ]
    placed = [pick for pick in shown if pick.product in new]
    assert placed
    assert all(
        pick.reason.kind in (ReasonKind.NEW, ReasonKind.BOUGHT, ReasonKind.VIEWED)
        for pick in placed
    )
    assert len(placed) <= len(shown) / SHOWN


def test_a_large_catalogue_is_shown_as_a_small_one_is() -> None:
    _, learned, products, events = made_recommender(0)
    few = Learned(learned.products, learned.blend, learned.seen, learned.popular, all_up_to=10)
    whole = Recommender(products, made_shop(), learned)
    partly = Recommender(products, made_shop(), few)
    for shopper in ("s1", "s2", "s3"):
        session = session_of(events, shopper)
        assert [p.product for p in whole.for_shopper(session, Constraints())] == [
            p.product for p in partly.for_shopper(session, Constraints())
        ]


def test_things_alike_give_way_to_others_unless_they_are_much_better() -> None:
    scores = np.array([1.0, 0.95, 0.9, 0.2])
    same = diverse([0, 1, 2, 3], scores, lambda a, b: float({a, b} <= {0, 1}), 2)
    assert same == [0, 2]
    assert diverse([0, 1, 3], scores, lambda a, b: float({a, b} <= {0, 1}), 2) == [0, 1]
