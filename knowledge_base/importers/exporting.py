"""Products, entries, reviews or orders of a shop as one CSV, XLSX or JSON-lines file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from engine.errors import KnowledgeError
from knowledge_base.importers.entries import entry_columns, entry_row
from knowledge_base.importers.formulas import neutralised
from knowledge_base.importers.records import ORDERS, REVIEWS
from knowledge_base.importers.values import MAX_CELL, Row
from knowledge_base.importers.writing import product_rows, stored_rows
from knowledge_base.store import Knowledge
from knowledge_base.tables import ORDER_COLUMNS, PRODUCT_COLUMNS, REVIEW_COLUMNS

Columns = Sequence[str]


def export_file(kind: str, known: Knowledge, name: str) -> bytes:
    """The shop's products, entries, reviews or orders, in the type that `name` ends on.

    `import_file` reads all of it back. Cells that a spreadsheet would run are neutralised.
    Raises KnowledgeError for another type, or where a workbook cannot hold a text.
    """
    write = WRITERS.get(PurePath(name).suffix.lower())
    if write is None:
        raise KnowledgeError(f"{PurePath(name).suffix or 'no suffix'} is no type that is written",
                             where=name, mend=f"{', '.join(WRITERS)} are.")  # fmt: skip
    return write(*_table(kind, known), name)


def _table(kind: str, known: Knowledge) -> tuple[Columns, list[Row]]:
    if kind == "products":
        rows = [row for product in known.products for row in product_rows(product)]
        return PRODUCT_COLUMNS, rows
    if kind == "entries":
        # An entry may have questions and titles in a language that the shop lacks.
        codes = dict.fromkeys(known.shop.languages)
        for entry in known.entries:
            codes |= dict.fromkeys((*entry.titles, *entry.questions, *entry.answers))
        return entry_columns([*codes]), [entry_row(entry, [*codes]) for entry in known.entries]
    file, columns = {"reviews": (REVIEWS, REVIEW_COLUMNS), "orders": (ORDERS, ORDER_COLUMNS)}[kind]
    return columns, stored_rows(known.folder / file, columns)


def _csv(columns: Columns, rows: Sequence[Row], name: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(_cells(columns, row) for row in rows)
    # The mark at its beginning tells spreadsheet programs that it is UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _json_lines(columns: Columns, rows: Sequence[Row], name: str) -> bytes:
    lines = (json.dumps({c: neutralised(row[c]) for c in columns}, ensure_ascii=False)
             for row in rows)  # fmt: skip
    return "".join(line + "\n" for line in lines).encode()


def _xlsx(columns: Columns, rows: Sequence[Row], name: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook(write_only=True)
    sheet = book.create_sheet("shopdesk")
    sheet.append(list(columns))
    for number, row in enumerate(rows, 2):
        cells = _cells(columns, row)
        if any(len(cell) > MAX_CELL for cell in cells):
            raise _unfit(f"a cell of row {number} has over {MAX_CELL:,} characters", name)
        try:
            sheet.append(cells)
        except IllegalCharacterError:
            raise _unfit(f"row {number} holds a control character", name) from None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _unfit(what: str, name: str) -> KnowledgeError:
    return KnowledgeError(f"{what}, which no workbook can hold", where=name,
                          mend="export it as .csv or .jsonl.")  # fmt: skip


def _cells(columns: Columns, row: Mapping[str, str]) -> list[str]:
    return [neutralised(row[column]) for column in columns]


WRITERS: Mapping[str, Callable[[Columns, Sequence[Row], str], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".jsonl": _json_lines,
}
