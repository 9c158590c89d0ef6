"""The whole way of a file into a shop: container, format, rows, and what they change."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from engine.errors import KnowledgeError
from knowledge_base.importers.cells import cleaned
from knowledge_base.importers.datasets import TAU2_KEYS, is_tau2, tau2_orders, tau2_products
from knowledge_base.importers.delimited import read_delimited
from knowledge_base.importers.documents import (
    read_document,
    read_json_lines,
    read_yaml_records,
    table_of,
)
from knowledge_base.importers.entries import merge_entries
from knowledge_base.importers.feeds import read_feed
from knowledge_base.importers.formats import Format, check_columns, format_of
from knowledge_base.importers.products import merge_products
from knowledge_base.importers.records import merge_orders, merge_reviews
from knowledge_base.importers.spreadsheets import read_spreadsheet
from knowledge_base.importers.values import MAX_BYTES, Imported, Table, Told, too_large
from knowledge_base.store import Knowledge

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".jsonl", ".ndjson", ".json", ".xml", ".yaml", ".yml")
ZIP, OLD_OFFICE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
HEAD = 65_536
Reader = Callable[[bytes, str], Table]


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises KnowledgeError where there are more than are read at once."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    _check_size(len(data), str(path))
    return data


def import_file(
    data: bytes, name: str, known: Knowledge, *, now: datetime | None = None
) -> Imported:
    """What a file changes in a shop; nothing is written.

    `name`: of the file, for its type and for messages. Raises KnowledgeError where the file as a
    whole is of no known format, too large or broken; a bad row is refused by line and reason.
    """
    _check_size(len(data), name)
    _check_type(data, name)
    if _container(data, name) is _json_document:
        document = read_document(data, name)
        if isinstance(document, Mapping) and is_tau2(document):
            return _imported_tau2(document, known)
    table = read_table(data, name)
    found = format_of(table.names, name)
    if found.kind == "events":
        raise KnowledgeError("a file of events", where=name,
                             mend="`shopdesk kb import` takes it in.")  # fmt: skip
    notes = tuple(filter(None, (table.note, check_columns(found, table.names, name))))
    counted = itertools.count()
    rows = found.read(_counting(table.rows, counted), now or datetime.now(UTC))
    imported = _merged(rows, found, known)
    return replace(imported, notes=(*notes, *imported.notes), source=found.name,
                   rows=next(counted))  # fmt: skip


def _counting(rows: Iterable[Told], counted: Iterator[int]) -> Iterator[Told]:
    for row in rows:
        next(counted)
        yield row


def _merged(rows: Iterable[Told], found: Format, known: Knowledge) -> Imported:
    if found.kind == "products":
        return merge_products(rows, known, exact=found.exact)
    if found.kind == "orders":
        return merge_orders(rows, known.folder, known.shop, exact=found.exact)
    if found.kind == "reviews":
        products = frozenset(product.id for product in known.products)
        return merge_reviews(rows, known.folder, products, exact=found.exact)
    return merge_entries(rows, known.folder, known.entries, known.shop.languages)


def _imported_tau2(document: Mapping[str, Any], known: Knowledge) -> Imported:
    goods = merge_products(_cleaned(tau2_products(document)), known)
    orders = merge_orders(_cleaned(tau2_orders(document)), known.folder, known.shop)
    return Imported(
        "products and orders",
        goods.added + orders.added,
        goods.changed + orders.changed,
        goods.same + orders.same,
        goods.refused + orders.refused,
        {**goods.files, **orders.files},
        goods.notes,
        rows=sum(len(i.refused) + i.added + i.changed + i.same for i in (goods, orders)),
    )


def _cleaned(told: Iterable[Told]) -> Iterator[Told]:
    for line, row in told:
        try:
            yield line, row if isinstance(row, str) else {k: cleaned(v) for k, v in row.items()}
        except ValueError as error:
            yield line, str(error)


def read_table(data: bytes, name: str) -> Table:
    """The rows of a file in whatever container. Raises KnowledgeError where it is in none."""
    return _container(data, name)(data, name)


def kind_of(head: bytes, name: str) -> str:
    """What the beginning of a file tells of: products, entries, orders, reviews or events.

    "" where it does not tell. `head`: the first HEAD bytes, or all there are.
    """
    reader = _container(head, name)
    if reader not in (read_delimited, read_json_lines):
        return ""
    # A line cut short, and half a character, would only be in the way.
    whole = head if len(head) < HEAD else head[: head.rfind(b"\n") + 1] or head
    try:
        return format_of(reader(whole, name).names, name).kind
    except KnowledgeError:
        return ""


def _container(data: bytes, name: str) -> Reader:
    suffix = PurePath(name).suffix.lower()
    start = data[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data.startswith(ZIP):
        return read_spreadsheet
    if start.startswith(b"<") or suffix == ".xml":
        return read_feed
    if suffix in (".yaml", ".yml"):
        return read_yaml_records
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines
    if suffix == ".json" or start.startswith(b"["):
        # Some name JSON lines so, too.
        return read_json_lines if b"}\n{" in data[:HEAD].replace(b"\r", b"") else _json_document
    return read_json_lines if start.startswith(b"{") else read_delimited


def _json_document(data: bytes, name: str) -> Table:
    document = read_document(data, name)
    if isinstance(document, Mapping):
        document = [document] if not any(key in document for key in TAU2_KEYS) else []
    if not isinstance(document, list):
        raise KnowledgeError("neither a list of records nor JSON lines", where=name,
                             mend="write one JSON object a line.")  # fmt: skip
    return table_of(zip(itertools.count(1), document, strict=False), name)


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise too_large("the file is too large", name)


def _check_type(data: bytes, name: str) -> None:
    if data.startswith((OLD_OFFICE, PDF)):
        raise KnowledgeError("not a file that is read (an old workbook, or a PDF)", where=name,
                             mend="save it as XLSX or CSV UTF-8.")  # fmt: skip
    if not data.strip():
        raise KnowledgeError("the file is empty", where=name, mend="export it anew.")
    suffix = PurePath(name).suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise KnowledgeError(f"{suffix} is no type that is read", where=name,
                             mend=f"{', '.join(SUFFIXES)} are.")  # fmt: skip
