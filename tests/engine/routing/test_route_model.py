"""The route by evidence: weights that fit their evidence, odds that are odds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.found import Found
from engine.retrieval.products import Match, ProductsFound
from engine.routing.constraints import Constraints
from engine.routing.evidence import evidence
from engine.routing.route_model import RouteModel, default_model
from engine.routing.router import Router
from engine.routing.understanding import Question
from engine.types import Band, Route

NO_ENTRY = Found((), (), 0.0, Band.UNKNOWN, {})
SURE_ENTRY = Found(("returns",), (6.0,), 0.97, Band.LIKELY, {})
NOTHING = ProductsFound((), (), 0.0)
LAMPS = ProductsFound((Match("lamp", 1.0, 0.5, 0.6),), ("lamp",), 0.9)
WISHED = Found((), (), 0.0, Band.UNKNOWN, {}, "recommend", 0.7, route_logits={"recommend": 2.0})
numbers = st.integers(-20, 20)


def _question(text: str) -> Question:
    return Question(text, text, "en", Constraints())


def test_the_weights_that_ship_are_of_the_evidence_there_is() -> None:
    names = set(evidence(_question("hello"), NO_ENTRY, NOTHING))
    for weights in default_model().weights.values():
        assert set(weights) == names


@given(numbers, numbers, numbers, numbers)
def test_odds_sum_to_one_and_follow_the_weights(a: int, b: int, x: int, y: int) -> None:
    model = RouteModel(
        {Route.FAQ: {"x": a, "y": 0.0}, Route.RECOMMEND: {"x": 0.0, "y": b}},
        {Route.FAQ: 0.0, Route.RECOMMEND: 0.0},
    )
    odds = model.probabilities({"x": x, "y": y}, tuple(model.weights))
    assert abs(sum(odds.values()) - 1) < 1e-9
    assert (odds[Route.FAQ] >= odds[Route.RECOMMEND]) == (a * x >= b * y)
    assert set(model.probabilities({"x": x, "y": y}, (Route.FAQ,))) == {Route.FAQ}


def test_without_goods_only_entries_answer() -> None:
    routed = Router().late_route(_question("recommend me a lamp"), NO_ENTRY, NOTHING)
    assert routed.route is Route.FAQ


@given(st.sampled_from(["lamp", "show me lamps", "how tall is it", "what do buyers say", ""]))
def test_nothing_is_told_of_a_product_nobody_meant(text: str) -> None:
    unnamed = ProductsFound((Match("lamp", 1.0, 0.0, 0.3),), (), 0.2)
    routed = Router().late_route(_question(text), NO_ENTRY, unnamed)
    assert routed.route in (Route.FAQ, Route.RECOMMEND)


def test_a_wish_for_a_kind_is_sure_and_a_question_an_entry_answers_is_not() -> None:
    router = Router()
    assert router.surely_goods(_question("show me lamps"), WISHED, LAMPS)
    assert not router.surely_goods(
        _question("can i send the lamp back if it breaks"), SURE_ENTRY, LAMPS
    )
