"""Files of shoppers' histories: whole sequences, or tables of events."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from engine.errors import ShopdeskError
from engine.evaluation.event_columns import EventColumns, read_columns
from engine.evaluation.tables import bad_line, utf8_text
from engine.recommend.histories import (
    BASKET_GAP_DAYS,
    DAY_S,
    Floats,
    Histories,
    Ints,
    from_rows,
    from_sequences,
)
from engine.recommend.names import KINDS
from knowledge_base.tables import EVENT_NAMES

PURCHASE = "purchase"


def read_sequences(path: Path) -> Histories:
    """Lines `user item item …`, oldest first. Raises ShopdeskError by line."""
    lines: dict[str, tuple[int, list[str]]] = {}
    for number, line in enumerate(utf8_text(path).split("\n"), start=1):
        words = line.split()
        if not words:
            continue
        if len(words) == 1:
            raise bad_line(path, number, f"{words[0]!r} stands alone: a user without items",
                           "write `user item item …`, or delete the line.")  # fmt: skip
        if words[0] in lines:
            raise bad_line(
                path, number, f"user {words[0]!r} stands on line {lines[words[0]][0]} already",
                "write all items of a user on one line.",
            )  # fmt: skip
        lines[words[0]] = number, words
    if not lines:
        raise ShopdeskError("no sequences", where=str(path), mend="write `user item item …`.")
    return from_sequences(words for _, words in lines.values())


def read_event_table(path: Path) -> tuple[Histories, tuple[str, ...]]:
    """Events of CSV or parquet, and the title of each product; () where none has one.

    Rows of the same user, item, time and event count once. Events without a basket belong to the
    one before where less than half a day lies between. Raises ShopdeskError by line.
    """
    columns = read_columns(path)
    users, items = columns.filled("user"), columns.filled("item")
    day, kind = columns.times() / DAY_S, _kinds(columns)
    basket = _numbers(columns.texts.get("basket") or [""] * len(users))
    rows = _ordered(_numbers(users), _numbers(items), day, kind, basket)
    if not len(rows):
        raise ShopdeskError(f"no events of {', '.join(KINDS)}", where=str(path),
                            mend="write rows of user,item,time.")  # fmt: skip
    shoppers = [users[row] for row in rows]
    found = from_rows(
        shoppers, [items[row] for row in rows], kind[rows], day[rows],
        _baskets(_numbers(shoppers), day[rows], basket[rows]),
    )  # fmt: skip
    return found, _titles(found.products, items, columns.texts.get("title", ()))


def _numbers(values: Sequence[str]) -> Ints:
    """A number for each value in order of first appearance; -1 for blanks."""
    known: dict[str, int] = {"": -1}
    return np.array([known.setdefault(value, len(known) - 1) for value in values], dtype=np.int64)


def _kinds(columns: EventColumns) -> Ints:
    """Numbers of KINDS; -1 for events that say nothing about taste."""
    names = columns.texts.get("event") or [PURCHASE] * len(columns.lines)
    number = {name: KINDS.index(name) if name in KINDS else -1 for name in EVENT_NAMES}
    number[""] = KINDS.index(PURCHASE)
    for name in (name for name in names if name not in number):
        near = get_close_matches(name.casefold(), EVENT_NAMES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(EVENT_NAMES)}"
        raise columns.error(names.index(name), f"event {name!r} is none; {hint}",
                            "name events as GA4 does; blank is a purchase.")  # fmt: skip
    return np.array([number[name] for name in names], dtype=np.int64)


def _ordered(user: Ints, item: Ints, day: Floats, kind: Ints, basket: Ints) -> Ints:
    """The rows to keep, each once, by user and time, then by basket, else as in the file."""
    order = np.lexsort((kind, item, day, user))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in (kind, item, day, user):
        same &= column[order][1:] == column[order][:-1]
    again = np.zeros(len(order), dtype=bool)
    again[order[1:][same]] = True
    kept = np.flatnonzero(~again & (kind >= 0))
    found: Ints = kept[np.lexsort((basket[kept], day[kept], user[kept]))]
    return found


def _baskets(user: Ints, day: Floats, basket: Ints) -> Ints:
    named = (basket[1:] >= 0) & (basket[:-1] >= 0)
    apart = np.where(named, np.diff(basket) != 0, np.diff(day) > BASKET_GAP_DAYS)
    return np.concatenate([[0], np.cumsum(apart | (np.diff(user) != 0))])


def _titles(
    products: Sequence[str], items: Sequence[str], titles: Sequence[str]
) -> tuple[str, ...]:
    """The first title of each product, "" where it has none."""
    first: dict[str, str] = {}
    for item, title in zip(items, titles, strict=False):
        if title:
            first.setdefault(item, title)
    return tuple(first.get(product, "") for product in products) if first else ()
