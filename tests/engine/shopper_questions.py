"""Shopper questions and what comes of them: `python -m tests.engine.shopper_questions [-v]`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from engine.privacy import mask
from engine.types import ActionKind, Band, Message, Part, Plan, Route, Session

DATA = Path(__file__).parent.parent / "data"
SEEN = DATA / "shopper_questions.jsonl"
OWN = DATA / "shopper_questions_own.jsonl"
HELD_OUT = DATA / "shopper_questions_held_out.jsonl"
PLAIN = DATA / "shopper_questions_plain.jsonl"
"""Written with the catalogue and the entries at hand, to learn routes from; no verdict."""
FRESH = tuple(DATA / f"shopper_questions_fresh_{number}.jsonl" for number in (1, 2, 3, 4, 5))
AT = datetime(2026, 11, 24, tzinfo=UTC)
TELLING_ROUTES = (Route.DESCRIBE, Route.REVIEW)


class Planner(Protocol):
    """What plans a message: the assistant."""

    def plan(self, message: Message, session: Session) -> Plan:
        """How a message is to be answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a file. `also`: entries, categories or routes that are as right."""

    id: str
    session: str
    language: str
    text: str
    kind: str
    route: str
    topic: str
    also: tuple[str, ...]
    style: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question with what came of it.

    `verdict`: right, wrong route, wrong entry, refused (answerable ones); told, shown
    (products), offered, refused (the others).
    """

    asked: Asked
    verdict: str
    route: str
    band: str
    first: str
    strict: bool
    text: str


def load_questions(path: Path) -> tuple[Asked, ...]:
    """The questions of a JSONL file, in order."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return tuple(_asked(line) for line in lines)


def _asked(line: Mapping[str, Any]) -> Asked:
    return Asked(
        line["id"], line["session"], line["language"], line["text"], line["kind"], line["route"],
        line["topic"] or "", tuple(line.get("also", ())), tuple(line["style"]),
    )  # fmt: skip


def ask_all(
    questions: Iterable[Asked], shop: Planner, categories: Mapping[str, str]
) -> list[Outcome]:
    """Ask every question in its conversation. `categories`: product id to category."""
    sessions: dict[str, Session] = {}
    outcomes = []
    for asked in questions:
        session = sessions.get(asked.session) or Session(asked.session)
        masked, vault = mask(asked.text, session.vault)
        message = Message(asked.id, asked.session, "shopper", masked, AT)
        plan = shop.plan(message, replace(session, vault=vault))
        sessions[asked.session] = plan.session
        outcomes.append(judge(asked, plan, categories))
    return outcomes


def judge(asked: Asked, plan: Plan, categories: Mapping[str, str]) -> Outcome:
    """What came of one question; only the first part counts for an answerable one."""
    part = plan.parts[0]
    first = _first(part, categories)
    strict = part.route == asked.route and asked.topic in ("", first)
    if part.band is Band.UNKNOWN and asked.route == Route.FAQ:
        strict = False
    if asked.kind == "answerable":
        verdict = _answerable(asked, part, first, strict)
    else:
        verdict = _unanswerable(asked, plan)
    return Outcome(asked, verdict, part.route, part.band or "", first, strict, part.text)


def _first(part: Part, categories: Mapping[str, str]) -> str:
    """The entry told or first offered, or the category of the product first shown."""
    if part.route is Route.FAQ:
        told = [c.id.removeprefix("entry:") for c in part.citations]
        offered = [b.action.partition(":")[2] for b in part.buttons
                   if b.action.startswith(f"{ActionKind.ENTRY}:")]  # fmt: skip
        return next(iter((*told, *offered)), "")
    products = (c.id.removeprefix("product:") for c in part.citations)
    return next((categories.get(product, "") for product in products), "")


def _answerable(asked: Asked, part: Part, first: str, strict: bool) -> str:
    if strict or {part.route, first} & set(asked.also):
        return "right"
    if part.route is Route.UNKNOWN:
        return "refused"
    return "wrong entry" if part.route == asked.route else "wrong route"


def _unanswerable(asked: Asked, plan: Plan) -> str:
    if any(_tells(part) for part in plan.parts):
        return "told"
    if any(part.products for part in plan.parts):
        return "shown"
    return "refused" if plan.parts[0].route == asked.route else "offered"


def _tells(part: Part) -> bool:
    told = part.route is Route.FAQ and part.band in (Band.CERTAIN, Band.LIKELY)
    return told or (part.route in TELLING_ROUTES and bool(part.citations))


def share_right(outcomes: Sequence[Outcome]) -> float:
    """Share (0..1) of the answerable questions that are right."""
    answerable = [o for o in outcomes if o.asked.kind == "answerable"]
    return sum(o.verdict == "right" for o in answerable) / max(len(answerable), 1)


def share_answered_at_once(outcomes: Sequence[Outcome]) -> float:
    """Share (0..1) of the questions to entries that are answered right without another tap."""
    asked = [o for o in outcomes if (o.asked.kind, o.asked.route) == ("answerable", Route.FAQ)]
    at_once = [o for o in asked if o.verdict == "right" and o.band in (Band.CERTAIN, Band.LIKELY)]
    return len(at_once) / max(len(asked), 1)


def told(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Questions without an answer that were told a fact."""
    return [o for o in outcomes if o.asked.kind != "answerable" and o.verdict == "told"]


def told_wrong(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Answerable questions that were told an entry that does not answer them."""
    wrong = [o for o in outcomes if o.asked.kind == "answerable" and o.verdict != "right"]
    return [o for o in wrong if o.band in (Band.CERTAIN, Band.LIKELY)]


def figures(outcomes: Sequence[Outcome]) -> list[str]:
    """The figures as lines: by language, kind, route and style, then errors by class."""
    answerable = [o for o in outcomes if o.asked.kind == "answerable"]
    others = [o for o in outcomes if o.asked.kind != "answerable"]
    strict = sum(o.strict for o in answerable)
    lines = [f"answerable, strictly      {strict}/{len(answerable)}"]
    groups: list[tuple[str, list[Outcome]]] = [("answerable", answerable)]
    for language in ("en", "zh"):
        groups.append((f"  {language}", [o for o in answerable if o.asked.language == language]))
    for route in sorted({o.asked.route for o in answerable}):
        groups.append((f"  route {route}", [o for o in answerable if o.asked.route == route]))
    for style in sorted({s for o in answerable for s in o.asked.style}):
        groups.append((f"  {style}", [o for o in answerable if style in o.asked.style]))
    for name, group in groups:
        right = sum(o.verdict == "right" for o in group)
        lines.append(f"{name:24}  {right}/{len(group)} = {right / max(len(group), 1):.3f}")
    lines.append(f"answered at once          {share_answered_at_once(outcomes):.3f}")
    wrong = Counter(_error(o) for o in answerable if o.verdict != "right")
    lines.append(f"errors                    {dict(sorted(wrong.items()))}")
    for kind in sorted({o.asked.kind for o in others}):
        counted = Counter(o.verdict for o in others if o.asked.kind == kind)
        lines.append(f"{kind:24}  {dict(sorted(counted.items()))}")
    return lines


def _error(outcome: Outcome) -> str:
    told = outcome.band in (Band.CERTAIN, Band.LIKELY)
    return f"{outcome.verdict}{', told' if told else ''}"


def main(arguments: Sequence[str]) -> None:
    """Print a file's figures; with -v also each question that went wrong."""
    from engine.build import build_assistant
    from engine.settings import Settings
    from knowledge_base.store import DEMO_SHOP, load

    paths = [Path(a) for a in arguments if a != "-v"] or [SEEN]
    with tempfile.TemporaryDirectory() as home:
        environ = {"SHOPDESK_HOME": home, "SHOPDESK_KB": str(DEMO_SHOP)}
        shop = build_assistant(Settings.load(environ, Path("no-env-file")))
        categories = {product.id: product.category for product in load(DEMO_SHOP).products}
        for path in paths:
            outcomes = ask_all(load_questions(path), shop, categories)
            print(f"\n{path.name}", *figures(outcomes), sep="\n")
            if "-v" in arguments:
                print(*(_shown(o) for o in outcomes if _failed(o)), sep="\n")


def _failed(outcome: Outcome) -> bool:
    wanted = ("right",) if outcome.asked.kind == "answerable" else ("refused", "offered", "shown")
    return outcome.verdict not in wanted


def _shown(o: Outcome) -> str:
    wanted = f"{o.asked.route}/{o.asked.topic}"
    got = f"{o.route}/{o.first} {o.band}"
    return f"{o.asked.id} [{o.verdict}] {o.asked.text!r}: {wanted}, got {got}"


if __name__ == "__main__":
    main(sys.argv[1:])
