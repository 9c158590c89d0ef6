"""Product files of each layout come in whole, bad rows are refused, nothing else is touched."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.types import Product
from knowledge_base.importers.values import Imported
from knowledge_base.store import Knowledge, load
from tests.knowledge_base.importers import samples
from tests.knowledge_base.importers.conftest import Import


def counts(imported: Imported) -> tuple[int, int, int]:
    return imported.added, imported.changed, imported.same


def refused(imported: Imported) -> dict[int, str]:
    return {one.line: one.reason for one in imported.refused}


def product(known: Knowledge, name: str) -> Product:
    return next(one for one in known.products if one.id == name)


def cells(one: Product) -> list[tuple[str, str, str, Decimal, int]]:
    return [(v.sku, v.colour, v.size, v.price.amount, v.stock) for v in one.variants]


def test_our_own_table_comes_in_and_a_second_time_is_the_same(bring_in: Import) -> None:
    imported, known = bring_in(samples.OWN_PRODUCTS)
    assert (imported.kind, counts(imported), imported.refused) == ("products", (1, 0, 0), ())
    stool = product(known, "oak-stool")
    assert stool.names == {"en": "Oak stool", "zh": "橡木凳"}
    assert stool.attributes["en"] == {"material": "oak", "height": "45 cm"}
    assert cells(stool)[1] == ("OAK-2", "black", "", Decimal("62.00"), 0)
    again, _ = bring_in(samples.OWN_PRODUCTS)
    assert (counts(again), again.files) == ((0, 0, 1), {})


def test_what_a_file_does_not_have_stays(bring_in: Import) -> None:
    bring_in(samples.OWN_PRODUCTS)
    imported, known = bring_in("product,sku,price,stock\noak-stool,OAK-2,60,9\n")
    assert counts(imported) == (0, 1, 0)
    stool = product(known, "oak-stool")
    assert stool.names["zh"] == "橡木凳"
    assert cells(stool)[0][0] == "OAK-1"
    assert cells(stool)[1][3:] == (Decimal(60), 9)
    assert product(known, "example-mug")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("oak-stool,OAK-9,cheap,1", "price: 'cheap'"),
        ("oak-stool,OAK-9,1.00,-1", "stock: '-1'"),
        ("oak stool,OAK-9,1.00,1", "product: 'oak stool'"),
        ("oak-stool,EX-MUG-1,1.00,1", "is one of the product 'example-mug'"),
        ("new-stool,OAK-9,1.00,1", "name_en or name_zh is needed"),
        ("oak-stool,OAK-1,1.00", "not as many cells"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_reason(bring_in: Import, row: str, reason: str) -> None:
    bring_in(samples.OWN_PRODUCTS)
    imported, known = bring_in(f"product,sku,price,stock\n{row}\noak-stool,OAK-2,61.00,2\n")
    assert list(refused(imported)) == [2]
    assert reason in refused(imported)[2]
    assert cells(product(known, "oak-stool"))[1][3] == 61


def test_a_sku_twice_in_a_file_is_refused(bring_in: Import) -> None:
    imported, _ = bring_in(samples.OWN_PRODUCTS.replace("OAK-2", "OAK-1"))
    assert "stands in an earlier row" in refused(imported)[3]


def test_shopifys_variants_become_one_product(bring_in: Import) -> None:
    imported, known = bring_in(samples.SHOPIFY)
    assert counts(imported) == (2, 0, 0)
    shirt = product(known, "linen-shirt")
    assert shirt.descriptions == {"en": "Cool & light.\nWash at 30"}
    assert (shirt.brand, shirt.category) == ("Fen", "Shirts")
    assert (shirt.tags, shirt.image) == (("linen", "summer"), "https://cdn.example/linen.jpg")
    assert shirt.attributes["en"] == {"weave": "plain"}
    assert cells(shirt) == [
        ("LIN-B-M", "Blue", "M", Decimal("49.00"), 7),
        ("LIN-B-L", "Blue", "L", Decimal("49.00"), 0),
        ("linen-shirt-White-M", "White", "M", Decimal("45.00"), 1),
    ]
    # What is not counted is on sale; what is archived, or has no price, is refused.
    assert cells(product(known, "gift-card"))[0][4] == 1
    assert "Status is archived" in refused(imported)[7]
    assert "cheap" in refused(imported)[8]


def test_shopifys_newer_layout_comes_in_too(bring_in: Import) -> None:
    imported, known = bring_in(samples.SHOPIFY_NEWER)
    assert counts(imported) == (1, 0, 0)
    basket = product(known, "reed-basket")
    assert (basket.category, basket.descriptions["en"]) == ("Baskets", "Woven by hand.")
    assert cells(basket) == [("REED-1", "", "", Decimal("18.50"), 5)]


def test_a_feed_without_chinese_keeps_the_chinese_there_is(bring_in: Import) -> None:
    bring_in(samples.OWN_PRODUCTS)
    text = samples.SHOPIFY_NEWER.replace("reed-basket", "oak-stool").replace("REED-1", "OAK-1")
    imported, known = bring_in(text)
    assert counts(imported) == (0, 1, 0)
    stool = product(known, "oak-stool")
    assert stool.names == {"en": "Reed basket", "zh": "橡木凳"}
    assert stool.attributes["en"] == {"material": "oak", "height": "45 cm"}
    assert stool.url == "https://shop.example/p/oak-stool"


def test_a_long_handle_gets_a_short_id_that_stays(bring_in: Import) -> None:
    long = "a-very-long-handle-as-shopify-makes-them-from-a-title"
    first, known = bring_in(samples.SHOPIFY_NEWER.replace("reed-basket", long))
    again, _ = bring_in(samples.SHOPIFY_NEWER.replace("reed-basket", long))
    other, _ = bring_in(
        samples.SHOPIFY_NEWER.replace("reed-basket", long + "s").replace("REED-1", "REED-2")
    )
    (name,) = (one.id for one in known.products if one.id.startswith("a-very-long"))
    assert len(name) == 40
    assert (counts(first), counts(again), counts(other)) == ((1, 0, 0), (0, 0, 1), (1, 0, 0))


def test_woocommerces_variations_find_their_parents(bring_in: Import) -> None:
    imported, known = bring_in(samples.WOOCOMMERCE)
    assert counts(imported) == (2, 0, 0)
    hoodie = product(known, "HOOD")
    assert hoodie.descriptions["en"] == "Warm.\nBrushed cotton."
    assert (hoodie.category, hoodie.attributes["en"]) == ("Hoodies", {"Fit": "loose"})
    assert cells(hoodie) == [
        ("HOOD-R", "Red", "loose", Decimal("39.90"), 3),
        ("woo-12", "Green", "loose", Decimal("35.00"), 1),
    ]
    # A sale that is over counts no more; out of stock is none.
    assert cells(product(known, "CAP")) == [("CAP", "", "", Decimal("12.00"), 0)]
    assert {line: reason[:20] for line, reason in refused(imported).items()} == {
        6: "not on sale: it is n", 7: "Parent: 'NOBODY' is ", 8: "a variable product w",
    }  # fmt: skip


def test_a_merchant_feed_in_xml_comes_in(bring_in: Import) -> None:
    imported, known = bring_in(samples.MERCHANT_XML, "feed.xml")
    assert counts(imported) == (1, 0, 0)
    mug = product(known, "mug")
    assert (mug.url, mug.category) == ("https://shop.example/mug", "Mugs")
    assert mug.attributes["en"] == {"Glaze": "matt"}
    assert cells(mug) == [
        ("MUG-R", "red", "", Decimal("9.50"), 1),
        ("MUG-B", "blue", "", Decimal("12.00"), 0),
    ]
    before_jug = samples.MERCHANT_XML.partition("<g:id>JUG")[0]
    assert list(refused(imported)) == [before_jug.count("\n")]
    assert "USD is not the shop's (EUR)" in imported.refused[0].reason


def test_a_merchant_feed_as_a_table_comes_in_and_keeps_a_counted_stock(bring_in: Import) -> None:
    bring_in("product,sku,name_en,category,price,stock\nmug,MUG-R,Mug,everything,12.00,8\n")
    imported, known = bring_in(samples.MERCHANT_TSV, "feed.tsv")
    assert cells(product(known, "mug")) == [("MUG-R", "red", "", Decimal("12.00"), 8)]
    assert "'soon' is none of" in refused(imported)[3]


def test_variants_that_look_alike_are_told_apart_by_their_other_options(bring_in: Import) -> None:
    text = samples.SHOPIFY.replace(",Blue,,L,", ",Blue,,M,").replace("Option2 Name", "Option3 Name")
    text = text.replace("Option2 Value", "Option3 Value").replace(",Size,M,", ",Cut,slim,")
    _, known = bring_in(text.replace(",Blue,,M,", ",Blue,,wide,"))
    assert [v.size for v in product(known, "linen-shirt").variants] == ["slim", "wide", "M"]


def test_new_categories_go_into_shop_yaml_with_its_comments(bring_in: Import, folder: Path) -> None:
    before = (folder / "shop.yaml").read_text("utf-8")
    imported, known = bring_in(samples.SHOPIFY)
    assert sorted(imported.files) == ["catalogue.csv", "shop.yaml"]
    assert imported.notes == ("new categories: Shirts, other",)
    after = (folder / "shop.yaml").read_text("utf-8")
    assert {*before.split("\n")} < {*after.split("\n")}
    assert known.shop.categories["Shirts"] == {"en": "Shirts"}
    assert known.shop.categories["other"] == {"en": "Other", "zh": "其他"}
    assert "Hats" not in known.shop.categories  # Only of what was refused.


def test_a_preview_writes_nothing(folder: Path) -> None:
    from knowledge_base.importers.importing import import_file

    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    import_file(samples.SHOPIFY.encode(), "products.csv", load(folder))
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
