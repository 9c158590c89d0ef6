"""The whole way of a message, on one screen: understand, find, route, decide, word, check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from engine.answers import talk
from engine.answers.own_review import OwnReviews
from engine.knowledge import ShopKnowledge
from engine.memory import remember
from engine.routing.router import CLEAR_ENTRY, Router, early_route, example_route, unsold
from engine.routing.understanding import Question, Understanding
from engine.types import (
    ActionKind,
    Answer,
    Band,
    Delta,
    Message,
    Part,
    Plan,
    Route,
    Session,
)
from engine.wording import Wording


class Assistant:
    """Turns one message of a conversation into one reply. Sends nothing, stores nothing."""

    def __init__(
        self, knowledge: ShopKnowledge, wording: Wording, router: Router | None = None
    ) -> None:
        self._know = knowledge
        self._router = router or Router()
        self._wording = wording
        self._understanding = Understanding(
            knowledge.shop, knowledge.speller, knowledge.products.kinds_in
        )
        self._own_reviews = OwnReviews(knowledge)
        self.snapshot, self.day = knowledge.snapshot, knowledge.day
        self.recommender = knowledge.recommender.version
        self.zone = ZoneInfo(knowledge.shop.time_zone)
        self.replies = knowledge.replies

    def plan(self, message: Message, session: Session) -> Plan:
        """How a message is to be answered. Deterministic; no model writes."""
        language = self._understanding.reply_language(message, session)
        session = replace(session, shopper=message.shopper, language=language)
        if message.action:
            return self._press(message, session, language)
        if step := self._own_reviews.answer(message, session, language):
            part, session = step
            return Plan(language, (part,), remember(session, [part], message.at))
        parts = []
        for question in self._understanding.questions(message, session):
            question = self._know.narrowed(question, session)
            part, session = self._part(question, message, session, language)
            parts.append(part)
        return Plan(language, tuple(parts), remember(session, parts, message.at))

    def answer(
        self, message: Message, session: Session, *, deadline_s: float = 20.0
    ) -> Iterator[Delta | Answer]:
        """Grounded sentences as they are written, then the reply with the session after it."""
        plan = self.plan(message, session)
        reply = yield from self._wording.write(plan, message, deadline_s)
        last = replace(plan.session.turns[-1], answer=reply.text) if plan.session.turns else None
        turns = (*plan.session.turns[:-1], last) if last else ()
        yield Answer(reply, replace(plan.session, turns=turns))

    def hurry(self, message_id: str) -> None:
        """See Wording."""
        self._wording.hurry(message_id)

    def _part(
        self, question: Question, message: Message, session: Session, language: str
    ) -> tuple[Part, Session]:
        know, routed = self._know, early_route(question, session)
        if routed:
            return know.routed_part(routed, question, message, session, language)
        products = know.products_for(question, session)
        decide = self._router
        entry = know.entry_for(
            question, lambda found: decide.surely_goods(question, found, products)
        )
        if routed := example_route(entry):
            return know.routed_part(routed, question, message, session, language)
        untold = entry.band in (Band.UNSURE, Band.UNKNOWN)
        if question.refined and untold and entry.confidence < CLEAR_ENTRY:
            question = question.refined
            products = know.products_for(question, session)
        route = decide.late_route(question, entry, products).route
        lost = route is Route.FAQ and untold
        if lost and (about := know.about_described(question, session)):
            return know.product_part(Route.DESCRIBE, about, products, session, language), session
        if lost and (thing := unsold(question, entry, products)) and not know.mentions(thing):
            return talk.unsold(know.replies, thing, language, question.text), session
        if route is Route.FAQ and entry.band is Band.UNKNOWN:
            part = talk.unknown(know.replies, session, language, question.text, entry.confidence)
            return replace(part, candidates=entry.candidates, why=entry.why), session
        if route is Route.FAQ:
            said = tuple(s for t in session.turns[-1:] for s in (t.question, t.answer))
            return know.faq_part(question, entry, language, said), session
        if route is Route.RECOMMEND and (entry.reranked or not products.kinds):
            # A need told as a scene: the encoder that understands most ranks the goods.
            products = know.products_for(question, session, second_look=True)
        return know.product_part(route, question, products, session, language), session

    def _press(self, message: Message, session: Session, language: str) -> Plan:
        kind, _, value = (message.action or "").partition(":")
        know = self._know
        if kind == ActionKind.LANGUAGE and value in know.shop.languages:
            session = replace(session, language=value, language_chosen=True)
            part = talk.phrase(know.replies, "language_set", value, Route.SMALLTALK, value)
            return Plan(value, (part,), session)
        if kind in (ActionKind.WHY, ActionKind.FORGET) and not message.private:
            part = talk.phrase(know.replies, "group_hint", language, Route.SMALLTALK, "")
        elif kind == ActionKind.HUMAN:
            part = know.handoff(message, language, message.text)
        elif kind in (ActionKind.ENTRY, ActionKind.SOURCE) and know.faq.known(value):
            part = know.faq.shown(value, language)
        elif kind in (ActionKind.DETAILS, ActionKind.SIMILAR, ActionKind.DISLIKE, ActionKind.START):
            part, session = know.pressed_product(ActionKind(kind), value, session, language)
        elif kind == ActionKind.REVIEW:
            part, session = self._own_reviews.press(value, message, session, language)
        elif kind == ActionKind.WHY:
            part = know.taste.told(session, language)
        elif kind == ActionKind.FORGET:
            part, session = know.forgotten(value, session, language)
        else:
            part = talk.phrase(know.replies, "unknown", language, Route.UNKNOWN, "")
        return Plan(language, (part,), remember(session, [part], message.at))
