"""Shopify's order export: a row an item, the further ones without the order's own cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from knowledge_base.importers.texts import short_id
from knowledge_base.importers.values import Row, Told

Lines = list[tuple[int, Row]]


def shopify_orders(told: Iterable[Told]) -> Iterator[Told]:
    """Rows of our order columns. Shopify tells neither of the parcel nor of its arrival."""
    orders: dict[str, Lines] = {}
    refused: dict[str, str] = {}
    latest = ""
    for line, row in told:
        if isinstance(row, str):
            # An order that lacks an item would be told wrongly: it stays out whole.
            refused[latest] = f"a line of the order {latest!r} cannot be read" if latest else ""
            yield line, row
            continue
        latest = row.get("name") or latest
        if latest:
            orders.setdefault(latest, []).append((line, row))
        else:
            yield line, "Name: missing"
    for number, lines in orders.items():
        yield lines[0][0], refused.get(number) or _order(number, lines)


def _order(number: str, lines: Lines) -> Row | str:
    try:
        return _row(number, lines)
    except ValueError as error:
        return str(error)


def _row(number: str, lines: Lines) -> Row:
    head = next((row for _, row in lines if row.get("created at")), lines[0][1])
    items: Counter[str] = Counter()
    for _, row in lines:
        count = row.get("lineitem quantity", "")
        if not (count.isascii() and count.isdecimal()):
            raise ValueError(f"Lineitem quantity: {count!r} is not a whole number")
        if not (sku := row.get("lineitem sku") or row.get("lineitem name", "")):
            raise ValueError("neither Lineitem sku nor Lineitem name")
        items[short_id(sku)] += int(count)
    return {
        "number": number,
        "email": head.get("email", ""),
        "phone": _first(head, "phone", "shipping phone", "billing phone"),
        "name": _first(head, "shipping name", "billing name"),
        "placed_at": _time(head.get("created at", "")),
        "status": _status(head),
        "items": "; ".join(f"{sku} x {count}" for sku, count in items.items()),
        "total": head.get("total", ""),
        "currency": head.get("currency", ""),
    }


def _first(row: Row, *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _time(text: str) -> str:
    # "2026-11-02 09:30:00 +0100"
    try:
        return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-")).isoformat()
    except ValueError:
        raise ValueError(f"Created at: {text!r} is not a time") from None


def _status(head: Row) -> str:
    paid = head.get("financial status", "").casefold()
    if head.get("cancelled at") or paid in ("voided", "expired"):
        return "cancelled"
    if paid == "refunded":
        return "returned"
    sent = head.get("fulfillment status", "").casefold()
    if sent in ("fulfilled", "shipped"):
        return "shipped"
    if sent == "partial":
        return "packed"
    return "paid" if paid in ("paid", "partially_refunded") else "placed"
