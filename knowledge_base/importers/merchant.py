"""Google Merchant Center's product feed: one item a variant, items of a group together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from knowledge_base.importers.texts import language_of, pairs, plain_text, short_id
from knowledge_base.importers.texts import price_of as read_price
from knowledge_base.importers.values import Row, Told
from knowledge_base.importers.variants import put_options

CURRENCY = re.compile(r"[A-Z]{3}")
ON_SALE = {"in_stock": "true", "preorder": "true", "backorder": "true", "out_of_stock": "false"}
OPTIONS = ("color", "size", "material", "pattern")
TOLD = ("material", "pattern", "gender", "age_group", "condition", "energy_efficiency_class")
NEW = "new"


def merchant_names(row: Row) -> Row:
    """The row under the feed's own names: "item group id" and "g:item_group_id" are one."""
    return {name.removeprefix("g:").replace(" ", "_"): value for name, value in row.items()}


def merchant_products(told: Iterable[Told], now: datetime) -> Iterator[Told]:
    """Rows of our columns from items of a feed; sale prices where they hold now."""
    groups: dict[str, list[tuple[int, Row, dict[str, str]]]] = {}
    for line, row in told:
        if isinstance(row, str):
            yield line, row
            continue
        item = merchant_names(row)
        try:
            options = {name: item.get(name, "") for name in OPTIONS}
            found = (line, _row(item, now), options)
        except ValueError as error:
            yield line, str(error)
            continue
        groups.setdefault(found[1]["product"], []).append(found)
    for items in groups.values():
        put_options([row for _, row, _ in items], [options for _, _, options in items])
        yield from ((line, row) for line, row, _ in items)


def _row(item: Row, now: datetime) -> Row:
    if not item.get("id"):
        raise ValueError("id: missing")
    available = ON_SALE.get(item.get("availability", "").casefold().replace(" ", "_"))
    if available is None:
        raise ValueError(f"availability: {item.get('availability', '')!r} is none of "
                         f"{', '.join(ON_SALE)}")  # fmt: skip
    text = plain_text(item.get("description", ""))
    code = language_of(f"{item.get('title', '')} {text}")
    kind = item.get("google_product_category", "")
    return {
        "product": short_id(item.get("item_group_id") or item["id"]),
        "sku": short_id(item["id"]),
        "available": available,
        f"name_{code}": plain_text(item.get("title", "")),
        f"description_{code}": text,
        f"attributes_{code}": pairs(_attributes(item)),
        "brand": item.get("brand", ""),
        # A bare number is Google's, and tells a shopper nothing.
        "category": item.get("product_type") or ("" if kind.isdecimal() else kind),
        "url": item.get("link", ""),
        "image": item.get("image_link", ""),
    } | _price(item, now)


def _price(item: Row, now: datetime) -> Row:
    text = item.get("price", "")
    if item.get("sale_price") and _holds(item.get("sale_price_effective_date", ""), now):
        text = item["sale_price"]
    currency = CURRENCY.search(text)
    if not currency:
        raise ValueError(f"price: {text!r} is not an amount with its currency, such as 49.00 EUR")
    return {"price": read_price(CURRENCY.sub("", text)), "currency": currency.group()}


def _holds(period: str, now: datetime) -> bool:
    if not period:
        return True
    start, _, end = period.partition("/")
    try:
        begins, ends = datetime.fromisoformat(start.strip()), datetime.fromisoformat(end.strip())
    except ValueError:
        return False
    zone = now.tzinfo
    begins = begins if begins.tzinfo else begins.replace(tzinfo=zone)
    ends = ends if ends.tzinfo else ends.replace(tzinfo=zone)
    return begins <= now <= ends


def _attributes(item: Row) -> dict[str, str]:
    found = {name.replace("_", " "): item.get(name, "") for name in TOLD}
    if found["condition"].casefold() == NEW:
        found["condition"] = ""
    for detail in re.split(r"[\n,]", item.get("product_detail", "")):
        # In a table "section:name:value", in a feed "name:value".
        parts = [part.strip() for part in detail.split(":")]
        if len(parts) >= 2:
            found[parts[-2]] = parts[-1]
    return {name: value for name, value in found.items() if value}
