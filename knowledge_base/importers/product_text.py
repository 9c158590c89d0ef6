"""A product as the rows of a catalogue, and back: what a form says must be what its rows say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine.types import Product, Shop
from knowledge_base.importers.values import Row
from knowledge_base.importers.writing import format_rows, product_rows
from knowledge_base.tables import PRODUCT_COLUMNS, check_product, product_of, read_variant


def product_version(product: Product | None) -> str:
    """A short name of what a product says; "" for none."""
    if product is None:
        return ""
    text = format_rows(PRODUCT_COLUMNS, product_rows(product))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_back(rows: Sequence[Row], shop: Shop) -> Product:
    """The product that rows say. Raises ValueError with what is wrong with them."""
    trimmed = [{name: cell.strip() for name, cell in row.items()} for row in rows]
    variants = tuple(read_variant(row, shop) for row in trimmed)
    check_product(trimmed[0], shop)
    return product_of(trimmed[0], variants)
