"""`/review`: a shopper's own points, put into sentences with them; never posted, never invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from engine.answers.talk import phrase
from engine.describing.own_points import own_review, points_in
from engine.knowledge import ShopKnowledge
from engine.privacy import TOKEN
from engine.retrieval.text import is_chinese, terms
from engine.routing.constraints import Constraints
from engine.routing.cues import has
from engine.routing.evidence import BRIEF
from engine.routing.neutral import neutral
from engine.routing.router import SMALLTALK
from engine.types import (
    ActionKind,
    Button,
    Message,
    OwnReview,
    Part,
    Passage,
    Prompt,
    Route,
    Session,
    SourceKind,
    WordedBy,
)

OFFERED = 5
"""Products offered as buttons, those bought before those looked at."""
LABEL_LENGTH = 60
SHORT = 2
"""Points that a shortened review keeps, the first ones: what was said first."""
DEMAND_TERMS = 6
"""A longer message is no mere demand to make something up."""
OF = "of-"
ASKED = {"en": "How is the {}?", "zh": "{}怎么样？"}
"""What the model is asked of each point: a question it has learned to answer from a text."""
STARS = re.compile(
    r"(?:\W|\d|stars?|out|of|five|four|three|two|one|rating|[星五四三两二一颗顆分给給个個]|"
    r"满分|好评|好評|差评|差評)+", re.I,
)  # fmt: skip
"""A rating alone: it says nothing that could be worded."""

Step = tuple[Part, Session]


class OwnReviews:
    """The steps of wording a review: which product, the points, the text; kept in the session."""

    def __init__(self, know: ShopKnowledge) -> None:
        self._know = know

    def answer(self, message: Message, session: Session, language: str) -> Step | None:
        """The next step of a text message; None where it is about something else."""
        text = message.text
        if has("own_review", text):
            invented = has("own_review_invented", text)
            named = self._named(text)
            return self._begun(message, session, language, named, invented=invented)
        state = self._waiting(session)
        if state is None or not message.private or _elsewhere(text):
            return None
        if not state.product:
            return self._told_which(text, session, language)
        return self._told_points(text, state, session, language)

    def press(self, value: str, message: Message, session: Session, language: str) -> Step:
        """The next step of the command (no value) or a button."""
        state = session.own_review or OwnReview()
        if not value:
            return self._begun(message, session, language)
        if not message.private:
            return self._said("group_hint", language), session
        if value.startswith(OF) and value.removeprefix(OF) in self._know.products.products:
            return self._ask_points(value.removeprefix(OF), session, language)
        if value == "no":
            return self._said("own_review_dropped", language), replace(session, own_review=None)
        if value == "anew" and state.product in self._know.products.products:
            return self._ask_points(state.product, session, language)
        if value == "short" and state.points and state.product in self._know.products.products:
            return self._worded(state, language, short=True), session
        return self._said("own_review_lapsed", language), session

    def _waiting(self, session: Session) -> OwnReview | None:
        """The review whose product or points were asked for last; another turn ends the wait."""
        last = session.turns[-1].route if session.turns else None
        state = session.own_review
        return state if state and not state.points and last is Route.OWN_REVIEW else None

    def _begun(
        self, message: Message, session: Session, language: str, product: str = "", *,
        invented: bool = False,
    ) -> Step:  # fmt: skip
        if not message.private:
            return self._said("group_hint", language), session
        if product:
            return self._ask_points(product, session, language, invented=invented)
        return self._ask_which(session, language, "own_review_invented" if invented else "")

    def _ask_which(self, session: Session, language: str, before: str = "") -> Step:
        offered = tuple(islice(self._known(session), OFFERED))
        part = self._said("own_review_which" if offered else "own_review_which_name", language)
        if before:
            part = replace(part, text=f"{self._say(before, language)}\n{part.text}")
        part = replace(part, buttons=self._choices(offered, language))
        return part, replace(session, own_review=OwnReview())

    def _ask_points(
        self, product: str, session: Session, language: str, *, invented: bool = False
    ) -> Step:
        part = self._said("own_review_points", language, product=self._name(product, language))
        if invented:
            part = replace(part, text=f"{self._say('own_review_invented', language)}\n{part.text}")
        part = replace(part, buttons=(self._never_mind(language),))
        return part, replace(session, own_review=OwnReview(product))

    def _told_which(self, text: str, session: Session, language: str) -> Step:
        found = self._know.products.find(neutral(text), _language(text), Constraints())
        if found.named:
            return self._ask_points(found.named.product, session, language)
        if not found.kinds:
            return self._ask_which(session, language, "own_review_strange")
        near = tuple(match.product for match in found.matches[:OFFERED])
        part = self._said("unsure_intro", language)
        return replace(part, buttons=self._choices(near, language)), session

    def _told_points(
        self, text: str, state: OwnReview, session: Session, language: str
    ) -> Step | None:
        if state.product not in self._know.products.products:
            return None
        demand = has("own_review_invented", text) and len(terms(text)) <= DEMAND_TERMS
        points = tuple(one for one in points_in(text) if not STARS.fullmatch(one))
        if demand or not points:
            return self._ask_points(state.product, session, language, invented=True)
        # A review is for all to read: what holds somebody's number or address is no part of it.
        public = tuple(one for one in points_in(text) if not TOKEN.search(one))
        if not public:
            part, session = self._ask_points(state.product, session, language)
            left_out = self._say("own_review_left_out", language)
            return replace(part, text=f"{left_out}\n{part.text}"), session
        state = replace(state, points=public)
        part = self._worded(state, language, private=len(public) < len(points_in(text)))
        return part, replace(session, own_review=state)

    def _worded(
        self, state: OwnReview, language: str, *, short: bool = False, private: bool = False
    ) -> Part:
        """The points as a prompt, and as plain sentences where no draft of it holds."""
        points = state.points[:SHORT] if short else state.points
        written = _language(" ".join(points))
        name = self._name(state.product, written)
        passages = tuple(
            Passage(f"own:{number}", SourceKind.REVIEW, name, point, written)
            for number, point in enumerate(points, 1)
        )
        told = ["own_review_label"]
        told += ["own_review_shortened"] * short + ["own_review_left_out"] * private
        notes = "\n".join(self._say(key, language) for key in told)
        prompt = Prompt(Route.FAQ, written, ASKED[written].format(name), passages)
        return Part(
            "", Route.OWN_REVIEW, language, own_review(passages).text, WordedBy.TEMPLATE,
            prompt=prompt, closing=f"\n{notes}", buttons=self._after(len(points), language),
        )  # fmt: skip

    def _after(self, points: int, language: str) -> tuple[Button, ...]:
        anew = Button(self._say("button_review_anew", language), f"{ActionKind.REVIEW}:anew")
        short = Button(self._say("button_review_short", language), f"{ActionKind.REVIEW}:short")
        return (short, anew) if points > SHORT else (anew,)

    def _known(self, session: Session) -> Iterator[str]:
        """Products of the shopper's: bought or ordered first, then looked at or just shown."""
        bought = (t.product for t in reversed(session.history) if t.name == "purchase")
        seen = (touch.product for touch in reversed(session.history))
        every = (*bought, *self._ordered(session), *seen, *session.products)
        yield from (one for one in dict.fromkeys(every) if one in self._know.products.products)

    def _ordered(self, session: Session) -> tuple[str, ...]:
        by_sku = self._know.products.by_sku
        skus = (sku.lower() for sku in self._know.orders.ordered(session))
        return tuple(by_sku[sku] for sku in skus if sku in by_sku)

    def _named(self, text: str) -> str:
        found = self._know.products.find(neutral(text), _language(text), Constraints())
        return found.named.product if found.named else ""

    def _choices(self, products: tuple[str, ...], language: str) -> tuple[Button, ...]:
        choices = (
            Button(self._name(p, language)[:LABEL_LENGTH], f"{ActionKind.REVIEW}:{OF}{p}")
            for p in products
        )
        return (*choices, self._never_mind(language))

    def _never_mind(self, language: str) -> Button:
        return Button(self._say("button_review_no", language), f"{ActionKind.REVIEW}:no")

    def _name(self, product: str, language: str) -> str:
        names = self._know.products.products[product].names
        return names.get(language) or next(iter(names.values()))

    def _say(self, key: str, language: str) -> str:
        return self._know.replies.text(key, language)

    def _said(self, key: str, language: str, **values: object) -> Part:
        return phrase(self._know.replies, key, language, Route.OWN_REVIEW, "", **values)


def _language(text: str) -> str:
    return "zh" if is_chinese(text) else "en"


def _elsewhere(text: str) -> bool:
    """Whether a message that was waited for is about something else after all."""
    brief = len(terms(text)) <= BRIEF
    if (brief and has("handoff", text)) or has("asking", text):
        return True
    return any(has(f"smalltalk_{kind}", text) for kind in SMALLTALK)
