"""Records of two public retail data sets as ours, by a small table of names for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from knowledge_base.importers.texts import pairs, tags_of
from knowledge_base.importers.values import Row, Told
from knowledge_base.importers.variants import COLOURS, SIZES, put_options


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which of a record's fields become which of our columns, and what it never says."""

    columns: Mapping[str, str]
    always: Mapping[str, str] = field(default_factory=dict)

    def rows(self, told: Iterable[Told]) -> Iterator[Told]:
        """The records in our columns."""
        for line, record in told:
            yield line, record if isinstance(record, str) else self.row(record)

    def row(self, record: Row) -> Row:
        """One record in our columns."""
        found = {ours: record.get(theirs, "") for ours, theirs in self.columns.items()}
        if "tags" in found:
            found["tags"] = tags_of(found["tags"])
        return {**self.always, **found}


RETAIL_DEMO_STORE = FieldMap(
    {"product": "id", "sku": "id", "name_en": "name", "description_en": "description",
     "category": "category", "tags": "style", "price": "price", "stock": "current_stock"},
)  # fmt: skip
TAU2_VARIANT = FieldMap({"sku": "item_id", "price": "price", "available": "available"})
TAU2_ORDER = FieldMap(
    {"number": "order_id", "email": "email", "name": "name", "status": "status",
     "carrier": "", "tracking": "tracking_id", "items": "items", "total": "total"},
    # The data set has no times, and an order needs one.
    {"placed_at": "2024-05-15T00:00:00+00:00", "phone": "", "expected_on": ""},
)  # fmt: skip
TAU2_STATUSES = {"pending": "placed", "processed": "packed"}
TAU2_KEYS = ("products", "users", "orders")


def is_tau2(document: object) -> bool:
    """Whether a JSON document has the shape of tau2's retail database."""
    return isinstance(document, dict) and all(
        isinstance(document.get(key), dict) for key in TAU2_KEYS
    )


def tau2_products(document: Mapping[str, Any]) -> Iterator[Told]:
    """Its products in our columns; lines count its products."""
    for number, product in enumerate(document["products"].values(), 1):
        try:
            rows, options = [], []
            for variant in product["variants"].values():
                row = {key: _scalar(value) for key, value in variant.items()}
                rows.append({"product": str(product["product_id"]),
                             "name_en": str(product["name"])} | TAU2_VARIANT.row(row))  # fmt: skip
                options.append({str(k): str(v) for k, v in variant["options"].items()})
            put_options(rows, options)
            for row in rows:
                row["attributes_en"] = pairs(_others(options))
        except (KeyError, TypeError, AttributeError) as error:
            yield number, f"not a product of tau2's shape ({error})"
            continue
        yield from ((number, row) for row in rows)


def _others(options: Iterable[Mapping[str, str]]) -> dict[str, str]:
    values: dict[str, dict[str, None]] = {}
    for one in options:
        for name, value in one.items():
            if name not in COLOURS + SIZES:
                values.setdefault(name, {})[value] = None
    return {name: ", ".join(listed) for name, listed in values.items()}


def tau2_orders(document: Mapping[str, Any]) -> Iterator[Told]:
    """Its orders in our columns; lines count its orders."""
    for number, order in enumerate(document["orders"].values(), 1):
        try:
            user = document["users"][order["user_id"]]
            items = Counter(str(item["item_id"]) for item in order["items"])
            sent = [code for one in order["fulfillments"] for code in one["tracking_id"]]
            paid = [Decimal(str(one["amount"])) for one in order["payment_history"]
                    if one["transaction_type"] == "payment"]  # fmt: skip
            row = {
                "order_id": str(order["order_id"]),
                "email": str(user["email"]),
                "name": " ".join(str(part) for part in user["name"].values()),
                "status": TAU2_STATUSES.get(order["status"], str(order["status"])),
                "tracking_id": ", ".join(str(code) for code in sent),
                "items": "; ".join(f"{sku} x {count}" for sku, count in items.items()),
                "total": str(sum(paid)),
            }
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            yield number, f"not an order of tau2's shape ({type(error).__name__}: {error})"
            continue
        yield number, TAU2_ORDER.row(row)


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
