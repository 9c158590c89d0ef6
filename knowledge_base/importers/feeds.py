"""Reads a product feed in XML (RSS or Atom) with DTDs and entities off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from engine.errors import KnowledgeError
from knowledge_base.importers.cells import bounded, cleaned
from knowledge_base.importers.values import Row, Table, Told

ITEMS = ("item", "entry")
DETAIL = "product_detail"
CHUNK = 2**16
MEND = "export the feed anew; `shopdesk kb import` reads Google Merchant feeds as RSS or Atom."


def read_feed(data: bytes, name: str) -> Table:
    """The items of a feed, each with the line it begins on; elements by their bare names.

    Raises KnowledgeError where it is no XML, declares a DTD, or holds no item.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    items = _Items()
    try:
        parser = DefusedXMLParser(target=items, forbid_dtd=True)
        items.parser = parser.parser
        for start in range(0, len(data), CHUNK):
            parser.feed(data[start : start + CHUNK])
        parser.close()
    except DefusedXmlException:
        raise KnowledgeError("the feed declares a DTD or entities, which are not read",
                             where=name, mend=MEND) from None  # fmt: skip
    except (ParseError, ValueError, LookupError) as error:
        raise KnowledgeError(f"broken XML: {error}", where=name, mend=MEND) from None
    if not items.found:
        raise KnowledgeError("no <item> or <entry> in this XML", where=name, mend=MEND)
    names = dict.fromkeys(key for _, row in items.found[:100] for key in row)
    return Table(tuple(names), bounded(_told(items.found), name))


def _told(found: list[tuple[int, dict[str, str]]]) -> Iterator[Told]:
    for line, row in found:
        yield line, _row(row)


def _row(row: dict[str, str]) -> Row | str:
    try:
        return {name: cleaned(text) for name, text in row.items()}
    except ValueError as error:
        return str(error)


class _Items:
    """A parser's target that keeps the texts of an item's children, and no tree."""

    def __init__(self) -> None:
        self.found: list[tuple[int, dict[str, str]]] = []
        self.parser: Any = None
        self._depth = 0
        self._inside = 0
        self._texts: list[str] = []
        self._detail: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._texts = []
        if not self._inside and _bare(tag) in ITEMS:
            self._inside = self._depth
            self.found.append((self.parser.CurrentLineNumber, {}))
        elif self._inside and _bare(tag) == "link" and attributes.get("href"):
            # Atom has the address in an attribute.
            self._texts = [attributes["href"]]

    def data(self, text: str) -> None:
        self._texts.append(text)

    def end(self, tag: str) -> None:
        name, text = _bare(tag), "".join(self._texts)
        if self._inside and self._depth == self._inside + 1:
            self._keep(name, text)
        elif self._inside and self._depth == self._inside + 2 and name != "section_name":
            self._detail.append(text.strip())
        elif self._depth == self._inside:
            self._inside = 0
        self._depth -= 1
        self._texts = []

    def _keep(self, name: str, text: str) -> None:
        row = self.found[-1][1]
        if name == DETAIL:
            row[name] = "\n".join(filter(None, (row.get(name, ""), ":".join(self._detail))))
        else:
            row.setdefault(name, text)
        self._detail = []

    def close(self) -> None:
        return None


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2].strip().casefold()
