"""What speaks for and against each route: a question and what was found for it, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.retrieval.found import Found
from engine.retrieval.products import ProductsFound
from engine.retrieval.rows import GOODS
from engine.retrieval.text import terms
from engine.routing.cues import has
from engine.routing.understanding import Question
from engine.types import Band

Evidence = Mapping[str, float]
CUES = (
    "handoff", "order", "review", "review_not", "recommend_strong", "gift", "recommend", "others",
    "cheaper", "sells", "introduce", "describe_strong", "describe", "price", "stock", "sold_out",
    "follow_up", "correction", "not_shopping", "wish", "restock", "open_wish",
)  # fmt: skip
EXAMPLES = ("recommend", "describe", "review", GOODS)
"""Routes by whose examples a question may come near."""
NOTHING = -9.0
"""Log-odds of what is not there."""
FEW, MOST_TERMS, BRIEF = 8, 12, 3


def evidence(question: Question, entry: Found, products: ProductsFound) -> dict[str, float]:
    """Named numbers, the same names for every question, for a RouteModel."""
    return {**_of_entry(entry), **_of_products(products), **_of_words(question)}


def _of_entry(found: Found) -> dict[str, float]:
    first, second = (*found.logits[:2], NOTHING, NOTHING)[:2]
    routes = {name: found.route_logits.get(name, NOTHING) for name in EXAMPLES}
    return {
        "entry": first,
        "entry_lead": first - second,
        "best_of_all": max(first, *found.route_logits.values(), NOTHING),
        "confidence": found.confidence,
        "example_confidence": found.route_confidence,
        **{f"band_{band.value}": float(found.band is band) for band in Band},
        **{f"nearer_{name}": logit - first for name, logit in routes.items()},
        **{f"first_{name}": float(found.route == name) for name in EXAMPLES},
    }


def _of_products(found: ProductsFound) -> dict[str, float]:
    return {
        "kinds": float(bool(found.kinds)),
        "is_named": float(found.named is not None),
        "named": found.named.named if found.named else 0.0,
        "most_named": max((match.named for match in found.matches), default=0.0),
        "covered": found.covered,
        "cosine": max((match.cosine for match in found.matches), default=0.0),
        "few": float(0 < len(found.matches) <= FEW),
        "one": float(len(found.matches) == 1),
    }


def _of_words(question: Question) -> dict[str, float]:
    demands, count = question.constraints, len(terms(question.asked))
    return {
        "demands": float(replace(demands, in_stock=False, sizes=()).any),
        "demands_price": float(demands.priced),
        "demands_stock": float(demands.in_stock),
        "demands_size": float(bool(demands.sizes)),
        "demands_colour": float(bool(demands.colours)),
        "points_at_product": float(bool(question.product)),
        "follows_up": float(bool(question.context)),
        "terms": float(min(count, MOST_TERMS)),
        "brief": float(count <= BRIEF),
        "chinese": float(question.language == "zh"),
        **{f"cue_{cue}": float(has(cue, question.asked)) for cue in CUES},
    }
