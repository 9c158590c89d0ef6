"""WooCommerce's product export: simple products, and variable ones with their variations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from knowledge_base.importers.texts import language_of, pairs, plain_text, short_id, tags_of
from knowledge_base.importers.texts import price_of as read_price
from knowledge_base.importers.values import Row, Told
from knowledge_base.importers.variants import COLOURS, SIZES, put_options

ATTRIBUTE = re.compile(r"attribute (\d+) name")
BY_ID = "id:"
BACKORDERS = ("1", "notify", "yes")
IN_STOCK = ("1", "backorder", "yes", "true")
Lines = list[tuple[int, Row]]


def woocommerce_products(told: Iterable[Told], today: date) -> Iterator[Told]:
    """Rows of our columns from rows of WooCommerce's; sale prices where they hold today."""
    goods: dict[str, Row] = {}
    lines: dict[str, int] = {}
    keys: dict[str, str] = {}
    variations: dict[str, Lines] = {}
    for line, row in told:
        if isinstance(row, str):
            yield line, row
        elif reason := _unsold(row):
            yield line, reason
        elif "variation" in _types(row):
            variations.setdefault(row.get("parent", ""), []).append((line, row))
        else:
            key = _key(row)
            goods[key], lines[key] = row, line
            keys |= {name: key for name in (row.get("sku"), BY_ID + row.get("id", "")) if name}
    own: dict[str, Lines] = {key: [] for key in goods}
    for parent, rows in variations.items():
        if parent in keys:
            own[keys[parent]] += rows
            continue
        for line, _ in rows:
            yield line, f"Parent: {parent!r} is not in this file, or is not on sale"
    for key, row in goods.items():
        variable = "variable" in _types(row)
        yield from _product(key, lines[key], row, own[key] if variable else [(lines[key], row)],
                            today)  # fmt: skip


def _types(row: Row) -> list[str]:
    return [part.strip() for part in row.get("type", "").casefold().split(",")]


def _key(row: Row) -> str:
    return row.get("sku") or f"woo-{row.get('id', '')}"


def _unsold(row: Row) -> str:
    if not (row.get("sku") or row.get("id")):
        return "neither SKU nor ID"
    if row.get("published", "1") not in ("1", "true"):
        return "not on sale: it is not published"
    if row.get("visibility in catalog", "").casefold() == "hidden":
        return "not on sale: it is hidden in the catalogue"
    if "grouped" in _types(row):
        return "a group of other products; they go in by themselves"
    return ""


def _product(key: str, line: int, head: Row, rows: Lines, today: date) -> Iterator[Told]:
    if not rows:
        yield line, "a variable product without a variation in this file"
        return
    shared = {"product": short_id(key)} | _shared(head)
    found: list[tuple[int, Row, dict[str, str]]] = []
    for line, row in rows:
        try:
            found.append((line, shared | _variant(row, head, today), _options(row)))
        except ValueError as error:
            yield line, str(error)
    put_options([row for _, row, _ in found], [options for _, _, options in found])
    yield from ((line, row) for line, row, _ in found)


def _attributes(row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, name in row.items():
        if name and (numbered := ATTRIBUTE.fullmatch(column)):
            found[name] = row.get(f"attribute {numbered[1]} value(s)", "").replace("\\,", "，")
    return found


def _options(row: Row) -> dict[str, str]:
    """What tells this variant apart; of a simple product only its one colour and size."""
    found = _attributes(row)
    if "variation" in _types(row):
        return found
    known = COLOURS + SIZES
    return {n: v for n, v in found.items() if n.strip().casefold() in known and "," not in v}


def _shared(head: Row) -> Row:
    texts = (head.get("short description", ""), head.get("description", ""))
    # Woo writes a line break within a cell as a backslash and an n.
    text = "\n".join(filter(None, (plain_text(one.replace("\\n", "\n")) for one in texts)))
    code = language_of(f"{head.get('name', '')} {text}")
    told = {name for name in _attributes(head) if name.strip().casefold() in COLOURS + SIZES}
    attributes = {n: v for n, v in _attributes(head).items() if n not in told}
    image = re.split(r",\s*", head.get("images", ""))[0]
    path = re.split(r"(?<!\\),", head.get("categories", ""))[0].replace("\\,", ",")
    return {
        f"name_{code}": head.get("name", ""),
        f"description_{code}": text,
        f"attributes_{code}": pairs(attributes),
        "brand": head.get("brands", ""),
        "category": path,
        "tags": tags_of(head.get("tags", "")),
        "url": head.get("external url", "") if "external" in _types(head) else "",
        "image": image if image.startswith(("https://", "http://")) else "",
    }


def _variant(row: Row, head: Row, today: date) -> Row:
    sale, price = row.get("sale price", ""), row.get("regular price", "")
    if sale and _holds(row, today):
        price = sale
    found = {"sku": short_id(_key(row)), "price": read_price(price)}
    stock = row.get("stock", "")
    if stock.casefold() == "parent":
        stock = head.get("stock", "")
    count = re.sub(r"\.0+$", "", stock)
    if count.isdecimal() and count.isascii() and int(count) > 0:
        return found | {"stock": count}
    on = row.get("in stock?", "").casefold() in IN_STOCK and not count
    on = on or row.get("backorders allowed?", "").casefold() in BACKORDERS
    return found | {"available": "true" if on else "false"}


def _holds(row: Row, today: date) -> bool:
    try:
        start = date.fromisoformat((row.get("date sale price starts") or "0001-01-01")[:10])
        end = date.fromisoformat((row.get("date sale price ends") or "9999-12-31")[:10])
    except ValueError:
        return False
    return start <= today <= end
