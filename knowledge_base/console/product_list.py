"""The list of products: searched, filtered, one page of it."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.console.listing import A_PAGE
from knowledge_base.console.shop_files import Catalogue, ProductRow

STATES = ("in-stock", "sold-out", "broken-rows")


@dataclass(frozen=True, slots=True)
class WantedProducts:
    """What the list is narrowed to."""

    words: str = ""
    category: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListedProducts:
    """One page of products. `count`: of all that fit."""

    rows: tuple[ProductRow, ...]
    count: int
    page: int
    pages: int


def listed_products(catalogue: Catalogue, wanted: WantedProducts) -> ListedProducts:
    """The products that fit, of the page wanted."""
    found: list[ProductRow] | tuple[ProductRow, ...] = catalogue.rows
    # The cheapest first: a word is sought only in what is left.
    if wanted.state in ("in-stock", "sold-out"):
        found = [row for row in found if row.in_stock == (wanted.state == "in-stock")]
    if wanted.category:
        found = [row for row in found if row.product.category == wanted.category]
    for word in sorted(wanted.words.casefold().split(), key=len, reverse=True):
        found = [row for row in found if word in row.searched]
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, wanted.page), pages)
    return ListedProducts(tuple(found[(page - 1) * A_PAGE : page * A_PAGE]), len(found), page,
                          pages)  # fmt: skip
