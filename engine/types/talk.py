"""What is said: messages, replies, sessions, and what the generator is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.types.names import Band, HandoffReason, Route, SourceKind, WordedBy
from engine.types.shop import Money


@dataclass(frozen=True, slots=True)
class Message:
    """What a shopper sent. `action` is a pressed button's payload; then `text` may be empty.

    `staffed`: a person can take this conversation over.
    """

    id: str
    conversation: str
    shopper: str
    text: str
    at: datetime
    action: str | None = None
    language_hint: str | None = None
    channel: str = "terminal"
    private: bool = True
    staffed: bool = False


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
class Candidate:
    """An entry that was considered: its log-odds of being the answer."""

    entry: str
    logit: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one answer came about. `why`: what decided on the band of a faq answer."""

    snapshot: str
    model: str
    worded_by: WordedBy
    scores: Mapping[str, float] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    recommender: str = ""
    """The version of the trained recommender that chose the products; "" for none."""
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


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
    attachment: str = ""
    """A file that goes with it, as JSON text: a copy of what is kept of the shopper."""


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
class Touch:
    """What a shopper did with a product, under the event's GA4 name ("view_item", "purchase")."""

    product: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """An account at the shop that is proven to be the shopper's, and may be linked once they agree.

    `account` is a pseudonym. `nonce` and `expires` are those of a signed link, if one brought it.
    """

    account: str
    nonce: str = ""
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnReview:
    """A review that a shopper is being helped to word.

    `product`: "" until they have said which. `points`: their own, masked; while there are none,
    the next message is taken for them.
    """

    product: str = ""
    points: tuple[str, ...] = ()


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
    history: tuple[Touch, ...] = ()
    """What the shopper looked at and bought, oldest first, as the journal knows it."""
    pending_order: str = ""
    """An order number given, still waiting for its proof of ownership."""
    unknown_streak: int = 0
    account: str = ""
    """The pseudonym of the account at the shop that is linked to the shopper; "" for none."""
    link_offer: LinkOffer | None = None
    own_review: OwnReview | None = None
    vault: Mapping[str, str] = field(default_factory=dict)
    holdout: bool = False
    """One of those who are shown nothing personal, to measure what that brings the others."""

    @property
    def taste(self) -> tuple[Touch, ...]:
        """The history that may choose products."""
        return () if self.holdout else self.history


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of one turn: the reply, and the session as it is after it."""

    reply: Reply
    session: Session


@dataclass(frozen=True, slots=True)
class Part:
    """How one question of a message is to be answered. `text` is said when no draft may be."""

    question: str
    route: Route
    language: str
    text: str
    worded_by: WordedBy
    confidence: float = 1.0
    band: Band | None = None
    prompt: Prompt | None = None
    closing: str = ""
    """Sentences by code (price, stock) that follow either wording."""
    citations: tuple[Citation, ...] = ()
    products: tuple[ProductCard, ...] = ()
    buttons: tuple[Button, ...] = ()
    handoff: HandoffReason | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a whole message is to be answered, and the session as it is afterwards."""

    language: str
    parts: tuple[Part, ...]
    session: Session
