"""Texts of a shop's own tables: what `knowledge_base.tables` reads back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.types import Product
from knowledge_base.importers.values import Row
from knowledge_base.problems import Problems
from knowledge_base.tables import PRODUCT_COLUMNS, read_rows

VARIANT_COLUMNS = ("product", "sku", "colour", "size", "price", "stock")
SHARED_COLUMNS = tuple(name for name in PRODUCT_COLUMNS if name not in VARIANT_COLUMNS)


def format_rows(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV; `tables.read_rows` reads the same back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return out.getvalue()


def stored_rows(path: Path, columns: tuple[str, ...]) -> list[Row]:
    """The rows of one of a shop's own tables, which has been read without problems before."""
    return [row for _, row in read_rows(path, columns, Problems())] if path.is_file() else []


def format_pairs(attributes: Mapping[str, str]) -> str:
    """A cell of attributes."""
    return "; ".join(f"{name}: {value}".strip() for name, value in attributes.items())


def product_rows(product: Product) -> list[Row]:
    """A product as rows of a catalogue: one a variant, what they share on the first."""
    shared = {
        "brand": product.brand,
        "category": product.category,
        "url": product.url,
        "tags": ";".join(product.tags),
        "image": product.image,
    }
    for code in ("en", "zh"):
        shared[f"name_{code}"] = product.names.get(code, "")
        shared[f"description_{code}"] = product.descriptions.get(code, "")
        shared[f"attributes_{code}"] = format_pairs(product.attributes.get(code, {}))
    rows = [
        {
            "product": product.id,
            "sku": variant.sku,
            "colour": variant.colour,
            "size": variant.size,
            "price": str(variant.price.amount),
            "stock": str(variant.stock),
        }
        for variant in product.variants
    ]
    blank = dict.fromkeys(SHARED_COLUMNS, "")
    return [row | (blank if number else shared) for number, row in enumerate(rows)]
