"""Orders and reviews of an import, merged by their key with what the shop's tables hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.types import Shop
from knowledge_base.importers.texts import language_of
from knowledge_base.importers.values import Imported, Refused, Row, Told
from knowledge_base.importers.writing import format_rows, stored_rows
from knowledge_base.tables import (
    ORDER_COLUMNS,
    REVIEW_COLUMNS,
    STATUSES,
    read_order,
    read_review,
)

ORDERS, REVIEWS = "orders.csv", "reviews.csv"
FURTHER = ("delivered", "returned")
"""States that a foreign export cannot tell, so that it does not take them back."""
REVIEW_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class _Kind:
    """A table of ours: its file, its key, and what is wrong with a row."""

    name: str
    file: str
    columns: tuple[str, ...]
    key: str
    check: Callable[[Row], object]


def merge_orders(
    told: Iterable[Told], folder: Path, shop: Shop, *, exact: bool = False
) -> Imported:
    """What order rows change in orders.csv, by order number; see `merge_products`."""
    kind = _Kind("orders", ORDERS, ORDER_COLUMNS, "number", _checked_order)

    def put(before: Row, row: Row) -> Row:
        if row.get("currency", shop.currency) not in (shop.currency, ""):
            raise ValueError(f"currency: {row['currency']} is not the shop's ({shop.currency})")
        merged = before | _carried(kind, row, exact)
        if not exact and before["status"] in FURTHER and _earlier(row, before):
            merged["status"] = before["status"]
        return merged

    return _merge(kind, told, folder, put)


def _checked_order(row: Row) -> None:
    if not (row["email"] or row["phone"]):
        raise ValueError("neither email nor phone: nobody could prove that the order is theirs")
    if not read_order(row).lines:
        raise ValueError("items: missing")


def _earlier(row: Row, before: Row) -> bool:
    status = row.get("status", "")
    return status in STATUSES and STATUSES.index(status) < STATUSES.index(before["status"])


def merge_reviews(
    told: Iterable[Told], folder: Path, products: frozenset[str], *, exact: bool = False
) -> Imported:
    """What review rows change in reviews.csv, by id; see `merge_products`.

    A review without an id gets one from its own words, without a language the one it is in.
    """
    kind = _Kind(
        "reviews", REVIEWS, REVIEW_COLUMNS, "id", lambda row: read_review(row, products)
    )  # fmt: skip

    def put(before: Row, row: Row) -> Row:
        merged = before | _carried(kind, row, exact)
        merged["language"] = merged["language"] or language_of(merged["title"] + merged["text"])
        return merged

    return _merge(kind, (_with_id(one) for one in told), folder, put)


def _with_id(told: Told) -> Told:
    line, row = told
    if isinstance(row, str) or row.get("id"):
        return told
    said = "\0".join(row.get(name, "") for name in ("product", "author", "date", "title", "text"))
    return line, {**row, "id": "R" + hashlib.sha256(said.encode()).hexdigest()[:REVIEW_ID_LENGTH]}


def _carried(kind: _Kind, row: Row, exact: bool) -> Row:
    return {name: row[name] for name in kind.columns if name in row and (exact or row[name])}


def _merge(
    kind: _Kind, told: Iterable[Told], folder: Path, put: Callable[[Row, Row], Row]
) -> Imported:
    rows = stored_rows(folder / kind.file, kind.columns)
    places = {row[kind.key]: number for number, row in enumerate(rows)}
    known = len(rows)
    refused: list[Refused] = []
    lines: dict[str, int] = {}
    changed = same = 0
    for line, row in told:
        try:
            if isinstance(row, str):
                raise ValueError(row)
            if not (key := row.get(kind.key, "")):
                raise ValueError(f"{kind.key}: missing")
            if key in lines:
                raise ValueError(f"{kind.key} {key!r} stands in line {lines[key]} too")
            place = places.get(key)
            before = dict.fromkeys(kind.columns, "") if place is None else rows[place]
            merged = put(before, row)
            kind.check(merged)
        except ValueError as error:
            refused.append(Refused(line, str(error)))
            continue
        lines[key] = line
        if place is None:
            rows.append(merged)
        elif merged == before:
            same += 1
        else:
            rows[place] = merged
            changed += 1
    added = len(rows) - known
    files = {kind.file: format_rows(kind.columns, rows)} if added or changed else {}
    refused.sort(key=lambda one: one.line)
    return Imported(kind.name, added, changed, same, tuple(refused), files)
