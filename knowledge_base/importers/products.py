"""Product rows of an import, merged with what the catalogue holds and checked as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from knowledge_base.importers.categories import Categories, with_categories
from knowledge_base.importers.values import Imported, Refused, Row, Told
from knowledge_base.importers.writing import (
    SHARED_COLUMNS,
    VARIANT_COLUMNS,
    format_pairs,
    format_rows,
    product_rows,
)
from knowledge_base.schema import ID_RULE, IDENTIFIER
from knowledge_base.store import Knowledge
from knowledge_base.tables import (
    PRODUCT_COLUMNS,
    check_product,
    read_variant,
    split_list,
    split_pairs,
)

FILE = "catalogue.csv"
ATTRIBUTES = ("attributes_en", "attributes_zh")
AVAILABLE = "1"
"""The stock of what is on sale but not counted: only whether there is any is ever told."""
Lines = list[tuple[int, Row]]


def merge_products(told: Iterable[Told], known: Knowledge, *, exact: bool = False) -> Imported:
    """What product rows change in a shop's catalogue, by product id.

    Rows are in our columns; a column that a row lacks keeps what is there. With `exact` a blank
    cell is a value, else it is none, and attributes are added to those known.
    """
    merger, shop = _Merger(known, exact), known.shop
    by_product: dict[str, Lines] = {}
    for line, row in told:
        if isinstance(row, str):
            merger.refuse(line, row)
        elif not IDENTIFIER.match(row.get("product", "")):
            merger.refuse(line, f"product: {row.get('product', '')!r} must be {ID_RULE}")
        elif row.get("currency", shop.currency) != shop.currency:
            merger.refuse(line, f"currency: {row['currency']} is not the shop's ({shop.currency}); "
                          "shop.yaml tells it")  # fmt: skip
        else:
            by_product.setdefault(row["product"], []).append((line, row))
    for name, rows in by_product.items():
        merger.merge(name, rows)
    return merger.imported()


class _Merger:
    def __init__(self, known: Knowledge, exact: bool) -> None:
        self._folder, self._exact = known.folder, exact
        self._categories = Categories(known.shop)
        self._shop = known.shop
        self._products = {product.id: product_rows(product) for product in known.products}
        self._owners = {row["sku"]: name for name, rows in self._products.items() for row in rows}
        self._counts: Counter[str] = Counter()
        self._refused: list[Refused] = []

    def refuse(self, line: int, reason: str) -> None:
        self._refused.append(Refused(line, reason))

    def merge(self, name: str, rows: Lines) -> None:
        """One product's rows, taken in together or refused."""
        before = self._products.get(name, [])
        try:
            shared = self._shared(before, rows[0][1])
        except ValueError as error:
            for line, _ in rows:
                self.refuse(line, str(error))
            return
        variants = {row["sku"]: {c: row[c] for c in VARIANT_COLUMNS} for row in before}
        seen: set[str] = set()
        for line, row in rows:
            try:
                variant = self._variant(name, row, variants, seen)
            except ValueError as error:
                self.refuse(line, str(error))
                continue
            seen.add(variant["sku"])
            variants[variant["sku"]] = variant
        if not seen:
            return  # Each row of it is refused.
        self._owners |= dict.fromkeys(seen, name)
        blank = dict.fromkeys(SHARED_COLUMNS, "")
        after = [row | (blank if number else shared)
                 for number, row in enumerate(variants.values())]  # fmt: skip
        self._counts["added" if not before else "same" if after == before else "changed"] += 1
        self._products[name] = after

    def _shared(self, before: list[Row], row: Row) -> Row:
        shared = {column: before[0][column] if before else "" for column in SHARED_COLUMNS}
        given = {column: row[column] for column in SHARED_COLUMNS if column in row}
        for column in ATTRIBUTES:
            if given.get(column):
                known = {} if self._exact else split_pairs(shared[column])
                given[column] = format_pairs(known | split_pairs(given[column]))
        if given.get("tags"):
            given["tags"] = ";".join(split_list(given["tags"]))
        if not self._exact:
            given = {column: cell for column, cell in given.items() if cell}
        elif before and not any(given.values()):
            given = {}  # A further row of a product that is known.
        shared |= given
        if given.get("category") or not shared["category"]:
            shared["category"] = self._categories.key(shared["category"])
        check_product(shared, self._categories.shop)
        return shared

    def _variant(self, name: str, row: Row, known: dict[str, Row], seen: set[str]) -> Row:
        sku = row.get("sku", "")
        if sku in seen:
            raise ValueError(f"sku {sku!r} stands in an earlier row too")
        if (owner := self._owners.get(sku, name)) != name:
            raise ValueError(f"sku {sku!r} is one of the product {owner!r}")
        before = known.get(sku)
        variant = dict(before or dict.fromkeys(VARIANT_COLUMNS, ""))
        for column in VARIANT_COLUMNS:
            if column in row and (self._exact or row[column]):
                variant[column] = row[column]
        if "available" in row and not row.get("stock"):
            variant["stock"] = _uncounted(row["available"] == "true", variant["stock"])
        variant["stock"] = str(read_variant(variant, self._shop).stock)
        if before and _equal(before["price"], variant["price"]):
            variant["price"] = before["price"]
        return variant

    def imported(self) -> Imported:
        """What came of it, with the texts of the files that change."""
        files: dict[str, str] = {}
        notes: tuple[str, ...] = ()
        if self._counts["added"] or self._counts["changed"]:
            rows = [row for rows in self._products.values() for row in rows]
            files[FILE] = format_rows(PRODUCT_COLUMNS, rows)
            used = frozenset(row["category"] for row in rows)
            if new := self._categories.new(used):
                text = (self._folder / "shop.yaml").read_text("utf-8")
                files["shop.yaml"] = with_categories(text, new)
                notes = (f"new categories: {', '.join(new)}",)
        counts = self._counts
        refused = sorted(self._refused, key=lambda one: one.line)
        return Imported("products", counts["added"], counts["changed"], counts["same"],
                        tuple(refused), files, notes)  # fmt: skip


def _uncounted(available: bool, stock: str) -> str:
    if not available:
        return "0"
    return stock if stock.isdecimal() and int(stock) > 0 else AVAILABLE


def _equal(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
