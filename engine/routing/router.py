"""Decides what kind of help a question asks for."""

from __future__ import annotations

from dataclasses import dataclass

from engine.orders import TOKEN, order_number
from engine.retrieval.entries import Found
from engine.retrieval.products import ProductsFound
from engine.retrieval.text import normalise, terms
from engine.routing.cues import has
from engine.routing.understanding import Question
from engine.types import Band, Route, Session

SMALLTALK = ("greeting", "thanks", "goodbye", "other")
COVERED_WITH_CUE = 0.4
COVERED_ALONE = 0.7
CLEAR_ENTRY = 0.6
BRIEF_TERMS = 3
NEAR_PRODUCT = 0.42
SURE_EXAMPLE = 0.45


@dataclass(frozen=True, slots=True)
class Routed:
    """A route, and why: the cue or evidence that decided."""

    route: Route
    why: str


def early_route(question: Question, session: Session) -> Routed | None:
    """A route that the words alone decide, before anything is looked up; or None."""
    text = question.asked
    if has("handoff", text):
        return Routed(Route.HANDOFF, "cue")
    if session.pending_order and (TOKEN.search(normalise(text)) or _digits_only(text)):
        return Routed(Route.ORDER, "proof")
    if order_number(text):
        return Routed(Route.ORDER, "number")
    for kind in SMALLTALK:
        if has(f"smalltalk_{kind}", text):
            return Routed(Route.SMALLTALK, kind)
    if has("order", text):
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


def late_route(question: Question, entry: Found, products: ProductsFound) -> Routed:
    """A route by what was found: entries against products."""
    text = question.text
    about_product = bool(question.product or products.named)
    reviews = has("review", text) or entry.route == "review"
    if reviews and not has("review_not", text) and (about_product or products.kinds):
        return Routed(Route.REVIEW, "cue")
    if question.cheaper:
        return Routed(Route.RECOMMEND, "cheaper")
    if question.product:
        return _about(question)
    told_of = bool(products.kinds or products.named) and not has("recommend_strong", text)
    property_asked = has("describe_strong", text) and entry.band is not Band.CERTAIN
    if told_of and (has("introduce", text) or property_asked):
        return Routed(Route.DESCRIBE, "kind")
    if entry.band is Band.CERTAIN and not (products.named and has("describe", text)):
        return Routed(Route.FAQ, "certain")
    if _asks_for_products(question, entry, products):
        return Routed(Route.RECOMMEND, "kind")
    if entry.route == "recommend" and entry.route_confidence >= SURE_EXAMPLE:
        return Routed(Route.RECOMMEND, "examples")
    if entry.route == "describe" and products.kinds:
        return Routed(Route.DESCRIBE, "examples")
    if products.named and (has("describe", text) or entry.confidence < CLEAR_ENTRY):
        return Routed(Route.DESCRIBE, "name")
    if products.kinds and has("describe", text) and entry.confidence < CLEAR_ENTRY:
        enough = products.covered >= COVERED_ALONE
        return Routed(Route.DESCRIBE, "kind") if enough else Routed(Route.FAQ, "entry")
    return Routed(Route.FAQ, "entry")


def _about(question: Question) -> Routed:
    similar = has("others", question.asked)
    return Routed(Route.RECOMMEND if similar else Route.DESCRIBE, "referred")


def _asks_for_products(question: Question, entry: Found, products: ProductsFound) -> bool:
    text = question.text
    strong, cue = has("recommend_strong", text), has("recommend", text)
    demand = question.constraints.any
    if entry.band is Band.LIKELY and not (products.kinds and (strong or cue or demand)):
        return False
    if products.kinds:
        if strong or demand:
            return True
        if cue:
            return products.covered >= COVERED_WITH_CUE
        brief = len(terms(question.asked)) <= BRIEF_TERMS
        return brief and products.covered >= COVERED_ALONE and not has("describe", text)
    if has("gift", text) or (cue and demand):
        return True
    best = max((match.cosine for match in products.matches), default=0.0)
    return (cue or strong) and products.covered >= COVERED_WITH_CUE and best >= NEAR_PRODUCT
