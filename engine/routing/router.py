"""Decides what kind of help a question asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.orders import TOKEN, given_number, told_order
from engine.retrieval.found import Found
from engine.retrieval.products import ProductsFound
from engine.retrieval.text import normalise, terms
from engine.routing.cues import has
from engine.routing.evidence import BRIEF, evidence
from engine.routing.route_model import RouteModel, default_model
from engine.routing.things import thing_asked
from engine.routing.understanding import Question
from engine.types import Band, Route, Session

SMALLTALK = ("greeting", "thanks", "goodbye", "identity")
CLEAR_ENTRY = 0.6
NO_ENTRY = 0.3
"""An entry this unlikely is not meant by "do you have …"."""
LONGEST_ORDER_TERMS = 10
"""A longer message tells a story; an entry may know what to do, so examples decide."""
SURE_EXAMPLE = 0.45
SURELY = 0.9
"""A route this likely is taken without a second look at the entries."""
TELLS_FROM, INSTEAD = 0.7, 2.0
"""Least odds of telling of a product; how much likelier goods count where no entry is known."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A route, why (the cue, the examples, or the odds that decided), and how sure that is."""

    route: Route
    why: str
    probability: float = 1.0


def early_route(question: Question, session: Session) -> Routed | None:
    """A route that the words alone decide, before anything is looked up; or None."""
    text = question.asked
    if has("handoff", text):
        return Routed(Route.HANDOFF, "cue")
    if session.pending_order and (TOKEN.search(normalise(text)) or _digits_only(text)):
        return Routed(Route.ORDER, "proof")
    if told_order(session) and has("order_again", text) and len(terms(text)) <= BRIEF:
        return Routed(Route.ORDER, "again")
    if given_number(text, session):
        return Routed(Route.ORDER, "number")
    for kind in SMALLTALK:
        if has(f"smalltalk_{kind}", text):
            return Routed(Route.SMALLTALK, kind)
    if has("order", text) and len(terms(text)) <= LONGEST_ORDER_TERMS:
        return Routed(Route.ORDER, "cue")
    return None


def _digits_only(text: str) -> bool:
    plain = normalise(text).replace(" ", "")
    return plain.isdigit() and len(plain) == 4


def example_route(entry: Found) -> Routed | None:
    """A route whose examples the question is surely near: a person, an order, small talk."""
    if entry.route_confidence < SURE_EXAMPLE:
        return None
    if entry.route in ("handoff", "order"):
        return Routed(Route(entry.route), "examples")
    if entry.route.startswith("smalltalk_"):
        return Routed(Route.SMALLTALK, entry.route.removeprefix("smalltalk_"))
    return None


def unsold(question: Question, entry: Found, products: ProductsFound) -> str:
    """The thing a short "do you have …" asks for, where no goods and no entry are near; or ""."""
    if products.kinds or products.named or entry.confidence >= NO_ENTRY:
        return ""
    short = len(terms(question.asked)) <= BRIEF
    return thing_asked(question.asked) if short else ""


class Router:
    """Decides between entries and goods by what was found for a question."""

    def __init__(self, model: RouteModel | None = None) -> None:
        self._model = model or default_model()

    def late_route(self, question: Question, entry: Found, products: ProductsFound) -> Routed:
        """The likeliest route among those that can be taken."""
        if routed := _plain_route(question, products):
            return routed
        found = evidence(question, entry, products)
        odds = self._model.probabilities(found, _possible(question, products))
        best = max(odds, key=lambda route: _worth(route, odds, entry, products))
        return Routed(best, "odds", odds[best])

    def surely_goods(self, question: Question, entry: Found, products: ProductsFound) -> bool:
        """Whether goods are meant so surely that no second look at the entries is needed."""
        routed = self.late_route(question, entry, products)
        return routed.route is not Route.FAQ and routed.probability >= SURELY


def _plain_route(question: Question, products: ProductsFound) -> Routed | None:
    """A route that words and goods decide, whatever the entries hold."""
    text = question.asked
    if question.cheapest:
        return Routed(Route.RECOMMEND, "cheapest")
    asked = question.own_constraints
    if question.product and (asked.colours or asked.sizes):
        return Routed(Route.RECOMMEND, "form")
    if has("for_me", text) and not (products.kinds or products.named or question.product):
        return Routed(Route.RECOMMEND, "for_me")
    if question.cheaper or question.refining:
        return Routed(Route.RECOMMEND, "cheaper" if question.cheaper else "refined")
    if question.product and any(has(cue, text) for cue in ("price", "stock", "introduce")):
        return Routed(Route.DESCRIBE, "points_at_product")
    if products.kinds and has("sells", text) and _asks_for_goods(text, products.kinds):
        return Routed(Route.RECOMMEND, "sells")
    told_of = bool(products.kinds or products.named)
    if told_of and has("introduce", text) and not has("recommend_strong", text):
        return Routed(Route.DESCRIBE, "introduce")
    return None


def _asks_for_goods(text: str, kinds: Collection[str]) -> bool:
    """Whether "do you sell …" is brief, or what it names last is a kind of goods."""
    named = terms(thing_asked(text))
    return len(terms(text)) <= BRIEF or bool(
        named and any(kind.endswith(named[-1]) for kind in kinds)
    )


def _worth(
    route: Route, odds: Mapping[Route, float], entry: Found, products: ProductsFound
) -> float:
    """The odds, where a wrong choice costs as much; a fact of the wrong thing costs more.

    Where no entry can be told, goods of the kind that was named are better than nothing.
    """
    if route is Route.DESCRIBE and odds[route] < TELLS_FROM:
        return 0.0
    lost = entry.band is Band.UNKNOWN and bool(products.kinds)
    return odds[route] * (INSTEAD if lost and route is Route.RECOMMEND else 1.0)


def _possible(question: Question, products: ProductsFound) -> tuple[Route, ...]:
    """Without goods there is only the entries; nothing is told of a product nobody meant."""
    if question.product or products.named or products.kinds:
        return (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
    return (Route.FAQ, Route.RECOMMEND) if products.matches else (Route.FAQ,)
