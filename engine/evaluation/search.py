"""`shopdesk eval search`: does the product meant come first, and is no demand ever broken?"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from engine.errors import ShopdeskError
from engine.evaluation.measures import percentiles
from engine.evaluation.tables import LabelledText, read_table
from engine.retrieval.embedding import embed
from engine.retrieval.encoders import Encoders
from engine.retrieval.features import goods_features
from engine.retrieval.products import ProductSearch, product_rows
from engine.retrieval.text import is_chinese
from engine.routing.constraints import ConstraintReader, Constraints, without_demands
from engine.types import Money, Product, Shop, Variant

Advance = Callable[[int], object]
SHOWN = 10
DEPTH = 100
ALIASES = {
    "product": ("product", "id", "product_id"),
    "sku": ("sku",),
    "name_en": ("name_en", "name", "title"),
    "name_zh": ("name_zh",),
    "brand": ("brand", "vendor"),
    "category": ("category", "type", "product_type"),
    "colour": ("colour", "color"),
    "size": ("size",),
    "price": ("price",),
    "currency": ("currency",),
    "stock": ("stock", "current_stock", "inventory", "quantity"),
    "description_en": ("description_en", "description"),
    "description_zh": ("description_zh",),
    "tags": ("tags",),
    "url": ("url",),
}
"""Our columns, and what other catalogues call them."""


def read_products(path: Path) -> tuple[Product, ...]:
    """Products of a CSV in our own columns or common ones. Raises ShopdeskError by line."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for number, row in read_table(path, ()):
        found = {ours: next((row[n].strip() for n in names if row.get(n)), "")
                 for ours, names in ALIASES.items()}  # fmt: skip
        if not found["sku"] or not (found["name_en"] or found["name_zh"]):
            raise ShopdeskError("a product without sku or name", where=f"{path}:{number}",
                                mend="give every row the columns sku and name.")  # fmt: skip
        found["price"] = _price(found["price"], path, number)
        grouped.setdefault(found["product"] or found["sku"], []).append(found)
    return tuple(_product(name, rows) for name, rows in grouped.items())


def _price(text: str, path: Path, number: int) -> str:
    try:
        return str(Decimal(re.sub(r"[^\d.\-]", "", text) or "0"))
    except InvalidOperation:
        raise ShopdeskError(f"not a price: {text!r}", where=f"{path}:{number}",
                            mend="write digits with a point, such as 49.90.") from None  # fmt: skip


def _product(name: str, rows: Sequence[Mapping[str, str]]) -> Product:
    first = rows[0]
    variants = tuple(
        Variant(r["sku"], r["colour"].lower(), r["size"],
                Money(Decimal(r["price"]), r["currency"] or "USD"),
                int(float(r["stock"] or 1)))
        for r in rows
    )  # fmt: skip
    names = {code: first[f"name_{code}"] for code in ("en", "zh") if first[f"name_{code}"]}
    texts = {
        code: first[f"description_{code}"] for code in ("en", "zh") if first[f"description_{code}"]
    }
    tags = tuple(tag.strip() for tag in re.split(r"[;,]", first["tags"]) if tag.strip())
    return Product(name, names, first["brand"], first["category"] or "goods", variants,
                   descriptions=texts, url=first["url"], tags=tags)  # fmt: skip


def read_searches(path: Path) -> tuple[LabelledText, ...]:
    """`query,sku`; the sku may be blank. Raises ShopdeskError by line."""
    rows = read_table(path, ("query",))
    return tuple(LabelledText(row["query"], (row.get("sku") or "").strip()) for _, row in rows)


def evaluate_search(
    products_file: Path,
    queries: Sequence[LabelledText],
    encoders: Encoders,
    advance: Advance = lambda _: None,
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """What `eval search` prints, and one line a query."""
    products = read_products(products_file)
    search, reader = _build(products, encoders, advance)
    lines: list[dict[str, object]] = []
    times, broken = [], 0
    for query in queries:
        begun = time.perf_counter()
        found, demands = _found(search, reader, query.text)
        times.append(time.perf_counter() - begun)
        broken += sum(not _kept(search.products[p], demands) for p in found[:SHOWN])
        lines.append({"query": query.text, "sku": query.label, "found": found[:SHOWN]})
        advance(1)
    owner = {v.sku: p.id for p in products for v in p.variants}
    places = [_place(line["found"], owner.get(q.label, q.label))
              for line, q in zip(lines, queries, strict=True) if q.label]  # fmt: skip
    figures: dict[str, object] = {"n": len(queries)}
    if places:
        figures |= {
            "p_at_1": round(sum(p == 1 for p in places) / len(places), 4),
            "mrr": round(sum(1 / p for p in places if p) / len(places), 4),
            "recall_at_10": round(sum(0 < p <= SHOWN for p in places) / len(places), 4),
        }
    figures |= {"constraint_violations": broken, "latency_ms": percentiles(times)}
    return figures, lines


def catalogue_shop(products: Sequence[Product]) -> Shop:
    """A shop that sells just these products, each category under its own name."""
    currency = products[0].variants[0].price.currency if products else "USD"
    categories = {p.category: {"en": p.category.replace("_", " ")} for p in products}
    return Shop({"en": "shop"}, currency, ("en", "zh"), "en", "UTC", categories)


def _build(
    products: Sequence[Product], encoders: Encoders, advance: Advance
) -> tuple[ProductSearch, ConstraintReader]:
    shop = catalogue_shop(products)
    rows = product_rows(products, shop)
    vectors = {key: embed(rows, key, encoders, {}, advance) for key in encoders.keys}
    found = goods_features(rows, vectors)
    return ProductSearch(encoders, found, products, shop), ConstraintReader(shop.currency, {})


def _found(
    search: ProductSearch, reader: ConstraintReader, text: str
) -> tuple[list[str], Constraints]:
    """Product ids best first; a sku in the text is its product."""
    demands = reader.read(text)
    language = "zh" if is_chinese(text) else "en"
    named = [search.by_sku[w] for w in re.split(r"[\s,;]+", text.lower()) if w in search.by_sku]
    found = search.find(without_demands(text, demands), language, demands, second_look=True)
    return list(dict.fromkeys([*named, *(m.product for m in found.matches[:DEPTH])])), demands


def _kept(product: Product, demands: Constraints) -> bool:
    """Whether a product meets the demands; one asked for by its number always does."""
    return demands.variant_of(product) is not None


def _place(found: object, wanted: str) -> int:
    ids = list(found) if isinstance(found, list) else []
    return ids.index(wanted) + 1 if wanted in ids else 0
