"""Shopify's product export: a row a variant, rows of a handle together, both of its layouts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from knowledge_base.importers.texts import language_of, pairs, plain_text, short_id, tags_of
from knowledge_base.importers.texts import price_of as read_price
from knowledge_base.importers.values import Row, Told
from knowledge_base.importers.variants import COLOURS, SIZES, put_options

NEWER_NAMES = {
    "url handle": "handle", "description": "body (html)", "published on online store": "published",
    "sku": "variant sku", "price": "variant price", "inventory quantity": "variant inventory qty",
    "inventory tracker": "variant inventory tracker", "product image url": "image src",
    "continue selling when out of stock": "variant inventory policy",
}  # fmt: skip
"""Names of the newer layout, and what the older one calls them."""
METAFIELD = re.compile(r"(?P<name>.+?) \(product\.metafields\..+\)")
CONTINUE = ("continue", "true")
NOT_SOLD = ("draft", "archived")
OPTIONS = (1, 2, 3)


def shopify_products(told: Iterable[Told]) -> Iterator[Told]:
    """Rows of our columns from rows of Shopify's; a value it lacks is left out."""
    by_handle: dict[str, list[tuple[int, Row]]] = {}
    for line, row in told:
        if isinstance(row, str):
            yield line, row
        elif not (named := _renamed(row)).get("handle"):
            yield line, "Handle: missing"
        else:
            by_handle.setdefault(named["handle"], []).append((line, named))
    for handle, rows in by_handle.items():
        yield from _product(handle, rows)


def _renamed(row: Row) -> Row:
    return {NEWER_NAMES.get(name, name): value for name, value in row.items()}


def _product(handle: str, rows: list[tuple[int, Row]]) -> Iterator[Told]:
    head = next((row for _, row in rows if row.get("title")), rows[0][1])
    if reason := _unsold(head):
        yield from ((line, reason) for line, row in rows if _is_variant(row))
        return
    shared = _shared(head, [_options(head, row) for _, row in rows])
    found: list[tuple[int, Row, dict[str, str]]] = []
    for line, row in rows:
        if not _is_variant(row):
            continue  # Only another picture.
        try:
            options = _options(head, row)
            variant = _variant(handle, row, options)
            found.append((line, {"product": short_id(handle)} | shared | variant, options))
        except ValueError as error:
            yield line, str(error)
    put_options([row for _, row, _ in found], [options for _, _, options in found])
    yield from ((line, row) for line, row, _ in found)


def _unsold(head: Row) -> str:
    if head.get("status", "").casefold() in NOT_SOLD:
        return f"not on sale: its Status is {head['status']}"
    return "not on sale: it is not published" if head.get("published", "").casefold() == "false" \
        else ""  # fmt: skip


def _is_variant(row: Row) -> bool:
    return any(row.get(name) for name in ("variant price", "variant sku", "option1 value"))


def _options(head: Row, row: Row) -> dict[str, str]:
    options: dict[str, str] = {}
    for number in OPTIONS:
        name, value = head.get(f"option{number} name", ""), row.get(f"option{number} value", "")
        if name and value and (name, value) != ("Title", "Default Title"):
            options[name] = value
    return options


def _shared(head: Row, options: list[dict[str, str]]) -> Row:
    text = plain_text(head.get("body (html)", ""))
    code = language_of(f"{head.get('title', '')} {text}")
    image = head.get("image src", "")
    return {
        f"name_{code}": head.get("title", ""),
        f"description_{code}": text,
        f"attributes_{code}": pairs(_attributes(head, options)),
        "brand": head.get("vendor", ""),
        "category": head.get("type") or head.get("product category", ""),
        "tags": tags_of(head.get("tags", "")),
        "image": image if image.startswith(("https://", "http://")) else "",
    }


def _attributes(head: Row, options: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Metafields, and the options that our columns have no room for, with all their values."""
    found: dict[str, str] = {}
    for column, value in head.items():
        if value and (metafield := METAFIELD.fullmatch(column)):
            found[metafield["name"]] = plain_text(value)
    values: dict[str, dict[str, None]] = {}
    for one in options:
        for name, value in one.items():
            if name.strip().casefold() not in COLOURS + SIZES:
                values.setdefault(name.casefold(), {})[value] = None
    return found | {name: ", ".join(listed) for name, listed in values.items()}


def _variant(handle: str, row: Row, options: Mapping[str, str]) -> Row:
    sku = row.get("variant sku") or "-".join((handle, *options.values()))
    found = {"sku": short_id(sku), "price": read_price(row.get("variant price", ""))}
    quantity = row.get("variant inventory qty", "")
    untracked = row.get("variant inventory tracker") == ""
    if untracked or not quantity or row.get("variant inventory policy", "").casefold() in CONTINUE:
        return found | {"available": "true"}
    return found | {"stock": "0" if quantity.startswith("-") else quantity}
