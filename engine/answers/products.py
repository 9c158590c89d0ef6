"""Answers about products: what to show, what a product is, what its buyers say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.answers.cards import TAUGHT, Cards, shown_colour, shown_price, shown_size
from engine.answers.talk import human_button
from engine.answers.unstated import Near, beyond, properties, unstated_property
from engine.grounding.attachments import YES_OR_NO
from engine.recommend.picks import Pick
from engine.retrieval.answerable import SENTENCE
from engine.retrieval.text import normalise, terms
from engine.routing.constraints import Constraints
from engine.routing.cues import has
from engine.routing.things import materials_in
from engine.routing.understanding import Question
from engine.types import (
    Citation,
    Money,
    Part,
    Passage,
    Product,
    ProductCard,
    Prompt,
    Review,
    Route,
    SourceKind,
    Variant,
    WordedBy,
)
from knowledge_base.shop_file import Replies

WORDS_LENGTH = 60
_ANSWER = re.compile(rf": *(?:{YES_OR_NO})(?:$|[\s,，;；])", re.I)
ABOUT = {"en": "Tell me about the {}.", "zh": "介绍一下{}。"}


class ProductAnswers:
    """Words products of one shop."""

    def __init__(
        self,
        products: Mapping[str, Product],
        reviews: Sequence[Review],
        replies: Replies,
        cards: Cards,
    ) -> None:
        self._products = products
        self._replies = replies
        self._cards = cards
        self._reviews: dict[str, list[Review]] = {}
        for review in reviews:
            self._reviews.setdefault(review.product, []).append(review)

    def recommend(
        self,
        question: Question,
        picks: Sequence[Pick],
        language: str,
        confidence: float,
        *,
        instead: bool = False,
        thing: str = "",
    ) -> Part:
        """Cards in the order given; the model words only why they fit.

        `instead`: they are not what was asked for; that is said, and no reason claims otherwise.
        `thing`: what was asked for, where it is no kind of product here.
        """
        if not picks:
            return self._nothing(question, language)
        words = self._wish(question, language, thing)
        reasons = None if instead else words
        cards = tuple(self._card(question, pick, language, reasons) for pick in picks)
        passages = tuple(self.passage(pick.product, language) for pick in picks)
        names = ("、" if language == "zh" else ", ").join(card.name for card in cards)
        gap = "" if language == "zh" else " "
        key = "recommend_instead" if instead else "recommend_intro"
        intro = self._replies.text(key, language, wish=words)
        return Part(
            question=question.text,
            route=Route.RECOMMEND,
            language=language,
            text=f"{intro}{gap}{names}",
            worded_by=WordedBy.TEMPLATE,
            confidence=confidence,
            prompt=None if instead else self._pitch(question, passages, language, cards[0].reason),
            citations=self._citations([pick.product for pick in picks], language),
            products=cards,
        )

    def _card(
        self, question: Question, pick: Pick, language: str, words: str | None
    ) -> ProductCard:
        """A pick as a card; without `words` (None) it claims no reason."""
        variant = self._chosen(pick.product, question.constraints)
        if words is None:
            return self._cards.card(pick.product, language, variant=variant)
        reason = self._cards.reason(pick.reason, language, words)
        cause = pick.reason.value if pick.reason.kind in TAUGHT else ""
        return self._cards.card(pick.product, language, variant=variant, reason=reason, cause=cause)

    def _pitch(
        self, question: Question, passages: tuple[Passage, ...], language: str, reason: str
    ) -> Prompt:
        """What the model is asked to word: a list, or what a single product is."""
        if len(passages) == 1:
            asked = ABOUT.get(language, ABOUT["en"]).format(passages[0].title)
            return Prompt(Route.DESCRIBE, language, asked, passages)
        return Prompt(Route.RECOMMEND, language, question.text, passages, (), reason)

    def describe(
        self,
        question: Question,
        product: str,
        language: str,
        confidence: float,
        near: Near = Near(),  # noqa: B008 (frozen)
    ) -> Part:
        """What a product is, in words that its attributes and description carry.

        `near`: what of them answers the question, by likeness.
        """
        variant = self._chosen(product, question.constraints)
        closing = self._cards.price_and_stock(product, language, variant)
        only_price = (has("price", question.asked) or has("stock", question.asked)) and not (
            len(terms(question.asked)) > 6
        )
        prompt = None
        named = self._named_facts(product, language, question, near)
        unstated = "" if only_price else self._unstated(product, language, question, near)
        if not (only_price or unstated or any(_ANSWER.search(fact) for fact in named)):
            # A yes or no is told as it stands: rewording it is where a small model errs.
            passage = self.passage(product, language)
            if named:
                passage = replace(passage, text="; ".join(named))
            prompt = Prompt(Route.DESCRIBE, language, question.text, (passage,))
        return Part(
            question=question.text,
            route=Route.DESCRIBE,
            language=language,
            text="" if only_price else unstated or self._verbatim(product, language, named),
            worded_by=WordedBy.TEMPLATE if only_price or unstated else WordedBy.OPERATOR,
            confidence=confidence,
            prompt=prompt,
            closing=closing,
            citations=() if unstated else self._citations([product], language),
            products=(self._cards.card(product, language, variant=variant),),
            buttons=(human_button(self._replies, language),) if unstated else (),
        )

    def review(self, question: Question, product: str, language: str, confidence: float) -> Part:
        """How many buyers gave how many stars, counted by code."""
        reviews = self._reviews.get(product, [])
        name = self._cards.name(product, language)
        if not reviews:
            text = self._replies.text("review_none", language)
        else:
            average = sum(review.rating for review in reviews) / len(reviews)
            text = self._replies.text("review_counts", language, product=name,
                                      count=len(reviews), average=f"{average:.1f}")  # fmt: skip
        return Part(
            question=question.text,
            route=Route.REVIEW,
            language=language,
            text=text,
            worded_by=WordedBy.TEMPLATE,
            confidence=confidence,
            closing=self._stars(reviews),
            citations=self._citations([product], language),
            products=(self._cards.card(product, language),),
        )

    def passage(self, product: str, language: str) -> Passage:
        """A product as the model sees it: attributes and description, never its price."""
        thing = self._products[product]
        written = language if language in thing.descriptions else next(iter(thing.descriptions), "")
        facts = "; ".join(f"{name}: {value}" for name, value in self._facts(product, written))
        text = f"{thing.descriptions.get(written, '')} {facts}".strip()
        name = self._cards.name(product, language)
        return Passage(f"product:{product}", SourceKind.PRODUCT, name, text, written or language)

    def _facts(self, product: str, language: str) -> list[tuple[str, str]]:
        """A product's attributes, with the colours and sizes it comes in."""
        thing = self._products[product]
        facts = list(thing.attributes.get(language, {}).items())
        joint = "、" if language == "zh" else ", "
        colour, size = ("颜色", "尺码") if language == "zh" else ("colours", "sizes")
        if thing.colours:
            shown = [shown_colour(name, language) for name in thing.colours]
            facts.append((colour, joint.join(shown)))
        if thing.sizes:
            facts.append((size, joint.join(shown_size(one, language) for one in thing.sizes)))
        return facts

    def _unstated(self, product: str, language: str, question: Question, near: Near) -> str:
        """That the shop does not say what was asked ("how heavy"), or "" where it does."""
        thing, name = self._products[product], self._cards.name(product, language)
        if measure := unstated_property(thing, question, language):
            return self._replies.text("property_unstated", language, property=measure, product=name)
        if beyond(thing, question, near):
            return self._replies.text("describe_unstated", language, product=name)
        return ""

    def _verbatim(self, product: str, language: str, named: Sequence[str]) -> str:
        """The facts that the question names, else the description, in the shop's own words."""
        thing = self._products[product]
        if named:
            return f"{self._cards.name(product, language)} — {'; '.join(named)}"
        text = thing.descriptions.get(language) or next(iter(thing.descriptions.values()), "")
        return text or self._replies.text("describe_none", language)

    def _named_facts(
        self, product: str, language: str, question: Question, near: Near
    ) -> list[str]:
        asked = " ".join((question.asked, *properties(question)))
        said = set(terms(asked)) - set(terms(" ".join(self._products[product].names.values())))
        named = [f"{name}: {value}" for name, value in self._facts(product, language)
                 if said & set(terms(f"{name} {value}"))]  # fmt: skip
        if named and properties(question):
            return named
        # "Hydration sleeve" shares a word with "laptop sleeve"; what is nearer in meaning goes
        # first.
        first = near.facts or ((near.nearest,) if named and near.nearest else ())
        return list(dict.fromkeys((*first, *named)))

    def pieces(self, product: str, language: str) -> tuple[str, ...]:
        """A product's data in pieces: the description's sentences, and attributes as told."""
        text = self._products[product].descriptions.get(language, "")
        sentences = (piece.strip() for piece in SENTENCE.split(text))
        facts = (f"{name}: {value}" for name, value in self._facts(product, language))
        return (*(s.rstrip(".。") for s in sentences if s), *facts)

    def _wish(self, question: Question, language: str, thing: str) -> str:
        """What the shopper asked for, as the reason words it: the thing, colours, price."""
        demands = question.constraints
        plain = normalise(question.text)
        made = [m.word_in(plain) for m in materials_in(plain, demands.excluded)]
        things = [thing] if thing else list(question.kinds)
        colours = [shown_colour(name, language) for name in demands.colours]
        bounds = []
        if demands.highest is not None:
            bounds.append("≤ " + shown_price(self._money(demands.highest), language))
        if demands.lowest is not None:
            bounds.append("≥ " + shown_price(self._money(demands.lowest), language))
        if things and not any(word in thing for word in made):
            gap = "" if language == "zh" else " "
            things = [gap.join((*made, *things[:1])), *things[1:]]
        parts = [*things, *colours, *bounds]
        return ("、" if language == "zh" else ", ").join(parts) or question.asked[:WORDS_LENGTH]

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, next(iter(self._products.values())).price.currency)

    def _chosen(self, product: str, constraints: Constraints) -> Variant | None:
        return constraints.variant_of(self._products[product]) if constraints.any else None

    def _citations(self, products: Sequence[str], language: str) -> tuple[Citation, ...]:
        return tuple(Citation(f"product:{p}", self._cards.name(p, language)) for p in products)

    def _stars(self, reviews: Sequence[Review]) -> str:
        counts = {stars: sum(r.rating == stars for r in reviews) for stars in range(5, 0, -1)}
        return "  ".join(f"{stars}★ {count}" for stars, count in counts.items() if count)

    def _nothing(self, question: Question, language: str) -> Part:
        key, values = "recommend_none", dict[str, str]()
        if question.constraints.foreign:
            currency = next(iter(self._products.values())).price.currency
            key, values = "currency_ask", {"currency": currency}
        return Part(
            question=question.text,
            route=Route.RECOMMEND,
            language=language,
            text=self._replies.text(key, language, **values),
            worded_by=WordedBy.TEMPLATE,
            confidence=0.5,
            buttons=(human_button(self._replies, language),),
        )
