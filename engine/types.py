"""The vocabulary of shopdesk as frozen values; imports nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Route(StrEnum):
    """What kind of help a message, or a part of it, asks for."""

    FAQ = "faq"
    RECOMMEND = "recommend"
    DESCRIBE = "describe"
    ORDER = "order"
    REVIEW = "review"
    SMALLTALK = "smalltalk"
    HANDOFF = "handoff"
    UNKNOWN = "unknown"


class Band(StrEnum):
    """How sure a faq answer is; decides who words it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class HandoffReason(StrEnum):
    """Why a person takes over."""

    ASKED = "asked"
    REPEATED_UNKNOWN = "repeated_unknown"
    UPSET = "upset"


class WordedBy(StrEnum):
    """Who wrote the words of a reply."""

    OPERATOR = "operator"
    MODEL = "model"
    TEMPLATE = "template"


class SourceKind(StrEnum):
    """Where a passage comes from."""

    ENTRY = "entry"
    PRODUCT = "product"
    ORDER = "order"
    REVIEW = "review"


class ActionKind(StrEnum):
    """The first half of a button's action, "kind:argument"."""

    ENTRY = "entry"
    SOURCE = "source"
    DETAILS = "details"
    SIMILAR = "similar"
    DISLIKE = "dislike"
    RATE_UP = "rate_up"
    RATE_DOWN = "rate_down"
    HUMAN = "human"
    LANGUAGE = "language"
    START = "start"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a shopper sent. `action` is a pressed button's payload; then `text` may be empty."""

    id: str
    conversation: str
    shopper: str
    text: str
    at: datetime
    action: str | None = None
    language_hint: str | None = None
    channel: str = "terminal"
    private: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One FAQ item. `questions`, `answers` and `titles` are keyed by language ("en", "zh")."""

    id: str
    titles: Mapping[str, str]
    questions: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, str]
    tags: tuple[str, ...] = ()
    owner: str = ""
    audience: str = "everyone"
    hidden: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    last_checked: date | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One buyable form of a product."""

    sku: str
    colour: str
    size: str
    price: Money
    stock: int


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its variants (at least one). Texts are keyed by language."""

    id: str
    names: Mapping[str, str]
    brand: str
    category: str
    variants: tuple[Variant, ...]
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""

    @property
    def price(self) -> Money:
        """The lowest price of its variants, those in stock first."""
        stocked = [v for v in self.variants if v.stock > 0] or list(self.variants)
        return min((v.price for v in stocked), key=lambda money: money.amount)

    @property
    def in_stock(self) -> bool:
        """Whether any variant can be bought now."""
        return any(v.stock > 0 for v in self.variants)

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours it comes in, each once, in file order."""
        return tuple(dict.fromkeys(v.colour for v in self.variants if v.colour))

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes it comes in, each once, in file order."""
        return tuple(dict.fromkeys(v.size for v in self.variants if v.size))


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """A shopper's order. Told only to someone who proves to be its owner."""

    number: str
    email: str
    phone: str
    placed_at: datetime
    status: str
    lines: tuple[OrderLine, ...]
    carrier: str = ""
    tracking: str = ""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One buyer's review; rating 1..5."""

    id: str
    product: str
    rating: int
    title: str
    text: str
    language: str
    author: str
    on: date


@dataclass(frozen=True, slots=True)
class Event:
    """A GA4 e-commerce event of a pseudonymous shopper."""

    shopper: str
    at: datetime
    name: str
    product: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Shop:
    """shop.yaml: what is true of the shop as a whole. `rates`: one unit of X in `currency`."""

    name: Mapping[str, str]
    currency: str
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    categories: Mapping[str, Mapping[str, str]]
    contact_entry: str = ""
    url: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    consumables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of knowledge shown to the model. `id`: "entry:…", "product:…", "review:…"."""

    id: str
    kind: SourceKind
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of a reply, as the shopper may open it."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Button:
    """One tap. `action` is "kind:argument", at most 64 bytes in UTF-8."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as shown. Price and stock come from the catalogue at the moment of sending."""

    sku: str
    name: str
    price: Money
    in_stock: bool
    url: str
    image: str
    caption: str
    reason: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One grounding verdict about one drafted sentence."""

    sentence: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one answer came about."""

    snapshot: str
    model: str
    worded_by: WordedBy
    scores: Mapping[str, float] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delta:
    """A whole, grounded piece of a reply, shown while the rest is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as a value, rendered by fronts, journaled by the desk. `text` is never empty."""

    text: str
    route: Route
    band: Band | None
    confidence: float
    language: str
    citations: tuple[Citation, ...] = ()
    products: tuple[ProductCard, ...] = ()
    buttons: tuple[Button, ...] = ()
    handoff: HandoffReason | None = None
    receipt: Receipt = field(default_factory=lambda: Receipt("", "", WordedBy.TEMPLATE))
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the generator is given; laid out by engine/generation/prompts.py."""

    task: Route
    language: str
    question: str
    passages: tuple[Passage, ...]
    conversation: tuple[str, ...] = ()
    reason: str = ""
    """For recommend: why these products, as one phrase the text must word."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message with its reply, masked, as the session remembers it."""

    question: str
    answer: str
    route: Route
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """What a conversation remembers. All text in it is masked; `vault` holds the values."""

    conversation: str
    shopper: str = ""
    language: str = ""
    language_chosen: bool = False
    turns: tuple[Turn, ...] = ()
    products: tuple[str, ...] = ()
    """Product ids shown last, best first."""
    disliked: tuple[str, ...] = ()
    viewed: tuple[str, ...] = ()
    pending_order: str = ""
    """An order number given, still waiting for its proof of ownership."""
    unknown_streak: int = 0
    vault: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one turn: the reply, and the session as it is after it."""

    reply: Reply
    session: Session
