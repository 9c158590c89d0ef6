"""Products in the console: found, edited, sold out and back; nothing else of the file changes."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from engine.types import Product
from knowledge_base.console import product_form as forms
from knowledge_base.console.product_saving import ProductSaving
from knowledge_base.console.shop_files import ShopFiles
from knowledge_base.importers.catalogue_text import records
from knowledge_base.importers.product_text import product_version
from knowledge_base.store import DEMO_SHOP
from tests.knowledge_base.console.conftest import ClientOf, Console, csrf_of, post

LAMP = "nordic-desk-lamp"


def rows_of_others(console: Console, product: str) -> list[bytes]:
    text = (console.folder / "catalogue.csv").read_bytes().decode()
    return [text[r.start : r.end].encode() for r in records(text) if r.cells[0] != product]


def fields_of(html: str) -> list[tuple[str, str]]:
    """What the form of a product's page would send."""
    form = html[html.index('id="product"') :].partition("</form>")[0]
    found: list[tuple[str, str]] = []
    for tag in re.finditer(r"<(input|textarea|select)\b([^>]*)>", form):
        kind, given = tag.groups()
        name = re.search(r'\bname="([^"]+)"', given)
        if name is None or 'type="checkbox"' in given:
            continue
        value = re.search(r'\bvalue="([^"]*)"', given)
        text = value.group(1) if value else ""
        if kind == "textarea":
            text = form[tag.end() :].partition("</textarea>")[0]
        if kind == "select":
            inside = form[tag.end() :].partition("</select>")[0]
            chosen = re.search(r'value="([^"]*)" selected', inside)
            text = chosen.group(1) if chosen else ""
        found.append((name.group(1), unescape(text)))
    return found


async def sent(
    client: httpx.AsyncClient, fields: list[tuple[str, str]], **changed: str
) -> httpx.Response:
    """The form with some fields otherwise."""
    names = {name.replace("_", ":"): value for name, value in changed.items()}
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(names.get(name, value))
    return await client.post("/products", data=data)


def product_of(console: Console, name: str = LAMP) -> Product:
    """As a fresh reader sees it."""
    return ShopFiles(console.folder).catalogue().by_id[name]


async def test_a_form_saved_as_it_came_changes_nothing(console: Console, client: ClientOf) -> None:
    editor = await client("editor")
    before = (console.folder / "catalogue.csv").read_bytes()
    page = await editor.get(f"/products/{LAMP}")
    answer = await sent(editor, fields_of(page.text))
    assert answer.headers["location"] == f"/products/{LAMP}?done=nothing-changed"
    assert (console.folder / "catalogue.csv").read_bytes() == before


async def test_a_saved_product_changes_its_own_rows_and_no_other_byte(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    others = rows_of_others(console, LAMP)
    fields = fields_of((await editor.get(f"/products/{LAMP}")).text)
    answer = await sent(editor, fields, name_en='Lamp, "new"', description_zh="一行\n两行",
                        attributes_en="material: ash\nheight: 50 cm")  # fmt: skip
    assert answer.headers["location"] == f"/products/{LAMP}?done=product-saved"
    assert rows_of_others(console, LAMP) == others
    saved = product_of(console)
    assert saved.names["en"] == 'Lamp, "new"'
    assert saved.descriptions["zh"] == "一行\n两行"
    assert saved.attributes["en"] == {"material": "ash", "height": "50 cm"}
    assert [c.by for c in console.house.working_copy.history.changes("catalogue.csv")][-1] == (
        "editor"
    )


async def test_the_catalogue_is_not_read_anew_after_a_save(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    fields = fields_of((await editor.get(f"/products/{LAMP}")).text)
    before = console.house.files.catalogue()
    await sent(editor, fields, brand="Another")
    after = console.house.files.catalogue()
    kept = {id(row) for row in before.rows} & {id(row) for row in after.rows}
    assert len(kept) == len(before.rows) - 1
    assert after == ShopFiles(console.folder).catalogue()


async def test_the_second_of_two_editors_is_told_and_nothing_typed_is_lost(
    console: Console, client: ClientOf
) -> None:
    ann, bob = await client("editor"), await client("admin")
    hers = fields_of((await ann.get(f"/products/{LAMP}")).text)
    his = fields_of((await bob.get(f"/products/{LAMP}")).text)
    await sent(ann, hers, brand="Hers")
    told = await sent(bob, his, brand="His")
    assert told.status_code == 409
    assert "editor has saved this product meanwhile" in told.text
    assert 'value="His"' in told.text and "brand: Hers" in told.text
    assert product_of(console).brand == "Hers"
    assert (await sent(bob, fields_of(told.text))).status_code == 303
    assert product_of(console).brand == "His"


async def test_saves_of_different_products_at_once_all_count(
    console: Console, client: ClientOf
) -> None:
    catalogue = console.house.files.catalogue()
    products = [row.product for row in catalogue.rows]

    def save(product: Product, brand: str) -> bool:
        return ProductSaving(console.house, "ann").save(
            replace(product, brand=brand), version=product_version(product), why=""
        )

    done = await asyncio.gather(
        *(asyncio.to_thread(save, one, f"b{n}") for n, one in enumerate(products))
    )
    assert all(done)
    assert [p.brand for p in ShopFiles(console.folder).catalogue().by_id.values()] == [
        f"b{n}" for n in range(len(products))
    ]


async def test_a_new_product_comes_to_the_end_and_a_deleted_one_goes(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    before = (console.folder / "catalogue.csv").read_bytes()
    fields = fields_of((await editor.get("/products/new")).text)
    new = {"id": "oak-tray", "name:en": "Oak tray", "category": "kitchen"}
    data = {**dict(fields), **new, "sku": "OT-1", "price": "19.50", "stock": "4"}
    answer = await editor.post("/products", data=data)
    assert answer.headers["location"] == "/products/oak-tray?done=product-new"
    assert (console.folder / "catalogue.csv").read_bytes().startswith(before)
    again = await editor.post("/products", data=data)
    assert again.status_code == 400 and "Another product has this id." in again.text
    version = product_version(product_of(console, "oak-tray"))
    gone = await post(editor, "/products/oak-tray/delete", version=version)
    assert gone.status_code == 303
    assert (console.folder / "catalogue.csv").read_bytes() == before


async def test_variants_are_added_and_removed(console: Console, client: ClientOf) -> None:
    editor = await client("editor")
    html = (await editor.get(f"/products/{LAMP}")).text
    data: dict[str, list[str]] = {}
    for name, value in fields_of(html):
        data.setdefault(name, []).append(value)
    spare = data["sku"].index("")
    for name, value in zip(forms.VARIANT_FIELDS, ("NEW-1", "green", "", "51", "2"), strict=True):
        data[name][spare] = value
    first = product_of(console).variants[0].sku
    answer = await editor.post("/products", data={**data, "gone": [first]})
    assert answer.status_code == 303
    skus = [one.sku for one in product_of(console).variants]
    assert first not in skus and skus[-1] == "NEW-1"


async def test_what_cannot_be_is_told_at_its_field(console: Console, client: ClientOf) -> None:
    editor = await client("editor")
    fields = fields_of((await editor.get(f"/products/{LAMP}")).text)
    before = (console.folder / "catalogue.csv").read_bytes()
    answer = await sent(editor, fields, price="9,50", url="ftp://x", name_en="", name_zh="",
                        attributes_en="a: 1; b: 2")  # fmt: skip
    assert answer.status_code == 400
    for told in ("A price is an amount such as 49.00.", "A link begins with https://.",
                 "Write the name in at least one language."):  # fmt: skip
        assert told in unescape(answer.text)
    assert (console.folder / "catalogue.csv").read_bytes() == before


async def test_one_click_sells_out_and_another_brings_the_numbers_back(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    before = [one.stock for one in product_of(console).variants]
    csrf = csrf_of((await editor.get("/products")).text)
    await editor.post(f"/products/{LAMP}/stock", data={"csrf": csrf, "to": "out"})
    assert not product_of(console).in_stock
    assert LAMP in (await editor.get("/products?state=sold-out")).text
    await editor.post(f"/products/{LAMP}/stock", data={"csrf": csrf, "to": "out"})
    row = await editor.post(f"/products/{LAMP}/stock", data={"csrf": csrf, "to": "in"},
                            headers={"hx-request": "true"})  # fmt: skip
    assert [one.stock for one in product_of(console).variants] == before
    assert f"{sum(before)} in stock" in row.text
    await editor.post(f"/products/{LAMP}/stock", data={"csrf": csrf, "to": "in", "amount": "7"})
    assert {one.stock for one in product_of(console).variants} == {7}
    wrong = await editor.post(f"/products/{LAMP}/stock", data={"csrf": csrf, "to": "in",
                                                                "amount": "-1"})  # fmt: skip
    assert wrong.status_code == 400


async def test_a_row_that_cannot_be_read_is_told_by_line_and_reason_and_mended(
    console: Console, client: ClientOf
) -> None:
    editor = await client("editor")
    path = console.folder / "catalogue.csv"
    text = path.read_text("utf-8")
    line = text.splitlines()[2]
    path.write_text(text.replace(line, line.replace("49.00", "cheap")), "utf-8")
    listed = unescape((await editor.get("/products?state=broken-rows")).text)
    assert "Line 3" in listed and "'cheap' is not an amount" in listed
    page = await editor.get("/products/row/3")
    version = re.search(r'name="version" value="([^"]+)"', page.text)
    assert version and "cheap" in page.text
    form = {"csrf": csrf_of(page.text), "version": version.group(1)}
    worse = await editor.post("/products/row/3", data={**form, "row": "a,b"})
    assert worse.status_code == 400
    done = await editor.post("/products/row/3", data={**form, "row": line})
    assert done.status_code == 303
    assert path.read_text("utf-8") == text


async def test_a_viewer_sees_products_and_changes_none(console: Console, client: ClientOf) -> None:
    viewer = await client("viewer")
    page = await viewer.get(f"/products/{LAMP}")
    assert page.status_code == 200 and "disabled" in page.text
    csrf = csrf_of(page.text)
    for path in ("/products", f"/products/{LAMP}/delete", f"/products/{LAMP}/stock"):
        assert (await viewer.post(path, data={"csrf": csrf})).status_code == 403


async def test_words_find_products_by_name_number_and_tag(
    console: Console, client: ClientOf
) -> None:
    viewer = await client("viewer")
    sku = product_of(console).variants[0].sku
    for words in ("nordic lamp", "北欧台灯", sku.lower()):
        found = await viewer.get("/products", params={"q": words}, headers={"hx-request": "true"})
        assert f"/products/{LAMP}" in found.text and "<html" not in found.text
    nothing = await viewer.get("/products", params={"q": "zebra"})
    assert "Nothing fits." in nothing.text


TYPED = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.dictionaries(st.sampled_from(["name:en", "name:zh", "brand", "tags", "attributes:en",
                                        "description:zh", "colour", "size", "url", "image"]),
                       TYPED))  # fmt: skip
def test_whatever_is_typed_is_kept_or_told(typed: dict[str, str]) -> None:
    plain = {"id": "a", "name:en": "A", "category": "kitchen", "sku": "A-1", "colour": "",
             "size": "", "price": "1", "stock": "1"}  # fmt: skip
    shop = ShopFiles(DEMO_SHOP).shop()
    form = forms.typed_product(FormData({**plain, **typed}))
    made, faults = forms.checked_product(form, shop, {})
    assert (made is None) == bool(faults)
    if made:
        again = forms.checked_product(forms.form_of_product(made), shop, {})
        assert again == (made, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [("price", "1e999999"), ("price", "0." + "0" * 50), ("stock", "9" * 5000), ("stock", "9" * 20)],
)
async def test_a_number_that_no_page_could_show_is_told(
    console: Console, client: ClientOf, field: str, value: str
) -> None:
    editor = await client("editor")
    before = (console.folder / "catalogue.csv").read_bytes()
    fields = fields_of((await editor.get(f"/products/{LAMP}")).text)
    fields[[name for name, _ in fields].index(field)] = (field, value)
    assert (await sent(editor, fields)).status_code == 400
    assert (console.folder / "catalogue.csv").read_bytes() == before
