"""A message as questions: its language, its parts, and follow-ups made whole by the session."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from engine.retrieval.spelling import Speller, simplified
from engine.retrieval.text import is_chinese, normalise, terms, undisguised
from engine.routing.constraints import ConstraintReader, Constraints
from engine.routing.cues import has, strip
from engine.routing.said_names import without_names
from engine.routing.things import names_another
from engine.types import Message, Route, Session, Shop, Turn

PART_END = re.compile(r"(?<=[?？])\s*|\n+|(?<=[。！])\s*|(?<=[.!])\s+")
ASKS = re.compile(
    r"^(how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|may|should)\b"
    r"|^(what|where|how|who)'?s\b|[?？]$|吗|么|呢|多少|多久|几|哪|怎|谁|能不能|可不可以|有没有|是否"
)
JOINT = re.compile(
    r"[,，;；]?\s+(?:and|also|plus)\s+(?=(?:also\s+)?(?:how|what|when|where|which|who|why|can|could"
    r"|do|does|is|are|will)\b)|[，,；;、]\s*(?:另外|还有|顺便问下?|还想问下?|以及)?"
)
BACK = re.compile(r"\b(it|its|that|this|they|them|those|these|one)\b|它|这|那|他们")
"""A part that points back at the one before it cannot stand alone."""
ORDINALS = (
    (r"\b(first|1st)\b|第一|头一", 0),
    (r"\b(second|2nd)\b|第二", 1),
    (r"\b(third|3rd)\b|第三", 2),
    (r"\blast one\b|最后一", -1),
)
THAT_ONE = re.compile(
    r"\b(it|its|that|this|the same)( one)?\b"
    r"|它|这个|這個|那个|那個|这款|這款|那款|该(?=款|商品|产品)"
)
NO_SUBJECT = (Route.SMALLTALK, Route.HANDOFF, Route.ORDER, Route.OWN_REVIEW)
PRODUCT_ROUTES = (Route.RECOMMEND, Route.DESCRIBE, Route.REVIEW)
SHORT_TERMS = 6
PROPERTY_TERMS = 3
LONGEST_QUESTION = 300
REMEMBERED_FORM = 4
"""So many turns about one product keep the colour and size it was asked for in."""
MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked, its spelling mended. `text` is whole by itself; `asked` is this message.

    `context`: the question before it and this one, where it may be a follow-up, and `topic` the
    entry that answered the one before; `product`: the id of the product that "it" or "the second
    one" means; `kinds`: the kinds of product said.
    """

    text: str
    asked: str
    language: str
    constraints: Constraints
    product: str = ""
    context: str = ""
    topic: str = ""
    cheaper: bool = False
    cheapest: bool = False
    kinds: tuple[str, ...] = ()
    refined: Question | None = None
    """This message as a further wish about the products asked for before, if it may be one."""
    refining: bool = False
    carried: bool = False
    """Whether the demands are those under which the product was shown, not of this message."""

    @property
    def own_constraints(self) -> Constraints:
        """What this message itself demands."""
        return Constraints() if self.carried else self.constraints


_NO_WORD = re.compile(r"⟦[^⟧]*⟧|(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]*\d[A-Za-z0-9_.-]*")
"""A masked value or a code: an order number says nothing of the language of who sends it."""


class Understanding:
    """Reads messages for one shop."""

    def __init__(
        self, shop: Shop, speller: Speller, kinds: Callable[[str], Collection[str]]
    ) -> None:
        """`kinds`: the words of a text that name a kind of product here."""
        self._shop = shop
        self._kinds = kinds
        self._speller = speller
        self._constraints = ConstraintReader(shop.currency, shop.rates)

    def reply_language(self, message: Message, session: Session) -> str:
        """The language to answer in: chosen, else written in, else hinted, else the shop's."""
        if session.language_chosen and session.language:
            return session.language
        words = _NO_WORD.sub(" ", message.text)
        if any(char.isalpha() for char in words):
            written = "zh" if is_chinese(words) else "en"
            if written == "zh" or re.search(r"[A-Za-z]{2,}", words):
                return written if written in self._shop.languages else self._shop.default_language
        hint = (session.language or message.language_hint or "").split("-")[0]
        return hint if hint in self._shop.languages else self._shop.default_language

    def questions(self, message: Message, session: Session) -> tuple[Question, ...]:
        """The questions of a message, at most three, without the names of who asks and for whom.

        A follow-up is made whole.
        """
        plain = simplified(undisguised(message.text))
        mended = self._speller.mend(without_names(plain, self._speller.in_shop))
        text = strip("correction", mended) if has("correction", mended) else ""
        whole = text or mended.strip()
        return tuple(self._question(part, session) for part in split_questions(whole))

    def _question(self, asked: str, session: Session) -> Question:
        language = "zh" if is_chinese(asked) else "en"
        constraints = self._constraints.read(asked)
        alone = Question(asked, asked, language, constraints)
        if has("cheapest", asked) and self._kinds(asked):
            alone = replace(alone, cheapest=True)
        if not session.turns:
            return alone
        referred = self._referred_product(asked, session)
        if referred and not has("cheaper", asked):
            return self._about(replace(alone, product=referred), session)
        before = _subject(session.turns)
        if before is None:
            return alone
        context = f"{before.question[:LONGEST_QUESTION]} {asked}"
        alone = replace(alone, topic=_entry(before))
        few = len(terms(asked)) <= PROPERTY_TERMS
        if has("cheapest", asked) and session.products and few and not alone.cheapest:
            return replace(self._merged(alone, context), cheapest=True)
        if has("cheaper", asked) and session.products:
            return replace(self._merged(alone, context), cheaper=not constraints.priced)
        if self._follows_up(asked, constraints):
            if before.route in PRODUCT_ROUTES:
                return self._merged(alone, context)
            return replace(alone, context=context)
        if len(terms(asked)) > SHORT_TERMS:
            return alone
        named = bool(self._kinds(asked)) or names_another(asked)
        wish = before.route is Route.RECOMMEND and _may_be_a_wish(asked) and not named
        refined = replace(self._merged(alone, context), refining=True) if wish else None
        return replace(alone, context=context, refined=refined)

    def _about(self, question: Question, session: Session) -> Question:
        """A question about a product just shown: the colour and size it was shown in stay."""
        if question.constraints.any or session.products[0] != question.product:
            return question
        for turn in reversed(session.turns[-REMEMBERED_FORM:]):
            if f"product:{question.product}" not in turn.sources:
                break
            before = self._constraints.read(turn.question)
            kept = Constraints(colours=before.colours, sizes=before.sizes)
            if kept.any:
                return replace(question, constraints=kept, carried=True)
        return question

    def _referred_product(self, asked: str, session: Session) -> str:
        plain = normalise(asked)
        if not session.products or session.turns[-1].route not in PRODUCT_ROUTES:
            return ""
        for shape, position in ORDINALS:
            if re.search(shape, plain) and position < len(session.products):
                return session.products[position]
        others = any(has(cue, plain) for cue in ("recommend_strong", "others", "cheapest"))
        if has("sending", plain):
            return ""
        cues = ["describe_strong", "price", "stock", "review"]
        if session.turns[-1].route in (Route.DESCRIBE, Route.REVIEW):
            cues.append("describe")
        brief = len(terms(asked)) <= PROPERTY_TERMS and not self._kinds(asked)
        property_alone = brief and any(has(c, plain) for c in cues)
        if (THAT_ONE.search(plain) or property_alone) and not others:
            return session.products[0]
        return ""

    def _follows_up(self, asked: str, constraints: Constraints) -> bool:
        said = terms(asked)
        short = len(said) <= SHORT_TERMS
        only_demands = constraints.any and not self._kinds(asked)
        return short and (has("follow_up", asked) or only_demands)

    def _merged(self, question: Question, context: str) -> Question:
        before = self._constraints.read(context[: -len(question.asked)])
        demands = question.constraints.over(before)
        return replace(question, text=context, context=context, constraints=demands)


def split_questions(text: str) -> tuple[str, ...]:
    """The questions a text holds where it clearly holds several; else the text as one."""
    parts = [part.strip() for part in PART_END.split(text) if part and part.strip()]
    asking = [part for part in parts if part.endswith(("?", "？"))]
    if len(asking) <= 1 and len(parts) == 1:
        joined = [part.strip() for part in JOINT.split(text) if part and part.strip()]
        whole = all(ASKS.search(normalise(part)) for part in joined)
        if whole and not any(BACK.search(normalise(part)) for part in joined[1:]):
            asking = joined
    if 2 <= len(asking) <= MOST_PARTS and all(_says_enough(part) for part in asking):
        return tuple(asking)
    return (text,)


def _may_be_a_wish(asked: str) -> bool:
    """Whether words such as "softer" or "have you got it bigger" can be about goods just shown."""
    return has("recommend", asked) or not ASKS.search(normalise(asked))


def _says_enough(part: str) -> bool:
    return len(terms(part)) >= (1 if is_chinese(part) and len(part) >= 4 else 2)


def _subject(turns: Sequence[Turn]) -> Turn | None:
    """The last turn that had a subject; small talk between does not change it."""
    return next((turn for turn in reversed(turns[-2:]) if turn.route not in NO_SUBJECT), None)


def _entry(turn: Turn) -> str:
    """The entry a turn told or offered first, or ""."""
    first = turn.sources[0] if turn.sources else ""
    return first.removeprefix("entry:") if first.startswith("entry:") else ""
