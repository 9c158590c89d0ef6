"""The stock switch: sold out and back, with the numbers there were."""

from __future__ import annotations

from engine.types import Product
from knowledge_base.console.house import House

MOST = 10_000_000


class Stocks:
    """What a house remembers of the stock of products that were switched to sold out."""

    def __init__(self, house: House) -> None:
        self._store = house.store

    def former(self, *products: Product) -> dict[str, int]:
        """The numbers that products had before they were sold out, by article number."""
        skus = [variant.sku for product in products for variant in product.variants]
        marks = ",".join("?" * len(skus))
        query = f"select sku, stock from former_stock where sku in ({marks})"  # noqa: S608 - marks
        return {str(sku): int(stock) for sku, stock in self._store.rows(query, *skus)}

    def remember(self, product: Product) -> None:
        """Keep the numbers a product has now, unless it is sold out already."""
        if not product.in_stock:
            return
        with self._store.begin() as connection:
            connection.executemany(
                "insert or replace into former_stock values (?, ?)",
                [(one.sku, one.stock) for one in product.variants],
            )

    def wanted(self, product: Product, to: str, amount: str) -> dict[str, int] | None:
        """The stock each variant gets; None where nobody said and nothing is remembered."""
        skus = [variant.sku for variant in product.variants]
        if to == "out":
            return dict.fromkeys(skus, 0)
        if to != "in" or amount.strip():
            text = amount.strip()
            fits = text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= MOST
            return dict.fromkeys(skus, int(text)) if to == "in" and fits else None
        known = self.former(product)
        return known if any(known.values()) else None
