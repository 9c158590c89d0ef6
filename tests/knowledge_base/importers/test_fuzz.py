"""Whatever the bytes: a file is refused with a mend, or its rows are, and the shop stays whole."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import KnowledgeError
from knowledge_base.importers.exporting import export_file
from knowledge_base.importers.importing import SUFFIXES, import_file, kind_of
from knowledge_base.store import DEMO_SHOP, EMPTY_SHOP, load
from tests.knowledge_base.importers import samples

KNOWN = load(EMPTY_SHOP)
GOOD = {
    "own.csv": samples.OWN_PRODUCTS.encode(),
    "shopify.csv": samples.SHOPIFY.encode(),
    "newer.csv": samples.SHOPIFY_NEWER.encode(),
    "woo.csv": samples.WOOCOMMERCE.encode(),
    "feed.xml": samples.MERCHANT_XML.encode(),
    "feed.tsv": samples.MERCHANT_TSV.encode(),
    "orders.csv": samples.SHOPIFY_ORDERS.encode(),
    "own_orders.csv": samples.OWN_ORDERS.encode(),
    "reviews.csv": samples.REVIEWS.encode(),
    "entries.csv": samples.ENTRIES.encode(),
    "simple.csv": samples.SIMPLE_ENTRIES.encode(),
    "tau2.json": b'{"products": {"1": {"name": "Tee", "product_id": "1", "variants": {"2": '
    b'{"item_id": "2", "options": {"color": "red"}, "available": true, "price": 5.5}}}}, '
    b'"users": {"u": {"email": "a@b.example", "name": {"first_name": "A"}}}, "orders": {"#W1": '
    b'{"order_id": "#W1", "user_id": "u", "items": [{"item_id": "2"}], "status": "pending", '
    b'"fulfillments": [], "payment_history": [{"transaction_type": "payment", "amount": 5.5}]}}}',
    "demo.yaml": b"- id: x\n  name: Bag\n  category: bags\n  current_stock: 1\n  price: 5.0\n",
    "goods.xlsx": export_file("products", KNOWN, "x.xlsx"),
    "goods.jsonl": export_file("products", KNOWN, "x.jsonl"),
    "entries.jsonl": b"\n".join(
        export_file("entries", load(DEMO_SHOP), "x.jsonl").split(b"\n")[:3]
    ),
}
BITS = st.binary(max_size=6) | st.sampled_from(
    [b'"', b"\n", b",", b"\x00", b"\xff", b"'", b"<", b"&", b"{", b"[", b"-", b"9" * 30, b"e", b";",
     b"\\ud800", b"1e999999999", b"NaN", b"null", b"\xe2\x80\xa8", b"99999-99-99", b"*a", b"&a "]
)  # fmt: skip


def comes_to_nothing_worse(data: bytes, name: str) -> bool:
    """Whether any of it is taken; what is refused has a reason, and a mend where it is all."""
    kind_of(data[:65_536], name)
    try:
        imported = import_file(data, name, KNOWN)
    except KnowledgeError as error:
        assert error.mend
        return False
    assert all(one.reason and one.line >= 1 for one in imported.refused)
    with tempfile.TemporaryDirectory() as scratch:
        shop = Path(scratch) / "shop"
        shutil.copytree(EMPTY_SHOP, shop)
        for file, text in imported.files.items():
            (shop / file).write_text(text, "utf-8", newline="\n")
        # What went in is a shop that can be read.
        load(shop)
    return imported.added + imported.changed + imported.same > 0


@pytest.mark.parametrize("name", GOOD)
def test_what_the_others_begin_with_is_taken(name: str) -> None:
    assert comes_to_nothing_worse(GOOD[name], name)


@settings(max_examples=300)
@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_random_bytes(data: bytes, suffix: str) -> None:
    comes_to_nothing_worse(data, f"x{suffix}")


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=80)
@given(st.data())
def test_good_files_with_some_bytes_changed(name: str, data: st.DataObject) -> None:
    good = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good)))
        length = data.draw(st.integers(0, 8))
        good[at : at + length] = data.draw(BITS)
    comes_to_nothing_worse(bytes(good), name)


@settings(max_examples=150)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_good_files_cut_short(name: str, data: st.DataObject) -> None:
    good = GOOD[name]
    comes_to_nothing_worse(good[: data.draw(st.integers(0, len(good)))], name)


@settings(max_examples=80)
@given(st.data())
def test_sheets_of_a_workbook_with_some_bytes_changed(data: st.DataObject) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD["goods.xlsx"])) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            text = bytearray(old.read(member))
            if data.draw(st.booleans()):
                at = data.draw(st.integers(0, len(text)))
                text[at : at + data.draw(st.integers(0, 8))] = data.draw(BITS)
            new.writestr(member, bytes(text))
    comes_to_nothing_worse(out.getvalue(), "goods.xlsx")


@pytest.mark.parametrize("opened", [b"[", b'{"a":', b"- "])
def test_nesting_without_end_comes_to_nothing_worse(opened: bytes) -> None:
    for suffix in (".json", ".jsonl", ".yaml", ".csv"):
        assert not comes_to_nothing_worse(opened * 200_000, f"x{suffix}")
