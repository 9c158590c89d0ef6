"""The two retail data sets come in whole, by the mapping that docs/imports.md shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from knowledge_base.importers.importing import read_bytes
from tests.knowledge_base.importers.conftest import Import
from tests.knowledge_base.importers.test_products import counts

DATA = Path(os.environ.get("SHOPDESK_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "retail_demo_store").is_dir(), reason=f"no data sets in {DATA} (SHOPDESK_DATA)"
)
DEMO = """\
- id: 6579c22f-be2b-444c-a52b-0116dd82df6c
  name: Canvas bag
  category: bags
  style: tote
  description: A bag of canvas.
  price: 29.90
  current_stock: 4
  link: https://pictures.example/1
- id: not an id
  name: Other bag
  category: bags
  style: tote
  price: 1.0
  current_stock: 4
"""
TAU2 = """{"products": {"1": {"name": "Tee", "product_id": "1", "variants": {
"2": {"item_id": "2", "options": {"color": "red", "size": "M", "material": "wool"},
"available": true, "price": 5.5},
"3": {"item_id": "3", "options": {"color": "red", "size": "M", "material": "silk"},
"available": false, "price": 6}}}},
"users": {"u": {"email": "ann@example.com", "name": {"first_name": "Ann", "last_name": "Ash"}}},
"orders": {"#W1": {"order_id": "#W1", "user_id": "u", "items": [{"item_id": "2"}, {"item_id": "2"}],
"status": "processed", "fulfillments": [{"tracking_id": ["T1"], "item_ids": ["2"]}],
"payment_history": [{"transaction_type": "payment", "amount": 11.0}]},
"#W2": {"order_id": "#W2", "user_id": "nobody"}}}"""


def test_a_record_of_the_demo_store_becomes_a_product(bring_in: Import) -> None:
    imported, known = bring_in(DEMO, "products.yaml")
    assert counts(imported) == (1, 0, 0)
    assert [(one.line, one.reason[:20]) for one in imported.refused] == [
        (9, "product: 'not an id'")
    ]
    bag = known.products[1]
    assert (bag.names, bag.tags, bag.category) == ({"en": "Canvas bag"}, ("tote",), "bags")
    assert (bag.variants[0].stock, bag.url) == (4, "")


def test_tau2s_database_becomes_products_and_orders(bring_in: Import) -> None:
    imported, known = bring_in(TAU2, "db.json")
    assert (imported.kind, counts(imported)) == ("products and orders", (2, 0, 0))
    assert [(v.size, v.stock) for v in known.products[1].variants] == [("M / wool", 1),
                                                                      ("M / silk", 0)]  # fmt: skip
    assert known.products[1].attributes["en"] == {"material": "wool, silk"}
    (order,) = known.orders
    assert (order.status, order.lines[0].quantity, order.tracking) == ("packed", 2, "T1")
    assert [one.line for one in imported.refused] == [2]


@needs_data
def test_all_products_of_the_demo_store_come_in(bring_in: Import) -> None:
    data = read_bytes(DATA / "retail_demo_store" / "products.yaml")
    imported, known = bring_in(data, "products.yaml")
    assert (counts(imported), imported.refused) == ((2465, 0, 0), ())
    assert len(known.products) == 2466
    again, _ = bring_in(data, "products.yaml")
    assert counts(again) == (0, 0, 2465)


@needs_data
def test_all_of_tau2_comes_in(bring_in: Import) -> None:
    data = read_bytes(DATA / "tau2_retail" / "db.json")
    imported, known = bring_in(data, "db.json")
    assert (counts(imported), imported.refused) == ((1050, 0, 0), ())
    assert (len(known.products), len(known.orders)) == (51, 1000)
    again, _ = bring_in(data, "db.json")
    assert counts(again) == (0, 0, 1050)
