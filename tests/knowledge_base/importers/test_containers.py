"""Files in whatever encoding and container; what would burst or run is refused."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from engine.errors import KnowledgeError
from knowledge_base.importers import importing, values
from knowledge_base.importers.importing import import_file, kind_of, read_bytes, read_table
from knowledge_base.importers.spreadsheets import MAX_PART
from knowledge_base.store import EMPTY_SHOP, load
from tests.knowledge_base.importers import samples
from tests.knowledge_base.importers.conftest import Import
from tests.knowledge_base.importers.test_products import product, refused

HEADER = "product,sku,name_en,name_zh,category,price,stock"
ROW = "mug,MUG-9,Café mug,咖啡馆马克杯，带盖子,everything,9.50,3"


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_told_by_their_bytes(bring_in: Import, encoding: str) -> None:
    rows = "\n".join(ROW.replace("MUG-9", f"MUG-{n}").replace("é", "e") for n in range(3))
    imported, known = bring_in(f"{HEADER}\n{rows}\n".encode(encoding))
    assert product(known, "mug").names["zh"] == "咖啡馆马克杯，带盖子"
    assert bool(imported.notes) == (encoding == "gb18030")


def test_a_western_file_is_read_and_told_as_such(bring_in: Import) -> None:
    imported, known = bring_in(f"{HEADER}\nmug,M,Café crème,,everything,9,3\n".encode("cp1252"))
    assert product(known, "mug").names == {"en": "Café crème"}
    assert "read as cp1252" in imported.notes[0]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_known_by_the_header(bring_in: Import, delimiter: str) -> None:
    _, known = bring_in(f"{HEADER}\n{ROW}\n".replace(",", delimiter))
    assert product(known, "mug").variants[0].sku == "MUG-9"


def test_a_workbook_comes_in_with_its_numbers_as_they_are_shown(bring_in: Import) -> None:
    header: list[object] = [*HEADER.split(",")]
    data = workbook([[], header, ["mug", 12345, "Mug", None, "everything", 0.1 + 0.2, 3.0], [],
                     ["mug", "M2", None, None, None, "cheap", 1]])  # fmt: skip
    imported, known = bring_in(data, "goods.xlsx")
    (variant,) = product(known, "mug").variants
    assert (variant.sku, str(variant.price.amount), variant.stock) == ("12345", "0.3", 3)
    assert list(refused(imported)) == [5]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(bring_in: Import) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * (32 * 2**20))
    with pytest.raises(KnowledgeError, match="times its size"):
        bring_in(out.getvalue(), "bomb.xlsx")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.xml", "")
    with pytest.raises(KnowledgeError, match="files are packed in it"):
        bring_in(many.getvalue(), "many.xlsx")


def test_a_workbook_that_declares_entities_is_refused(bring_in: Import) -> None:
    data = workbook([["product", "sku"], ["mug", "M"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                # However far down: what is hidden behind a long comment counts too.
                text = b"<!--" + b" " * 5_000 + b'--><!DOCTYPE x [<!ENTITY a "b">]>' + text
            new.writestr(name, text)
    with pytest.raises(KnowledgeError, match="declares XML entities"):
        bring_in(out.getvalue(), "goods.xlsx")


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_feed_that_declares_entities_is_refused(bring_in: Import, declared: str) -> None:
    with pytest.raises(KnowledgeError, match="declares a DTD"):
        bring_in(samples.MERCHANT_XML.replace("<rss", declared + "<rss"), "feed.xml")


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "x.csv", "is empty"),
        (b"\xd0\xcf\x11\xe0old", "x.xls", "save it as XLSX"),
        (b"%PDF-1.7", "x.pdf", "PDF"),
        (b"MZ\x00", "x.exe", ".exe is no type that is read"),
        (b"PK\x03\x04broken", "x.xlsx", "not a readable XLSX"),
        (b"\x00\x81\xff\xfe\x8d", "x.csv", "not text in UTF-8"),
        (b"<rss><item>", "x.xml", "broken XML"),
        (b"<a><b>1</b></a>", "x.xml", "no <item>"),
        (b"[1, 2", "x.json", "broken JSON"),
        (b"a: [", "x.yaml", "not readable as YAML"),
        (b"colour,shape\nred,round\n", "x.csv", "no known format"),
        (",".join(f"c{number}" for number in range(501)).encode(), "x.csv", "501 columns"),
        (b"product,sku,prcie\nmug,M,1\n", "x.csv", "did you mean price for 'prcie'"),
        (b'product,sku,price\n"mug,M,1\n' + b"x" * 200_000, "x.csv", "never closed"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_mend(data: bytes, name: str, told: str) -> None:
    with pytest.raises(KnowledgeError) as refusal:
        import_file(data, name, load(EMPTY_SHOP))
    assert told in str(refusal.value)
    assert refusal.value.mend


def test_a_file_over_the_limits_is_refused_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(values.MAX_BYTES + 1)
    with pytest.raises(KnowledgeError, match="64 MiB, 200,000 rows and 32,767 characters"):
        read_bytes(large)
    monkeypatch.setattr("knowledge_base.importers.cells.MAX_ROWS", 2)
    with pytest.raises(KnowledgeError, match=r"x\.csv:5: the file has over 2 rows"):
        list(read_table(b"a,b\n1,2\n3,4\n\n5,6\n", "x.csv").rows)


def test_a_cell_that_is_too_long_refuses_its_row_alone(bring_in: Import) -> None:
    long = ROW.replace("Café mug", "x" * 32_768)
    imported, known = bring_in(f"{HEADER}\n{long}\n{ROW}\n")
    assert "32,768 characters" in refused(imported)[2]
    assert product(known, "mug")


def test_a_beginning_tells_events_from_the_rest() -> None:
    assert kind_of(b"shopper,time,event,product,quantity\n", "x.csv") == "events"
    assert kind_of(b"shopper,time,event,prodcut\n", "x.csv") == "events"
    assert kind_of(b'{"event_name": "purchase", "user_pseudo_id": "x"}\n', "x.jsonl") == "events"
    assert kind_of(samples.SHOPIFY_ORDERS.encode(), "x.csv") == "orders"
    assert kind_of(samples.OWN_PRODUCTS.encode()[: importing.HEAD], "x.csv") == "products"
    assert kind_of(b"PK\x03\x04", "x.xlsx") == ""


@pytest.mark.parametrize(
    "data",
    [
        "- &a " + "x" * 30_000 + "\n- {id: b, question: [" + ", ".join(["*a"] * 3_000) + "]}\n",
        "- &a {question: " + "x" * 30_000 + "}\n" + "- *a\n" * 3_000,
        "- &a [*a]\n",
    ],
    ids=["a list", "rows", "itself"],
)
def test_yaml_whose_aliases_stand_for_more_than_a_file_may_hold_is_refused(data: str) -> None:
    with pytest.raises(KnowledgeError, match="aliases stand for more"):
        import_file(data.encode(), "entries.yaml", load(EMPTY_SHOP))


@pytest.mark.parametrize("value", ["!!bool x", "!!int ''", "!!float ''", "!!timestamp x"])
def test_yaml_with_a_tag_that_does_not_fit_is_told(value: str) -> None:
    with pytest.raises(KnowledgeError, match="not readable as YAML"):
        import_file(f"- question: {value}\n".encode(), "entries.yaml", load(EMPTY_SHOP))


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml", "xl/worksheets/main.xml"])
def test_a_workbook_part_that_is_read_as_one_tree_is_bounded(part: str) -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([[*HEADER.split(",")]]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for one in good.namelist():
            text = good.read(one)
            if one == "[Content_Types].xml" and "worksheets" in part:
                text = text.replace(b"/xl/workbook.xml", f"/{part}".encode())
            if one != part:
                bad.writestr(one, text)
        bad.writestr(part, b"<a>" + b"<a/>" * (MAX_PART // 4) + b"</a>")
    with pytest.raises(KnowledgeError, match=f"{part} in the workbook unpacks"):
        read_table(out.getvalue(), "x.xlsx")


def test_a_wide_workbook_is_read_row_by_row() -> None:
    wide: list[object] = [*[None] * 499, "x"]
    data = workbook([["product", "sku"], *[wide] * 2_000])
    tracemalloc.start()
    told = sum(1 for _ in read_table(data, "x.xlsx").rows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == 2_000
    # A place in a list takes eight bytes, and these have a million.
    assert most < 6_500_000
