"""CSV tables of a shop: products, reviews, orders and events, with file:line errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from engine.types import Event, Money, Order, OrderLine, Product, Review, Shop, Variant
from knowledge_base.problems import Problems
from knowledge_base.schema import ID_RULE, IDENTIFIER

T = TypeVar("T")
Row = dict[str, str]

PRODUCT_COLUMNS = (
    "product", "sku", "name_en", "name_zh", "brand", "category", "colour", "size", "price",
    "stock", "attributes_en", "attributes_zh", "description_en", "description_zh", "url", "tags",
    "image",
)  # fmt: skip
REVIEW_COLUMNS = ("id", "product", "rating", "title", "text", "language", "author", "date")
ORDER_COLUMNS = (
    "number", "email", "phone", "name", "placed_at", "status", "carrier", "tracking",
    "expected_on", "items", "total",
)  # fmt: skip
EVENT_COLUMNS = ("shopper", "time", "event", "product", "quantity")
LONGEST_NUMBER, LONGEST_WHOLE = 30, 9
"""Characters of an amount, and digits of a whole number."""
MOST_AMOUNT = Decimal(10) ** 12
STATUSES = ("placed", "paid", "packed", "shipped", "delivered", "returned", "cancelled")
MISCOUNTED = (
    "not as many cells as the header has: quote a text with a comma in it, write 9.50 and not 9,50"
)
EVENT_NAMES = ("view_item", "add_to_cart", "remove_from_cart", "purchase", "refund")


def read_rows(
    path: Path, columns: tuple[str, ...], problems: Problems
) -> Iterator[tuple[int, Row]]:
    """The rows of a CSV file as (line, row); unknown and missing columns are problems."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(path, 1, f"not UTF-8 text ({error.reason}); save it as CSV UTF-8")
        return
    # Not splitlines(): it also breaks a cell at U+2028 and its like.
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    for name in reader.fieldnames or ():
        if name not in columns:
            problems.unknown(path, 1, name, columns)
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        problems.add(path, 1, f"missing column(s): {', '.join(missing)}")
        return
    try:
        for row in reader:
            if None in row or None in row.values():
                problems.add(path, reader.line_num, MISCOUNTED)
                continue
            yield reader.line_num, {name: (row[name] or "").strip() for name in columns}
    except csv.Error as error:
        problems.add(path, reader.line_num, f"broken CSV: {error}")


def _each(
    path: Path, columns: tuple[str, ...], problems: Problems, read: Callable[[Row], T]
) -> Iterator[T]:
    for line, row in read_rows(path, columns, problems):
        try:
            yield read(row)
        except ValueError as error:
            problems.add(path, line, str(error))


def read_products(path: Path, shop: Shop, problems: Problems) -> tuple[Product, ...]:
    """Products of a catalogue: one row a variant, a product's rows sharing its first one."""
    first: dict[str, Row] = {}
    variants: dict[str, list[Variant]] = {}
    skus: set[str] = set()
    for line, row in read_rows(path, PRODUCT_COLUMNS, problems):
        try:
            variant = read_variant(row, shop)
            if variant.sku in skus:
                raise ValueError(f"sku {variant.sku!r} stands in an earlier row too")
            if row["product"] not in first:
                check_product(row, shop)
                first[row["product"]] = row
        except ValueError as error:
            problems.add(path, line, str(error))
            continue
        skus.add(variant.sku)
        variants.setdefault(row["product"], []).append(variant)
    return tuple(product_of(row, tuple(variants[name])) for name, row in first.items())


def read_variant(row: Row, shop: Shop) -> Variant:
    """The variant that a catalogue's row tells of. Raises ValueError with what is wrong."""
    for name in ("product", "sku"):
        if not IDENTIFIER.match(row[name]):
            raise ValueError(f"{name}: {row[name]!r} must be {ID_RULE}")
    price = _amount(row["price"], "price")
    stock = _whole(row["stock"], "stock")
    return Variant(row["sku"], row["colour"], row["size"], Money(price, shop.currency), stock)


def check_product(row: Row, shop: Shop) -> None:
    """Raises ValueError with what is wrong with the first row of a product."""
    if not (row["name_en"] or row["name_zh"]):
        raise ValueError("name_en or name_zh is needed on a product's first row")
    if row["category"] not in shop.categories:
        known = ", ".join(shop.categories)
        raise ValueError(f"category: {row['category']!r} is not in shop.yaml ({known})")
    if row["url"] and not row["url"].startswith(("https://", "http://")):
        raise ValueError(f"url: {row['url']!r} must start with https://")


def product_of(row: Row, variants: tuple[Variant, ...]) -> Product:
    """The product whose first row this is."""
    return Product(
        id=row["product"],
        names=_by_language(row, "name"),
        brand=row["brand"],
        category=row["category"],
        variants=variants,
        attributes={
            code: split_pairs(text) for code, text in _by_language(row, "attributes").items()
        },
        descriptions=_by_language(row, "description"),
        url=row["url"],
        tags=split_list(row["tags"]),
        image=row["image"],
    )  # fmt: skip


def _by_language(row: Row, name: str) -> dict[str, str]:
    return {code: row[f"{name}_{code}"] for code in ("en", "zh") if row[f"{name}_{code}"]}


def split_list(text: str) -> tuple[str, ...]:
    """The parts of a cell such as tags."""
    return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())


def split_pairs(text: str) -> dict[str, str]:
    """The names and values of a cell of attributes."""
    pairs = (part.replace("：", ":").partition(":") for part in split_list(text))
    return {name.strip(): value.strip() for name, _, value in pairs}


def amount_of(text: str) -> Decimal | None:
    """An amount of money such as 49.00; None where it is none."""
    try:
        # What is as long, or as large as 1e999999 may be, no page could show.
        amount = Decimal(text[: LONGEST_NUMBER + 1])
    except InvalidOperation:
        return None
    fits = amount.is_finite() and 0 <= amount < MOST_AMOUNT and len(text) <= LONGEST_NUMBER
    return amount if fits else None


def whole_of(text: str) -> int | None:
    """A whole number from 0 to 999,999,999; None where it is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_WHOLE else None


def _amount(text: str, name: str) -> Decimal:
    amount = amount_of(text)
    if amount is None:
        raise ValueError(f"{name}: {text!r} is not an amount such as 49.00")
    return amount


def _whole(text: str, name: str) -> int:
    number = whole_of(text)
    if number is None:
        raise ValueError(f"{name}: {text!r} is not a whole number of 0 or more")
    return number


def _time(text: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not a time such as 2026-11-02T09:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not a date such as 2026-11-02") from None


def _one_of(text: str, known: tuple[str, ...], name: str) -> str:
    if text not in known:
        raise ValueError(f"{name}: {text!r} is none of {', '.join(known)}")
    return text


def read_reviews(path: Path, products: frozenset[str], problems: Problems) -> tuple[Review, ...]:
    """Buyers' reviews; each of a product that exists, rated 1 to 5."""
    return tuple(_each(path, REVIEW_COLUMNS, problems, lambda row: read_review(row, products)))


def read_review(row: Row, products: frozenset[str]) -> Review:
    """The review that a row tells of. Raises ValueError with what is wrong."""
    rating = _whole(row["rating"], "rating")
    if not 1 <= rating <= 5:
        raise ValueError(f"rating: {rating} is not between 1 and 5")
    product = _known(row["product"], products)
    return Review(row["id"], product, rating, row["title"], row["text"], row["language"],
                  row["author"], _day(row["date"], "date"))  # fmt: skip


def _known(product: str, products: frozenset[str]) -> str:
    if product not in products:
        raise ValueError(f"product: {product!r} is not in the catalogue")
    return product


def read_orders(path: Path, problems: Problems) -> tuple[Order, ...]:
    """Orders of an orders file; items as "SKU x 2; SKU x 1"."""
    return tuple(_each(path, ORDER_COLUMNS, problems, read_order))


def read_order(row: Row) -> Order:
    """The order that a row tells of. Raises ValueError with what is wrong."""
    expected = _day(row["expected_on"], "expected_on") if row["expected_on"] else None
    return Order(row["number"], row["email"], row["phone"], _time(row["placed_at"],
                 "placed_at"), _one_of(row["status"], STATUSES, "status"),
                 tuple(_line(item) for item in split_list(row["items"])), row["carrier"],
                 row["tracking"], expected)  # fmt: skip


def _line(text: str) -> OrderLine:
    sku, _, quantity = text.rpartition(" x ")
    return OrderLine(sku.strip(), _whole(quantity.strip(), "items")) if sku else OrderLine(text, 1)


def read_events(path: Path, products: frozenset[str], problems: Problems) -> tuple[Event, ...]:
    """Shoppers' events under their GA4 names."""

    def read(row: Row) -> Event:
        return Event(row["shopper"], _time(row["time"], "time"),
                     _one_of(row["event"], EVENT_NAMES, "event"),
                     _known(row["product"], products),
                     _whole(row["quantity"] or "1", "quantity"))  # fmt: skip

    return tuple(_each(path, EVENT_COLUMNS, problems, read))
