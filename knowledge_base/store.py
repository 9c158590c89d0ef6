"""A shop's folder: read whole and checked, written atomically, started from the demo shop."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from engine.errors import KnowledgeError
from engine.types import Entry, Event, Order, Product, Review, Shop
from knowledge_base.problems import Problems
from knowledge_base.schema import format_entry, parse_entry
from knowledge_base.shop_file import Replies, read_replies, read_shop
from knowledge_base.tables import read_events, read_orders, read_products, read_reviews

T = TypeVar("T")
DEMO_SHOP = Path(__file__).parent / "demo_shop"
EMPTY_SHOP = Path(__file__).parent / "empty_shop"
REPLAYS = "replays"
"""The folder of a shop's saved questions: conversations that a change is tried on."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a shop's folder holds, checked."""

    folder: Path
    shop: Shop
    replies: Replies
    entries: tuple[Entry, ...]
    products: tuple[Product, ...]
    reviews: tuple[Review, ...]
    orders: tuple[Order, ...]
    events: tuple[Event, ...]


def load(folder: Path) -> Knowledge:
    """Read and check a shop's folder.

    Raises KnowledgeError listing every problem with file:line.
    """
    if not (folder / "shop.yaml").is_file():
        raise KnowledgeError(
            "no shop.yaml here",
            where=str(folder),
            mend=f"run `shopdesk new {folder}` for an empty shop, or name another folder.",
        )
    problems = Problems()
    shop = read_shop(folder / "shop.yaml", problems)
    if shop is None:
        problems.raise_if_any()
        raise AssertionError("read_shop gave neither a shop nor a problem")
    replies = read_replies(folder / "replies.yaml", shop, EMPTY_SHOP / "replies.yaml", problems)
    entries = _read_entries(folder / "faq", shop.languages, problems)
    products = _table(folder / "catalogue.csv", lambda p: read_products(p, shop, problems))
    # A row that cannot be read would have every row that names its product called wrong too.
    problems.raise_if_any()
    ids = frozenset(product.id for product in products)
    reviews = _table(folder / "reviews.csv", lambda p: read_reviews(p, ids, problems))
    orders = _table(folder / "orders.csv", lambda p: read_orders(p, problems))
    events = _table(folder / "events.csv", lambda p: read_events(p, ids, problems))
    problems.raise_if_any()
    return Knowledge(folder, shop, replies, entries, products, reviews, orders, events)


def _table(path: Path, read: Callable[[Path], tuple[T, ...]]) -> tuple[T, ...]:
    return read(path) if path.is_file() else ()


def _read_entries(folder: Path, languages: Sequence[str], problems: Problems) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.md"), key=str):
        try:
            entry = parse_entry(path.read_text(encoding="utf-8"), path, problems, languages)
        except UnicodeDecodeError as error:
            problems.add(path, 1, f"not UTF-8 text ({error.reason})")
            continue
        if entry is None:
            continue
        if entry.id in entries:
            problems.add(path, 2, f"id {entry.id!r} stands in another file too")
        entries[entry.id] = entry
    return tuple(entries.values())


def write_entry(folder: Path, entry: Entry) -> Path:
    """Write one entry's file: the old or the new one stands there, never half of one."""
    path = folder / "faq" / f"{entry.id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, format_entry(entry))
    return path


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's text in one step, durably."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def copy_shop(source: Path, target: Path) -> None:
    """Copy a shop's folder whole, or leave nothing behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        copied = Path(scratch) / "shop"
        shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"))
        copied.rename(target)


def ensure_shop(home: Path, kb: Path | None) -> Path:
    """The shop's folder: the one asked for, else HOME/shop, copied from the demo at first."""
    if kb is not None:
        return kb
    folder = home / "shop"
    if not folder.exists():
        copy_shop(DEMO_SHOP, folder)
    return folder


def live_entries(entries: Iterable[Entry], today: date) -> tuple[Entry, ...]:
    """Those an answer may come from today."""
    return tuple(
        entry
        for entry in entries
        if not entry.hidden
        and (entry.valid_from is None or entry.valid_from <= today)
        and (entry.valid_until is None or today <= entry.valid_until)
    )
