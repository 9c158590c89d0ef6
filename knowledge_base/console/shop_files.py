"""The shop's files as pages read them: parsed once, and again only where they changed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.types import Entry, Product, Review, Shop
from knowledge_base.past_texts import digest
from knowledge_base.problems import Problem, Problems
from knowledge_base.schema import parse_entry
from knowledge_base.shop_file import read_shop
from knowledge_base.tables import read_products, read_reviews

Stamp = tuple[int, int]
QUICK_S, LOOK_SHARE, LONGEST_WAIT_S = 0.02, 20, 3.0


@dataclass(frozen=True, slots=True)
class EntryFile:
    """One entry's file: its value, or what is wrong with it.

    `searched`: all its words, folded. `version`: the SHA-256 of what it was read from.
    """

    file: str
    entry: Entry | None
    problems: tuple[Problem, ...]
    searched: str
    version: str = ""

    @property
    def id(self) -> str:
        """The entry's id; for a file that cannot be read, its name's."""
        return self.entry.id if self.entry else Path(self.file).stem


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product, and its words folded for searching."""

    product: Product
    searched: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products of a catalogue, and the rows that cannot be read."""

    rows: tuple[ProductRow, ...]
    by_id: Mapping[str, Product]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """When a folder was looked through, and how long that took (s)."""

    folder: Stamp = (0, 0)
    ended: float = 0.0
    took_s: float = 0.0

    def still_holds(self, folder: Stamp) -> bool:
        """Whether to look again can wait: of a big folder, for a multiple of what it takes.

        Our own saves change the folder, and are seen at once; a save is checked anew in any case.
        """
        waits_s = self.took_s * LOOK_SHARE if self.took_s > QUICK_S else 0.0
        return folder == self.folder and time.monotonic() - self.ended < min(
            waits_s, LONGEST_WAIT_S
        )


class ShopFiles:
    """Reads a shop's folder. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._entries: dict[str, tuple[Stamp, EntryFile]] = {}
        self._sorted: tuple[EntryFile, ...] = ()
        self._languages: tuple[str, ...] = ()
        self._looked = Look()
        self._shop: tuple[Stamp, Shop] | None = None
        self._catalogue: tuple[tuple[Stamp, ...], Catalogue] | None = None
        self._reviews: tuple[tuple[Stamp, ...], tuple[Review, ...]] | None = None

    def shop(self) -> Shop:
        """shop.yaml. Raises KnowledgeError with every problem."""
        path = self.folder / "shop.yaml"
        stamp = _stamp(path)
        if self._shop is None or self._shop[0] != stamp:
            problems = Problems()
            shop = read_shop(path, problems)
            if shop is None:
                problems.raise_if_any()
                raise AssertionError("read_shop gave neither a shop nor a problem")
            self._shop = (stamp, shop)
        return self._shop[1]

    def entries(self) -> tuple[EntryFile, ...]:
        """All entry files by name."""
        languages = self.shop().languages
        with self._guard:
            if languages != self._languages:
                self._languages, self._entries = languages, {}
            elif self._looked.still_holds(_stamp(self.folder / "faq")):
                return self._sorted
            began, folder = time.monotonic(), _stamp(self.folder / "faq")
            found: dict[str, tuple[Stamp, EntryFile]] = {}
            for name, stamp in _entry_stamps(self.folder / "faq"):
                before = self._entries.get(name)
                if before and before[0] == stamp:
                    found[name] = before
                else:
                    path = self.folder / "faq" / name
                    found[name] = (stamp, read_entry_file(path, languages))
            if found != self._entries:
                self._entries = found
                self._sorted = tuple(found[name][1] for name in sorted(found))
            ended = time.monotonic()
            self._looked = Look(folder, ended, ended - began)
            return self._sorted

    def entry(self, identifier: str) -> EntryFile | None:
        """One by its id."""
        found = [one for one in self.entries() if one.id == identifier]
        # A file that cannot be read goes by its name, which an entry elsewhere may have as its id.
        return min(found, key=lambda one: one.entry is None, default=None)

    def catalogue(self) -> Catalogue:
        """The products."""
        path, shop = self.folder / "catalogue.csv", self.shop()
        stamps = (_stamp(path), _stamp(self.folder / "shop.yaml"))
        with self._guard:
            if self._catalogue is None or self._catalogue[0] != stamps:
                self._catalogue = (stamps, _read_catalogue(path, shop))
            return self._catalogue[1]

    def reviews(self) -> tuple[Review, ...]:
        """Reviews of the products, those that can be read."""
        path, known = self.folder / "reviews.csv", self.catalogue().by_id
        stamps = (_stamp(path), _stamp(self.folder / "catalogue.csv"))
        with self._guard:
            if self._reviews is None or self._reviews[0] != stamps:
                read: Callable[[], tuple[Review, ...]] = lambda: read_reviews(  # noqa: E731
                    path, frozenset(known), Problems()
                )
                self._reviews = (stamps, read() if path.is_file() else ())
            return self._reviews[1]


def read_entry_file(path: Path, languages: tuple[str, ...]) -> EntryFile:
    """Parse one entry's file, whatever is in it."""
    problems, file = Problems(), f"faq/{path.name}"
    content = b""
    try:
        content = path.read_bytes()
        text = content.decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.add(file, 1, f"cannot be read as UTF-8 text: {error}")
        return EntryFile(file, None, tuple(problems.found), path.name, digest(content))
    entry, words = parse_entry(text, Path(file), problems, languages), f"{path.stem} {text}"
    return EntryFile(file, entry, tuple(problems.found), words.casefold(), digest(content))


def _read_catalogue(path: Path, shop: Shop) -> Catalogue:
    problems = Problems()
    products = read_products(path, shop, problems) if path.is_file() else ()
    rows = tuple(ProductRow(one, product_words(one)) for one in products)
    return Catalogue(rows, {one.id: one for one in products}, tuple(problems.found))


def product_words(product: Product) -> str:
    """What a product is found by: ids, names, brand, category, tags."""
    skus = (variant.sku for variant in product.variants)
    names = product.names.values()
    words = (product.id, *skus, *names, product.brand, product.category, *product.tags)
    return " ".join(words).casefold()


def _entry_stamps(folder: Path) -> Iterator[tuple[str, Stamp]]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        for one in found:
            if one.name.endswith(".md") and not one.name.startswith("."):
                with contextlib.suppress(OSError):  # Deleted meanwhile.
                    status = one.stat()
                    yield one.name, (status.st_mtime_ns, status.st_size)


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size
