"""Which route a question takes by its evidence: multinomial logistic regression, weights as JSON.

`tests/engine/make_route_model.py` learns the weights from labelled questions of shoppers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.routing.evidence import Evidence
from engine.types import Route

FILE = Path(__file__).parent / "data" / "route_model.json"


@dataclass(frozen=True, slots=True)
class RouteModel:
    """Weights of named evidence for each route."""

    weights: Mapping[Route, Mapping[str, float]]
    biases: Mapping[Route, float]

    def probabilities(self, evidence: Evidence, among: Collection[Route]) -> dict[Route, float]:
        """How likely (0..1, together 1) each of the routes `among` those known is."""
        scores = {
            route: self.biases[route] + sum(weights[name] * evidence[name] for name in weights)
            for route, weights in self.weights.items()
            if route in among
        }
        highest = max(scores.values())
        shares = {route: math.exp(score - highest) for route, score in scores.items()}
        whole = sum(shares.values())
        return {route: share / whole for route, share in shares.items()}


@lru_cache(maxsize=1)
def default_model() -> RouteModel:
    """The model that ships."""
    read = json.loads(FILE.read_text("utf-8"))
    return RouteModel(
        {Route(name): weights for name, weights in read["weights"].items()},
        {Route(name): bias for name, bias in read["biases"].items()},
    )
