"""One shop's knowledge, ready to answer from: searches, catalogue, orders and set phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.answers import talk
from engine.answers.faq import FaqAnswers
from engine.answers.products import ProductAnswers
from engine.answers.taste import TasteAnswers
from engine.answers.unstated import Near, own_words
from engine.orders import SOURCE, OrderAnswer, Orders
from engine.recommend.picks import Pick, Reason, ReasonKind
from engine.recommend.recommender import Recommender
from engine.retrieval.answerable import PassageCheck
from engine.retrieval.clauses import asked_texts
from engine.retrieval.entries import EntrySearch
from engine.retrieval.found import Found
from engine.retrieval.products import ProductSearch, ProductsFound
from engine.retrieval.spelling import Speller
from engine.routing.colours import colour_words
from engine.routing.constraints import Constraints, without_demands
from engine.routing.cues import has
from engine.routing.neutral import neutral
from engine.routing.router import Routed
from engine.routing.things import tells_of, thing_asked
from engine.routing.understanding import Question
from engine.types import (
    ActionKind,
    Band,
    Citation,
    Message,
    Part,
    Passage,
    Route,
    Session,
    Shop,
    Touch,
    WordedBy,
)
from knowledge_base.shop_file import Replies

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ShopKnowledge:
    """The parts of one snapshot that the assistant asks, as they hold on one day of the shop."""

    snapshot: str
    day: date
    shop: Shop
    replies: Replies
    entries: EntrySearch
    products: ProductSearch
    orders: Orders
    faq: FaqAnswers
    goods: ProductAnswers
    taste: TasteAnswers
    recommender: Recommender
    speller: Speller
    check: PassageCheck

    def handoff(self, message: Message, language: str, question: str) -> Part:
        """A person takes over, or the contact entry does."""
        return talk.handoff(
            self.replies, message.staffed, self.shop.contact_entry, language, question
        )

    def faq_part(
        self, question: Question, entry: Found, language: str, said: tuple[str, ...]
    ) -> Part:
        """The entry's answer. What is only likely must stand in the passage, else it is offered."""
        if entry.band is Band.LIKELY:
            passage = self.faq.passage(entry.entries[0], question.language)
            odds = self.answerable(question, passage)
            entry = replace(entry, features={**entry.features, "answerable": round(odds, 4)})
            if odds < self.check.least(question.language):
                entry = replace(entry, band=Band.UNSURE)
                unstated = self.faq.answer(question.asked, entry, language, said)
                return replace(unstated, why="unstated")
        return self.faq.answer(question.asked, entry, language, said)

    def answerable(self, question: Question, passage: Passage) -> float:
        """The passage check; a follow-up is read alone and after the question before it."""
        ways = [
            question.asked,
            *([f"{question.context} {question.asked}"] * bool(question.context)),
        ]
        return max(self.check.answerable(way, passage, question.language) for way in ways)

    def order_part(self, question: Question, told: OrderAnswer, language: str) -> Part:
        """One step of an order's exchange as a Part."""
        cited = (Citation(f"{SOURCE}{told.told}", told.told),) if told.told else ()
        link = (talk.link_button(self.replies, language),) if told.linkable else ()
        link = (talk.human_button(self.replies, language),) if told.away else link
        return Part(question.asked, Route.ORDER, language, told.text, WordedBy.TEMPLATE,
                    citations=cited, buttons=link)  # fmt: skip

    def routed_part(
        self, routed: Routed, question: Question, message: Message, session: Session, language: str
    ) -> tuple[Part, Session]:
        """An order's next step, a person, or small talk."""
        if routed.route is Route.ORDER:
            told = self.orders.answer(message, session, language)
            return self.order_part(question, told, language), told.session
        if routed.route is Route.HANDOFF:
            return self.handoff(message, language, question.text), session
        return talk.smalltalk(self.replies, routed.why, language, question.asked), session

    def products_for(
        self, question: Question, session: Session, *, second_look: bool = False
    ) -> ProductsFound:
        """The products a question is about or asks for, under its demands."""
        wished = without_demands(neutral(question.text), question.constraints)
        # One batch with what entries are asked: the encoder takes little longer for it.
        asked = (neutral(question.text), neutral(question.asked))
        texts = (*asked_texts(asked), wished)
        self.entries.read_ahead(texts, question.language)
        return self.products.find(wished, question.language, question.constraints,
                                  session.disliked, second_look=second_look)  # fmt: skip

    def entry_for(self, question: Question, enough: Callable[[Found], bool]) -> Found:
        """The entry that answers a question or a follow-up, whoever asks; see EntrySearch."""
        if question.context:
            return self.entries.find_follow_up(
                neutral(question.asked), neutral(question.context), question.language,
                question.topic, enough,
            )  # fmt: skip
        return self.entries.find(neutral(question.text), question.language, enough)

    def product_part(
        self,
        route: Route,
        question: Question,
        found: ProductsFound,
        session: Session,
        language: str,
    ) -> Part:
        """Recommend, describe or review, from what was found."""
        confidence = round(min(1.0, found.covered), 3)
        question = replace(question, kinds=found.kinds)
        if route is Route.RECOMMEND and self._comes_so(question):
            route = Route.DESCRIBE
        elif found.instead and not question.product:
            # Nothing is told of a thing that only stands in for the one asked about.
            route = Route.RECOMMEND
        if route is Route.RECOMMEND:
            if question.product:
                picks = self._similar(question.product, session, question.constraints)
            else:
                picks = self._picks(question, found, session)
            thing = self._lacking(question, found, picks)
            return self.goods.recommend(
                question, picks, language, confidence,
                instead=found.instead or bool(thing), thing=thing,
            )  # fmt: skip
        product = question.product or self._meant(found)
        if not product:
            return self.goods.recommend(question, (), language, confidence)
        if route is Route.REVIEW:
            return self.goods.review(question, product, language, confidence)
        near = self._near_facts(question, product, language)
        return self.goods.describe(question, product, language, confidence, near)

    def mentions(self, thing: str) -> bool:
        """Whether any entry speaks of a thing."""
        return self.entries.mentions(thing)

    def about_described(self, question: Question, session: Session) -> Question | None:
        """The question as one about the product just described, where its data answer it."""
        product = question.product or self._just_described(session)
        if product not in self.products.products:
            return None
        near = self._near_facts(question, product, question.language)
        return replace(question, product=product) if near.facts else None

    def _just_described(self, session: Session) -> str:
        described = bool(session.turns) and session.turns[-1].route is Route.DESCRIBE
        return session.products[0] if described and session.products else ""

    def _near_facts(self, question: Question, product: str, language: str) -> Near:
        """What a product's data say nearest to a question about it."""
        if not own_words(self.products.products[product], question):
            return Near()
        pieces = self.goods.pieces(product, language)
        return Near.of(pieces, self.check.likeness(question.asked, pieces, language))

    def _comes_so(self, question: Question) -> bool:
        """Whether "do you have it in blue" is of a product that comes in blue."""
        thing = self.products.products.get(question.product)
        demands = question.own_constraints
        asks = bool(demands.colours or demands.sizes)
        return bool(thing and asks and demands.variant_of(thing))

    def pressed_product(
        self, kind: ActionKind, product: str, session: Session, language: str
    ) -> tuple[Part, Session]:
        """Details, similar ones, not for me, or a deep link to a product."""
        asked = Question("", "", language, Constraints(), product)
        if product not in self.products.products:
            key = "greeting" if kind is ActionKind.START else "unknown"
            route = Route.SMALLTALK if kind is ActionKind.START else Route.UNKNOWN
            return talk.phrase(self.replies, key, language, route, ""), session
        if kind in (ActionKind.DETAILS, ActionKind.START):
            return self.goods.describe(asked, product, language, 1.0), session
        if kind is ActionKind.DISLIKE:
            session = replace(session, disliked=tuple(dict.fromkeys((*session.disliked, product))))
            session = replace(session, history=without(session.history, product))
            part = talk.phrase(self.replies, "dislike_done", language, Route.RECOMMEND, "")
            return part, session
        picks = self._similar(product, session, Constraints())
        return self.goods.recommend(asked, picks, language, 1.0), session

    def forgotten(self, product: str, session: Session, language: str) -> tuple[Part, Session]:
        """One thing of the shopper's history taken back, or all of it; suggestions anew."""
        touched = {*(touch.product for touch in session.history), *session.disliked}
        # What is no longer sold was issued a button when it was, and can still be taken back.
        if product and product not in touched and product not in self.products.products:
            return talk.phrase(self.replies, "unknown", language, Route.UNKNOWN, ""), session
        session = replace(
            session,
            history=without(session.history, product) if product else (),
            disliked=tuple(p for p in session.disliked if product and p != product),
        )
        picks = self.recommender.for_shopper(session, Constraints())
        part = self.goods.recommend(Question("", "", language, Constraints()), picks, language, 1.0)
        return self.taste.forgotten(product, part), session

    def narrowed(self, question: Question, session: Session) -> Question:
        """Demands made exact: "cheaper" is below the cheapest shown; green tea is no colour."""
        if question.constraints.colours:
            named = self.products.colours_in_names(question.text, colour_words())
            kept = tuple(c for c in question.constraints.colours if c not in named)
            question = replace(question, constraints=replace(question.constraints, colours=kept))
        shown = [self.products.products[p] for p in session.products if p in self.products.products]
        if not (question.cheaper and shown):
            return question
        bound = min(product.price.amount for product in shown) - CENT
        return replace(
            question, constraints=replace(question.constraints, lowest=None, highest=bound)
        )

    def _meant(self, found: ProductsFound) -> str:
        if found.named:
            return found.named.product
        return found.matches[0].product if found.matches else ""

    def _picks(
        self, question: Question, found: ProductsFound, session: Session
    ) -> tuple[Pick, ...]:
        if question.constraints.foreign:
            return ()
        if question.cheapest:
            return self.recommender.cheapest(found, session, question.constraints)
        words = bool(found.kinds) or (
            (found.covered > 0 or found.reranked) and not has("for_me", question.asked)
        )
        return self.recommender.recommend(found, session, question.constraints, words=words)

    def _lacking(self, question: Question, found: ProductsFound, picks: Sequence[Pick]) -> str:
        """The thing asked for, where none of the picks is called that; else ""."""
        if question.product and question.own_constraints.any:
            return self.products.products[question.product].names.get(question.language, "")
        thing = "" if found.kinds or question.product else thing_asked(question.asked)
        if not thing:
            return ""
        shown = [self.products.products[pick.product] for pick in picks]
        labels = self.shop.categories
        called = any(tells_of(p, thing, tuple(labels[p.category].values())) for p in shown)
        return "" if called else thing

    def _similar(
        self, product: str, session: Session, constraints: Constraints
    ) -> tuple[Pick, ...]:
        near = [p for p in self.products.similar(product, constraints) if p not in session.disliked]
        of = self.products.products
        own = [p for p in near if of[p].category == of[product].category]
        reason = Reason(ReasonKind.SIMILAR, product)
        return tuple(
            Pick(p, 1.0 - i / 10, reason) for i, p in zip(range(3), own or near, strict=False)
        )


def without(history: tuple[Touch, ...], product: str) -> tuple[Touch, ...]:
    """A history less all that was done with one product."""
    return tuple(touch for touch in history if touch.product != product)
