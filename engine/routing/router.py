"""Decides what kind of help a question asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.orders import TOKEN, order_number
from engine.retrieval.entries import Found
from engine.retrieval.products import ProductsFound
from engine.retrieval.rows import GOODS
from engine.retrieval.text import normalise, terms
from engine.routing.cues import has
from engine.routing.understanding import Question
from engine.types import Band, Route, Session

NUMBERED_ORDER = re.compile(
    r"(\border|订单|单号|訂單|單號)\s*(no\.?|nr\.?|number|号)?\s*(is|是)?\s*[:：#]?\s*\d{4,}"
)
"""An order told by a number that is none of ours: how ours look is said then."""
SMALLTALK = ("greeting", "thanks", "goodbye", "identity")
COVERED_WITH_CUE = 0.4
COVERED_ALONE = 0.7
CLEAR_ENTRY = 0.6
BRIEF_TERMS = 3
LONGEST_ORDER_TERMS = 10
"""A longer message tells a story; an entry may know what to do, so examples decide."""
NEAR_PRODUCT, NEAR_ALONE = 0.42, 0.5
MOST_DESCRIBED = 8
"""A kind with more products than this is a whole department; no one of them is meant."""
SURE_EXAMPLE, LIKE_EXAMPLE = 0.45, 0.3
OF_ANY_PRODUCT = 0.35
"""Least confidence in an entry by which "can I return it?" is asked of the shop."""


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
    if order_number(text) or NUMBERED_ORDER.search(normalise(text)):
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


def late_route(
    question: Question, entry: Found, products: ProductsFound, about_any: Found
) -> Routed:
    """A route by what was found: entries against products.

    `about_any`: what entries say of the question with the product's name taken out.
    """
    text = question.text
    about_product = bool(question.product or products.named)
    reviews = has("review", text) or entry.route == "review"
    if reviews and not has("review_not", text) and (about_product or products.kinds):
        return Routed(Route.REVIEW, "cue")
    if question.cheaper or question.refining:
        return Routed(Route.RECOMMEND, "cheaper" if question.cheaper else "refined")
    if question.product and not _of_the_shop(question, entry):
        return _about(question)
    told_of = bool(products.kinds or products.named) and not has("recommend_strong", text)
    property_asked = has("describe_strong", text) and entry.band is not Band.CERTAIN
    if told_of and (has("introduce", text) or property_asked):
        return Routed(Route.DESCRIBE, "kind")
    if has("restock", text) and entry.entries:
        return Routed(Route.FAQ, "restock")
    if entry.band is Band.CERTAIN and not (products.named and has("describe", text)):
        return Routed(Route.FAQ, "certain")
    only_one = bool(products.kinds) and len(products.matches) == 1 and has("price", text)
    brief = len(terms(question.asked)) <= BRIEF_TERMS
    if (products.named or (only_one and brief)) and not question.context and _states_of_one(text):
        return Routed(Route.DESCRIBE, "named")
    if _asks_for_products(question, entry, products):
        return Routed(Route.RECOMMEND, "kind")
    near_goods = entry.route == GOODS and products.covered >= COVERED_WITH_CUE
    wished = entry.route == "recommend" or near_goods
    if wished and entry.route_confidence >= LIKE_EXAMPLE:
        return Routed(Route.RECOMMEND, "examples")
    return _by_name(question, entry, products, about_any)


def _states_of_one(text: str) -> bool:
    """Whether price or stock of a thing is asked, not things of a price or in stock."""
    wished = any(has(cue, text) for cue in ("recommend_strong", "wish", "open_wish"))
    return (has("price", text) or has("stock", text)) and not wished


def _by_name(question: Question, entry: Found, products: ProductsFound, about_any: Found) -> Routed:
    """Describe what was named; show what is near where no entry is; else the entries."""
    one = bool(products.named) or 0 < len(products.matches) <= MOST_DESCRIBED
    same = about_any.entries[:1] == entry.entries[:1] and about_any.confidence > 0
    if (products.named or products.kinds) and entry.band is not Band.LIKELY and not same:
        asked_of_any = about_any.route if about_any.route_confidence >= LIKE_EXAMPLE else ""
        if asked_of_any in ("recommend", "review") or (asked_of_any == "describe" and one):
            return Routed(Route(asked_of_any), "generic")
        if products.named and about_any.band in (Band.UNSURE, Band.UNKNOWN):
            return Routed(Route.DESCRIBE, "generic")
    describe, clear = has("describe", question.text), entry.confidence >= CLEAR_ENTRY
    if products.named and (describe or not clear):
        return Routed(Route.DESCRIBE, "name")
    lost = entry.band is Band.UNKNOWN or entry.route in ("recommend", "describe", GOODS)
    asks = (describe and not clear) or lost or entry.route == "describe"
    if asks and one and products.kinds and products.covered >= COVERED_ALONE:
        return Routed(Route.DESCRIBE, "kind")
    near = max((match.cosine for match in products.matches), default=0.0) >= NEAR_ALONE
    if (
        lost
        and near
        and products.covered > 0
        and entry.route in ("", "recommend", "describe", GOODS)
    ):
        return Routed(Route.RECOMMEND, "near")
    return Routed(Route.FAQ, "entry")


def _of_the_shop(question: Question, entry: Found) -> bool:
    """Whether "it" only stands for any product: "can I send it back?" is for the entries."""
    cues = ("describe_strong", "describe", "price", "stock")
    about_it = any(has(cue, question.asked) for cue in cues)
    told = entry.band in (Band.CERTAIN, Band.LIKELY) or entry.confidence >= OF_ANY_PRODUCT
    return told and not about_it and not entry.route


def _about(question: Question) -> Routed:
    similar = has("others", question.asked)
    return Routed(Route.RECOMMEND if similar else Route.DESCRIBE, "referred")


def _asks_for_products(question: Question, entry: Found, products: ProductsFound) -> bool:
    text = question.text
    strong, cue = has("recommend_strong", text), has("recommend", text)
    demand = replace(question.constraints, in_stock=False).any
    covered = products.covered >= COVERED_WITH_CUE
    brief = len(terms(question.asked)) <= BRIEF_TERMS and products.covered >= COVERED_ALONE
    clear = entry.confidence >= CLEAR_ENTRY and not (brief and products.kinds)
    untold = entry.band in (Band.UNSURE, Band.UNKNOWN)
    open_wish = has("open_wish", text) or (cue and question.constraints.priced)
    if strong and question.constraints.priced:
        return not has("not_shopping", question.asked)
    if untold and (open_wish or (cue and entry.route == GOODS)):
        return not has("not_shopping", question.asked) or has("wish", text)
    if entry.band is Band.LIKELY or clear:
        return bool(products.kinds) and (demand or (strong and covered))
    if has("sold_out", text) or (has("not_shopping", question.asked) and not has("wish", text)):
        return False
    if products.kinds:
        demanded = replace(question.constraints, sizes=()).any
        return strong or cue or demanded or (brief and not has("describe", text))
    if has("gift", text) or (cue and demand):
        return True
    best = max((match.cosine for match in products.matches), default=0.0)
    return (cue or strong) and covered and best >= NEAR_PRODUCT
