"""Products: the list, one product's form, its stock switch, and rows that cannot be read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData

from engine.errors import KnowledgeError
from engine.types import Product
from knowledge_base.console import product_form as forms
from knowledge_base.console.entry_form import Fault
from knowledge_base.console.pages import Editor, Page, Viewer
from knowledge_base.console.product_list import STATES, WantedProducts, listed_products
from knowledge_base.console.product_saving import ProductSaving
from knowledge_base.console.stock import Stocks
from knowledge_base.importers.product_text import product_version
from knowledge_base.working_copy import ChangedMeanwhileError

router = APIRouter()
Text = Annotated[str, Form()]
Number = Annotated[int, Query(ge=1, le=1_000_000)]
MOST_BROKEN = 200


@router.get("/products")
def products(
    page: Viewer, q: str = "", category: str = "", state: str = "", at: Number = 1
) -> Response:
    """The list."""
    catalogue, shop = page.house.files.catalogue(), page.house.files.shop()
    wanted = WantedProducts(q[:200], category, state, at)
    template = "product_rows.html" if page.is_fragment else "products.html"
    found = listed_products(catalogue, wanted)
    return page.show(
        template, found=found, wanted=wanted, states=STATES,
        whole=len(catalogue.rows), broken=catalogue.problems[:MOST_BROKEN],
        count_broken=len(catalogue.problems), categories=shop.categories,
        former=Stocks(page.house).former(*(row.product for row in found.rows if not row.in_stock)),
    )  # fmt: skip


@router.get("/products/new")
def new_product(page: Editor) -> Response:
    """The form of a product to be made."""
    return form_page(page, forms.ProductForm(), version="", new=True)


@router.get("/products/variant")
def variant_row(page: Editor) -> Response:
    """One more line for the table of variants."""
    if not page.is_fragment:
        return page.go("/products/new")
    return page.show("product_variant.html", variant=forms.VariantForm(), number=0)


@router.get("/products/{identifier}")
def product(page: Viewer, identifier: str) -> Response:
    """One product's form."""
    found = find(page, identifier)
    if found is None:
        return page.show("missing.html", 404)
    return form_page(page, forms.form_of_product(found), version=product_version(found))


@router.post("/products")
async def save(request: Request, page: Editor) -> Response:
    """Save a form: a new product, or over the version that was edited."""
    data = await request.form(max_fields=5000)
    # Of a large catalogue it takes a while: not in the event loop.
    return await run_in_threadpool(_saved, page, data)


def _saved(page: Page, data: FormData) -> Response:
    form = forms.typed_product(data)
    version, why = str(data.get("version", "")), str(data.get("why", "")).strip()[:200]
    catalogue = page.house.files.catalogue()
    owners = {v.sku: row.product.id for row in catalogue.rows for v in row.product.variants}
    made, faults = forms.checked_product(form, page.house.files.shop(), owners)
    if made and not version and made.id in catalogue.by_id:
        made, faults = None, [Fault("id", "Another product has this id.")]
    given: dict[str, Any] = {"version": version, "new": not version, "why": why}
    if made is None:
        return form_page(page, form, faults=faults, status=400, **given)
    try:
        done = ProductSaving(page.house, page.who).save(made, version=version, why=why)
    except ChangedMeanwhileError as error:
        present = page.house.files.catalogue().by_id.get(made.id)
        given |= {"version": product_version(present), "new": present is None}
        return form_page(page, form, status=409, meanwhile=error, **given)
    if not done:
        return page.go(f"/products/{made.id}", "nothing-changed")
    page.note("product saved", made.id)
    return page.go(f"/products/{made.id}", "product-saved" if version else "product-new")


@router.post("/products/{identifier}/delete")
def delete(page: Editor, identifier: str, version: Text = "", why: Text = "") -> Response:
    """Take a product out of the catalogue; the history keeps it."""
    saving = ProductSaving(page.house, page.who)
    if not saving.delete(identifier, version=version, why=why.strip()[:200] or "deleted"):
        return page.show("missing.html", 404)
    page.note("product deleted", identifier)
    return page.go("/products", "product-deleted")


@router.post("/products/{identifier}/stock")
def stock(page: Editor, identifier: str, to: Text = "", amount: Text = "") -> Response:
    """Sold out, or in stock again: with the number asked for, else the one it had."""
    stocks = Stocks(page.house)
    found = find(page, identifier)
    if found is None:
        return page.show("missing.html", 404)
    wanted = stocks.wanted(found, to, amount)
    if wanted is None:
        if not page.is_fragment:
            raise KnowledgeError("How many there are is a whole number of 1 or more.",
                                 where=identifier)  # fmt: skip
        return _row(page, found, fault=True)
    if to == "out":
        stocks.remember(found)
    why = "sold out" if to == "out" else "in stock again"
    if ProductSaving(page.house, page.who).restock(identifier, wanted, why=why):
        page.note("product stock", identifier)
    if not page.is_fragment:
        return page.go("/products", "product-stock")
    return _row(page, page.house.files.catalogue().by_id.get(identifier, found))


def _row(page: Page, product: Product, *, fault: bool = False) -> Response:
    former = Stocks(page.house).former(product)
    return page.show("product_row.html", product=product, former=former, fault=fault)


def find(page: Page, identifier: str) -> Product | None:
    """A product by its id."""
    return page.house.files.catalogue().by_id.get(identifier)


def form_page(page: Page, form: forms.ProductForm, *, status: int = 200, **values: Any) -> Response:
    """A product's page. `drafted`: the language whose description was drafted, not saved yet."""
    given = {"new": False, "faults": [], "why": "", "meanwhile": None, "drafted": "", "lost": 0,
             **values}  # fmt: skip
    shop = page.house.files.shop()
    return page.show(
        "product.html", status, form=form, categories=shop.categories, currency=shop.currency,
        spare=forms.VariantForm(), codes=forms.LANGUAGES, **given,
    )  # fmt: skip
