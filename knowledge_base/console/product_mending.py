"""A row of the catalogue that cannot be read: shown as it lies there, mended or taken out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.errors import KnowledgeError
from knowledge_base.console.entry_form import Fault
from knowledge_base.console.pages import Editor, Page
from knowledge_base.importers.catalogue_text import FILE, Record, records, with_record
from knowledge_base.past_texts import digest
from knowledge_base.schema import ID_RULE, IDENTIFIER
from knowledge_base.tables import check_product, read_variant

router = APIRouter()
Text = Annotated[str, Form()]


@router.get("/products/row/{line}")
def row(page: Editor, line: int) -> Response:
    """The row that ends on this line."""
    text = _text(page)
    found = _found(text, line)
    if found is None:
        return page.show("missing.html", 404)
    return _shown(page, line, text[found.start : found.end], digest(text.encode()))


@router.post("/products/row/{line}")
def mend(page: Editor, line: int, row: Text = "", version: Text = "") -> Response:
    """Put a mended row in place; an empty one takes it out. Told where it still cannot be read."""
    text = _text(page)
    found = _found(text, line)
    if found is None:
        return page.show("missing.html", 404)
    end = "\r\n" if text[found.start : found.end].endswith("\r\n") else "\n"
    new = "".join(f"{part}{end}" for part in row.strip("\r\n").splitlines()) if row.strip() else ""
    head = next(records(text)).cells
    fault = _fault(page, head, new) if new else ""
    if fault:
        return _shown(page, line, row, version, fault)
    page.house.working_copy.apply(
        {FILE: with_record(text, found, new).text}, by=page.who, why=f"line {line}",
        expected={FILE: version},
    )  # fmt: skip
    page.note("catalogue row mended", f"line {line}")
    return page.go("/products", "product-row", state="broken-rows")


def _text(page: Page) -> str:
    path = page.house.folder / FILE
    return path.read_bytes().decode("utf-8") if path.is_file() else ""


def _found(text: str, line: int) -> Record | None:
    rows = records(text)
    next(rows, None)
    return next((one for one in rows if one.line == line), None)


def _fault(page: Page, head: tuple[str, ...], new: str) -> str:
    """What is still wrong with a row, as the reader of the catalogue tells it."""
    try:
        rows = list(records(new))
    except KnowledgeError as error:
        return error.what
    if len(rows) != 1 or len(rows[0].cells) != len(head):
        return "It needs as many cells as the header has: quote a text with a comma in it."
    row = {name: cell.strip() for name, cell in zip(head, rows[0].cells, strict=True)}
    catalogue, shop = page.house.files.catalogue(), page.house.files.shop()
    try:
        if not IDENTIFIER.match(row["product"]):
            return ID_RULE
        variant = read_variant(row, shop)
        if row["product"] not in catalogue.by_id:
            check_product(row, shop)
    except ValueError as error:
        return str(error)
    skus = (v.sku for one in catalogue.by_id.values() for v in one.variants)
    return "An article number is that of another variant." if variant.sku in skus else ""


def _shown(page: Page, line: int, row: str, version: str, fault: str = "") -> Response:
    problems = page.house.files.catalogue().problems
    reasons = [Fault("", one.reason) for one in problems if one.line == line]
    faults = [Fault("", fault)] if fault else reasons
    return page.show("product_broken.html", 400 if fault else 200, line=line, row=row,
                     version=version, faults=faults)  # fmt: skip
