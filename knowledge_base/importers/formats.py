"""Tells by its columns what a table is, and brings its rows into our columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from engine.errors import KnowledgeError
from knowledge_base.importers.datasets import RETAIL_DEMO_STORE
from knowledge_base.importers.merchant import merchant_names, merchant_products
from knowledge_base.importers.shopify import NEWER_NAMES, shopify_products
from knowledge_base.importers.shopify_orders import shopify_orders
from knowledge_base.importers.values import Told
from knowledge_base.importers.woocommerce import woocommerce_products
from knowledge_base.tables import EVENT_COLUMNS, ORDER_COLUMNS, PRODUCT_COLUMNS, REVIEW_COLUMNS

ENTRY_COLUMN = re.compile(r"(title|questions|answers?)_[a-z]{2,3}(-[a-z0-9]{2,8})*")
ENTRY_COLUMNS = ("id", "question", "answer", "language", "title", "tags", "owner", "audience",
                 "hidden", "valid_from", "valid_until", "last_checked")  # fmt: skip
CLOSE = 0.75
MOST_COLUMNS = 500
CURRENCY = "currency"
"""A column of any table of goods or orders: a row in another than the shop's is refused."""
LIKE_EVENTS = 3
"""So many of the columns of events, and a file is meant as one, whatever is misspelt."""
KNOWN = (
    "products: product,sku,price,stock,… as in catalogue.csv, Shopify, WooCommerce or Google "
    "Merchant; entries: id,question,answer; orders: number,email,placed_at,status,items or "
    "Shopify; reviews: product,rating,text,date; events: shopper,time,event,product. "
    "docs/imports.md shows each."
)
Names = Collection[str]
Read = Callable[[Iterable[Told], datetime], Iterator[Told]]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write things of one kind. `exact`: our own, in which a blank cell is a value."""

    name: str
    kind: str
    matches: Callable[[Names], bool]
    read: Read = lambda told, now: iter(told)
    columns: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it is our own layout."""
        return bool(self.columns)


def _has(*names: str) -> Callable[[Names], bool]:
    return lambda found: all(name in found for name in names)


def _is_events(found: Names) -> bool:
    return ("event_name" in found or sum(name in found for name in EVENT_COLUMNS) >= LIKE_EVENTS
            or _has("shopper", "event")(found))  # fmt: skip


def _is_shopify(found: Names) -> bool:
    plain = {NEWER_NAMES.get(name, name) for name in found}
    return "handle" in plain and ("title" in plain or "variant price" in plain)


def _is_merchant(found: Names) -> bool:
    plain = merchant_names(dict.fromkeys(found, ""))
    return _has("id", "title", "price", "availability")(plain)


def _is_entries(found: Names) -> bool:
    return "question" in found or any(ENTRY_COLUMN.fullmatch(name) for name in found)


FORMATS = (
    Format("events", "events", _is_events),
    Format("Shopify orders", "orders",
           _has("name", "created at", "lineitem quantity", "lineitem sku"),
           lambda told, now: shopify_orders(told)),
    Format("Shopify products", "products", _is_shopify, lambda told, now: shopify_products(told)),
    Format("WooCommerce products", "products", _has("type", "sku", "name", "regular price"),
           lambda told, now: woocommerce_products(told, now.date())),
    Format("Google Merchant feed", "products", _is_merchant, merchant_products),
    Format("products", "products", _has("product", "sku"), columns=PRODUCT_COLUMNS),
    Format("reviews", "reviews", _has("product", "rating"), columns=REVIEW_COLUMNS),
    Format("orders", "orders", _has("number", "status"), columns=ORDER_COLUMNS),
    Format("retail_demo_store", "products", _has("id", "name", "current_stock", "price"),
           lambda told, now: RETAIL_DEMO_STORE.rows(told)),
    Format("entries", "entries", _is_entries, columns=ENTRY_COLUMNS),
)  # fmt: skip


def format_of(names: Names, name: str) -> Format:
    """The format that has these columns.

    Raises KnowledgeError where none has, with what may be misspelt, or there are too many.
    """
    if len(names) > MOST_COLUMNS:
        raise KnowledgeError(f"{len(names):,} columns, over {MOST_COLUMNS}", where=f"{name}:1",
                             mend="delete the columns that are not needed.")  # fmt: skip
    found = next((one for one in FORMATS if one.matches(names)), None)
    if found is None:
        meant = _misspelt(names, {*PRODUCT_COLUMNS, *REVIEW_COLUMNS, *ORDER_COLUMNS,
                                  *ENTRY_COLUMNS, *EVENT_COLUMNS})  # fmt: skip
        hint = f"; did you mean {meant}?" if meant else ""
        shown = ", ".join(list(names)[:12]) or "none"
        raise KnowledgeError(f"no known format has these columns: {shown}{hint}",
                             where=f"{name}:1", mend=KNOWN)  # fmt: skip
    return found


def check_columns(found: Format, names: Names, name: str) -> str:
    """A note of columns of our own layout that are not read, or "".

    Raises KnowledgeError where one is surely misspelt.
    """
    if not found.exact:
        return ""
    unknown = [one for one in names if one not in (*found.columns, CURRENCY)
               and not (found.kind == "entries" and ENTRY_COLUMN.fullmatch(one))]  # fmt: skip
    if meant := _misspelt(unknown, {one for one in found.columns if one not in names}):
        raise KnowledgeError(f"unknown column(s); did you mean {meant}?", where=f"{name}:1",
                             mend="rename or delete them; nothing was imported.")  # fmt: skip
    return f"columns not read: {', '.join(unknown[:12])}" if unknown else ""


def _misspelt(names: Names, known: Names) -> str:
    near = ((get_close_matches(one, known, n=1, cutoff=CLOSE), one) for one in names)
    return ", ".join(f"{match[0]} for {one!r}" for match, one in near if match and match[0] != one)
