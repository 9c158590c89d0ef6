"""Writes the route model from labelled questions of shoppers. A command of its own:

    python -m tests.engine.make_route_model [--check]

Each question counts with what the first look found and with what the second did. With --check
nothing is written: each set of questions is judged by a model that never saw it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from engine.assistant import Assistant
from engine.build import load_encoders, shop_knowledge
from engine.counters import MemoryCounters
from engine.privacy import mask
from engine.publish import publish
from engine.retrieval.found import Found
from engine.retrieval.products import ProductsFound
from engine.retrieval.snapshot import read_snapshot
from engine.routing.evidence import Evidence, evidence
from engine.routing.route_model import FILE, RouteModel
from engine.routing.router import Routed, Router
from engine.routing.understanding import Question
from engine.settings import Settings
from engine.types import Message, Route, Session
from engine.wording import Wording
from knowledge_base.store import DEMO_SHOP
from tests.engine.shopper_questions import (
    AT,
    FRESH,
    HELD_OUT,
    OWN,
    PLAIN,
    SEEN,
    Asked,
    load_questions,
)

ROUTES = (Route.FAQ, Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
STRENGTH = 0.1
"""Inverse of the L2 penalty on standardised evidence."""
SETS = (SEEN, OWN, HELD_OUT, *FRESH, PLAIN)


@dataclass(slots=True)
class Recorder(Router):
    """Takes the labelled route and keeps the evidence there was for it."""

    wanted: Route = Route.FAQ
    seen: list[tuple[bool, Evidence]] = field(default_factory=list)

    def late_route(self, question: Question, entry: Found, products: ProductsFound) -> Routed:
        """The labelled route, which the talk then follows."""
        self.seen.append((True, evidence(question, entry, products)))
        return Routed(self.wanted, "labelled")

    def surely_goods(self, question: Question, entry: Found, products: ProductsFound) -> bool:
        """Never: both looks are taken."""
        self.seen.append((False, evidence(question, entry, products)))
        return False


@dataclass(frozen=True, slots=True)
class Labelled:
    """Evidence with the route that is right. `last`: not of a first look with one to follow."""

    source: str
    asked: Asked
    last: bool
    evidence: Evidence
    route: Route


def labelled(assistant: Assistant, recorder: Recorder, path: Path) -> list[Labelled]:
    """The evidence of every question of a file that entries or goods are for."""
    sessions: dict[str, Session] = {}
    found = []
    for asked in load_questions(path):
        session = sessions.get(asked.session) or Session(asked.session)
        masked, vault = mask(asked.text, session.vault)
        right = Route(asked.route) if asked.kind == "answerable" else Route.FAQ
        recorder.wanted, recorder.seen = right if right in ROUTES else Route.FAQ, []
        message = Message(asked.id, asked.session, "shopper", masked, AT)
        sessions[asked.session] = assistant.plan(message, replace(session, vault=vault)).session
        if right in ROUTES and sum(last for last, _ in recorder.seen) == 1:
            found += [Labelled(path.stem, asked, last, e, right) for last, e in recorder.seen]
    return found


def fit(rows: Sequence[Labelled]) -> RouteModel:
    """Logistic regression on standardised evidence, its scale folded into the weights."""
    names = list(rows[0].evidence)
    matrix = np.array([[row.evidence[name] for name in names] for row in rows])
    centre, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=STRENGTH, max_iter=5000)
    fitted.fit((matrix - centre) / scale, [row.route.value for row in rows])
    weights: npt.NDArray[np.float64] = fitted.coef_ / scale
    biases = fitted.intercept_ - weights @ centre
    routes = [Route(name) for name in fitted.classes_]
    return RouteModel(
        {
            route: {name: round(float(w), 4) for name, w in zip(names, line, strict=True)}
            for route, line in zip(routes, weights, strict=True)
        },
        {route: round(float(bias), 4) for route, bias in zip(routes, biases, strict=True)},
    )


def check(rows: Sequence[Labelled]) -> None:
    """Print how often each set's route is right by a model of the other sets."""
    for source in dict.fromkeys(row.source for row in rows):
        model = fit([row for row in rows if row.source != source])
        for last in (False, True):
            own = [row for row in rows if row.source == source and row.last == last]
            for answerable in (True, False):
                part = [row for row in own if (row.asked.kind == "answerable") == answerable]
                right = sum(_best(model, row) in {row.route, *row.asked.also} for row in part)
                print(source, "last" if last else "first", answerable, right / len(part))


def _best(model: RouteModel, row: Labelled) -> Route:
    odds = model.probabilities(row.evidence, ROUTES)
    return max(odds, key=lambda route: odds[route])


def build(home: Path) -> tuple[Assistant, Recorder]:
    """The demo shop's assistant with a recording router."""
    settings = Settings.load({"SHOPDESK_HOME": str(home)}, Path("no-env-file"))
    encoders = load_encoders(settings)
    snapshot = publish(DEMO_SHOP, home, encoders)
    data = read_snapshot(home / "snapshots" / snapshot, encoders.names)
    counters = MemoryCounters()
    knowledge = shop_knowledge(data, encoders, counters, AT)
    recorder = Recorder()
    wording = Wording(None, counters, snapshot=data.id, daily_tokens=0)
    return Assistant(knowledge, wording, recorder), recorder


def main(arguments: Sequence[str]) -> None:
    """Learn from all sets and write, or check."""
    with tempfile.TemporaryDirectory() as home:
        assistant, recorder = build(Path(home))
        rows = [row for path in SETS for row in labelled(assistant, recorder, path)]
    if "--check" in arguments:
        check(rows)
        return
    model = fit(rows)
    FILE.write_text(
        json.dumps({"weights": model.weights, "biases": model.biases}, indent=1) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
