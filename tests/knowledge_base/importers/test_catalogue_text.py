"""One product's rows in a catalogue's text: written, read back, and no other byte changed."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import KnowledgeError
from engine.types import Product
from knowledge_base.importers.catalogue_text import records, with_product, with_record
from knowledge_base.importers.product_text import product_version, read_back
from knowledge_base.importers.writing import product_rows
from knowledge_base.problems import Problems
from knowledge_base.shop_file import read_shop
from knowledge_base.store import DEMO_SHOP
from knowledge_base.tables import read_products

SHOP = read_shop(DEMO_SHOP / "shop.yaml", Problems())
assert SHOP is not None
TEXT = (DEMO_SHOP / "catalogue.csv").read_text("utf-8")
PRODUCTS = read_products(DEMO_SHOP / "catalogue.csv", SHOP, Problems())
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)


def rest(text: str, product: str) -> list[str]:
    """The text of all rows that are not this product's, byte for byte."""
    return [text[one.start : one.end] for one in records(text) if one.cells[0] != product]


def test_every_product_is_read_back_as_it_was_written() -> None:
    assert SHOP is not None
    assert [read_back(product_rows(one), SHOP) for one in PRODUCTS] == list(PRODUCTS)


@given(st.sampled_from(PRODUCTS), WORDS, WORDS)
def test_what_is_written_is_what_is_read_and_the_other_rows_stay(
    tmp_path_factory: pytest.TempPathFactory, product: Product, name: str, text: str
) -> None:
    assert SHOP is not None
    rows = product_rows(product)
    rows[0] |= {"name_en": f"x{name}", "description_en": f'{text}\n"quoted", {name}'}
    new = with_product(TEXT, product.id, rows).text
    assert rest(new, product.id) == rest(TEXT, product.id)
    path = tmp_path_factory.mktemp("shop") / "catalogue.csv"
    path.write_bytes(new.encode())
    problems = Problems()
    read = {p.id: p for p in read_products(path, SHOP, problems)}
    assert problems.found == []
    assert read[product.id] == read_back(rows, SHOP)
    assert list(read) == [p.id for p in PRODUCTS]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_the_mark_at_the_beginning_stay(end: str, mark: str, last: bool) -> None:
    text = mark + TEXT.replace("\n", end)
    text = text if last else text.removesuffix(end)
    first = PRODUCTS[0]
    assert with_product(text, first.id, product_rows(first)).text.startswith(mark + "product,")
    new = with_product(text, "another", product_rows(first)).text
    assert new.startswith(text)
    assert new.count("\r\n") == (new.count("\n") if end == "\r\n" else 0)
    gone = with_product(text, first.id, []).text
    assert [one.cells for one in records(gone)] == [
        one.cells for one in records(text) if one.cells[0] != first.id
    ]


def test_lines_of_the_old_text_are_found_in_the_new() -> None:
    spliced = with_product(TEXT, PRODUCTS[0].id, product_rows(PRODUCTS[0])[:1])
    gone = len(PRODUCTS[0].variants) - 1
    assert [spliced.line(n) for n in (1, 2, 300)] == [1, 2, 300 - gone]


def test_a_row_that_cannot_be_read_stays_where_its_product_is_saved() -> None:
    broken = TEXT.splitlines(keepends=True)[2].replace("49.00", "cheap")
    text = TEXT.replace(TEXT.splitlines(keepends=True)[2], broken)
    line = next(one.line for one in records(text) if "cheap" in one.cells)
    assert (
        broken
        in with_product(text, PRODUCTS[0].id, product_rows(PRODUCTS[0]), frozenset([line])).text
    )


def test_a_broken_text_is_refused_with_its_line() -> None:
    with pytest.raises(KnowledgeError) as told:
        with_product(TEXT + 'x,"y\n', "z", product_rows(PRODUCTS[0]))
    assert told.value.where.startswith("catalogue.csv:")
    with pytest.raises(KnowledgeError):
        with_product("a,b\n1,2\n", "z", [])


def test_a_version_names_what_a_product_says() -> None:
    assert len({product_version(one) for one in (None, *PRODUCTS)}) == len(PRODUCTS) + 1


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=5))
def test_records_are_cut_where_the_csv_reader_cuts(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    text = out.getvalue()
    found = list(records(text))
    assert [list(one.cells) for one in found] == rows
    assert "".join(text[one.start : one.end] for one in found) == text
    if found:
        assert with_record(text, found[0], "").text == text[found[0].end :]
