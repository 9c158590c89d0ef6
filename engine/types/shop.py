"""What a shop knows: entries, products, orders, reviews, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217)."""

    amount: Decimal
    currency: str


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
class OrderLookup:
    """Where orders are asked for over HTTP; `{number}` stands in `url`."""

    url: str
    cache_s: float = 60.0
    timeout_s: float = 2.0


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A file, at a URL or a path, that is imported every so many hours."""

    origin: str
    every_h: float = 24.0


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
    orders: OrderLookup | None = None
    stock_fresh_h: float | None = None
    imports: tuple[ImportSource, ...] = ()
