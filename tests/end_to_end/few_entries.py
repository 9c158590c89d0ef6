"""The demo shop with few of its entries and goods: a running one is ready much sooner."""

from __future__ import annotations

from pathlib import Path

from knowledge_base.store import DEMO_SHOP, copy_shop

KEPT = ("shipping-cost", "shipping-time", "returns-window", "returns-how", "shop-contact",
        "payment-methods", "gift-wrap", "order-cancel")  # fmt: skip
GOODS = 30
"""Rows of the catalogue: variants."""
SETTINGS = {"GENERATOR_URL": "http://127.0.0.1:9", "SHOPDESK_RERANKER": "off"}
"""No model is loaded, and no second look read: the operator's own words are told."""


def few_entries(home: Path) -> Path:
    """The shop in a home that is about to be started."""
    copy_shop(DEMO_SHOP, home / "shop")
    for entry in (home / "shop" / "faq").glob("*.md"):
        if entry.stem not in KEPT:
            entry.unlink()
    catalogue = home / "shop" / "catalogue.csv"
    rows = catalogue.read_text("utf-8").splitlines(keepends=True)
    catalogue.write_text("".join(rows[: GOODS + 1]), "utf-8")
    for name in ("events.csv", "orders.csv", "reviews.csv"):
        (home / "shop" / name).unlink()
    return home
